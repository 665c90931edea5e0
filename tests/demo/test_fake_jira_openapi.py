"""The answers of the fake Jira Cloud against the official description, where the shared folder is there.

The description itself is wrong in places, which are left out: dates carry an offset without a colon, which is no
`date-time`, and the remote links of an issue are a list, not one link.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from align_sync.demo.fake_jira import JiraSite, Visitor
from align_sync.demo.http_messages import Response

SPEC = Path(__file__).parents[2].parent / "shared" / "specs" / "jira-cloud-platform-v3.openapi.json"
pytestmark = pytest.mark.skipif(not SPEC.is_file(), reason="the official description is not at hand")

NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
BASIC = {"Authorization": "Basic ZGVtbzpkZW1v"}
HOST = "https://your-domain.atlassian.net"


class Asked:
    """A request as openapi-core wants to see it."""

    host_url = HOST
    content_type = "application/json"

    def __init__(self, method: str, path: str, body: bytes | None = None) -> None:
        self.method = method.lower()
        self.path = path
        self.body = body
        self.parameters = RequestParameters(query=ImmutableMultiDict(), header=Headers(BASIC))


class Answered:
    """A response as openapi-core wants to see it."""

    content_type = "application/json"

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.data = response.body
        self.headers = dict(response.headers)


@pytest.fixture(scope="session")
def description() -> OpenAPI:
    # one default in the description is invalid, so the description itself is not checked
    unchecked: dict[str, Any] = {"spec_validator_cls": None}
    return OpenAPI.from_dict(orjson.loads(SPEC.read_bytes()), config=Config(**unchecked))


def make_site() -> JiraSite:
    site = JiraSite(clock=lambda: NOW)
    site.add_board(1, "Board", project_key="TIS")
    site.add_sprint(11, "Sprint", "active", 1, start=NOW, end=NOW + timedelta(days=14))
    site.add_issue("TIS-1", issue_type="Epic")
    site.add_issue("TIS-2", parent_key="TIS-1", sprint_ids=(11,), labels=("a",), description="Text\n\n* one", points=2)
    site.add_issue("TIS-3", parent_key="TIS-2", issue_type="Sub-task", links=[("blocks", "TIS-2")])
    return site


POSTS = [
    ("/rest/api/3/search/jql", {"jql": "project = TIS"}),
    ("/rest/api/3/search/jql", {"jql": "project = TIS", "fields": ["*all"], "maxResults": 2, "expand": "names,schema"}),
    ("/rest/api/3/search/jql", {"jql": "project = TIS", "properties": ["a"], "reconcileIssues": [10000]}),
    ("/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": ["TIS-1", "TIS-2", "TIS-99"], "fields": ["*all"]}),
    ("/rest/api/3/search/approximate-count", {"jql": "project = TIS"}),
]


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_questions_and_answers_of_a_post_fit_the_description(
    description: OpenAPI, path: str, body: dict[str, object]
) -> None:
    asked = Asked("POST", path, orjson.dumps(body))
    answer = Visitor(make_site()).post(path, body)
    assert answer.status == 200
    description.validate_request(asked)
    description.validate_response(asked, Answered(answer))


@pytest.mark.parametrize(
    "path",
    ["/rest/api/3/field", "/rest/api/3/field/search", "/rest/api/3/myself", "/rest/api/3/issue/TIS-2"],
)
def test_answers_of_a_get_fit_the_description(description: OpenAPI, path: str) -> None:
    answer = Visitor(make_site()).get(path)
    assert answer.status == 200
    description.validate_response(Asked("GET", path), Answered(answer))


def test_the_server_information_fits_but_for_the_form_of_its_dates(description: OpenAPI) -> None:
    answer = Visitor(make_site()).get("/rest/api/3/serverInfo")
    shown = orjson.loads(answer.body)
    for name in ("buildDate", "serverTime"):
        shown[name] = datetime.fromisoformat(shown[name]).isoformat()
    fitting = Response(200, orjson.dumps(shown), answer.headers)
    description.validate_response(Asked("GET", "/rest/api/3/serverInfo"), Answered(fitting))
