"""The JSON Schema beside the example files is the one of the models, and means the same."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from align_sync.okr.document import json_schema

CONFIG = Path(__file__).parents[3] / "config"


def test_the_schema_file_is_the_one_of_the_models() -> None:
    written = json.loads((CONFIG / "schema" / "okrset.v1.json").read_text(encoding="utf-8"))

    assert written == json_schema(), "write it anew: json.dumps(json_schema(), indent=2, ensure_ascii=False)"


@pytest.mark.parametrize("path", sorted((CONFIG / "okrs").glob("*.yaml")), ids=lambda path: path.stem)
def test_editors_find_no_fault_in_the_examples(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.startswith("# yaml-language-server: $schema=../schema/okrset.v1.json\n")
    # Dates as text, as the readers of YAML 1.2 in editors take them.
    jsonschema.validate(_LoaderOfEditors(text).get_single_data(), json_schema())


def test_editors_name_a_fault_by_its_path() -> None:
    document = {
        "apiVersion": "align-sync.dev/v1",
        "kind": "OKRSet",
        "metadata": {"name": "a"},
        "spec": {
            "team": "a",
            "period": "2026-Q4",
            "objectives": [{"id": "O-1", "title": "x", "keyResults": [{"id": "a", "metric": {"baseline": "2"}}]}],
        },
    }

    faults = jsonschema.Draft202012Validator(json_schema()).iter_errors(document)

    place = "$.spec.objectives[0].keyResults[0]"
    assert sorted((fault.json_path, fault.message) for fault in faults) == [
        (place, "'title' is a required property"),
        (f"{place}.metric", "{'baseline': '2'} is not valid under any of the given schemas"),
    ]


class _LoaderOfEditors(yaml.SafeLoader):
    """Reads dates as text."""


_LoaderOfEditors.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
