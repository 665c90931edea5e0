"""The sprint field of Data Center: Java's text of an object, read by looking for its known names.

`com.atlassian.greenhopper.service.sprint.Sprint@1f2e[id=37,rapidViewId=7,state=ACTIVE,name=A, b=[c],…]`: names and
goals may hold commas, brackets and equals signs, and the order of members differs by version, so that it is never split
on commas: the known names are located, and what stands between two of them is the value.
"""

import re
from collections.abc import Mapping

_MEMBERS = (
    "id", "rapidViewId", "state", "name", "startDate", "endDate", "completeDate", "activatedDate", "sequence", "goal",
    "autoStartStop", "synced", "incompleteIssuesDestinationId",
)  # fmt: skip
_MEMBER = re.compile(rf"(?:(?<=\[)|(?<=,))({'|'.join(_MEMBERS)})=")
_NULL = "<null>"


def read_sprint_text(text: str) -> Mapping[str, str | None]:
    """The members by name, `<null>` as None. Raises `ValueError` where it is no such text or has no id."""
    start = text.find("[")
    if start < 0 or not text.rstrip().endswith("]"):
        raise ValueError("not the text of a sprint")
    body = text.rstrip()[start:-1]
    found = _locate(body)
    members: dict[str, str | None] = {}
    for number, match in enumerate(found):
        end = found[number + 1].start() - 1 if number + 1 < len(found) else len(body)
        value = body[match.end() : end]
        members[match[1]] = None if value == _NULL else value
    if not (members.get("id") or "").isdigit():
        raise ValueError("the text of the sprint has no id")
    return members


def _locate(body: str) -> list[re.Match[str]]:
    """The places where members begin. What looks like a member that was there before is text of a name or goal."""
    found: list[re.Match[str]] = []
    seen: set[str] = set()
    for match in _MEMBER.finditer(body):
        if match[1] not in seen:
            seen.add(match[1])
            found.append(match)
    return found
