"""The examples in the manuals of the rules: what fails fails, what passes passes, and every rule has both."""

import pytest

from align_sync.okr.lint.catalog import BY_NAME, RULES, manual_of
from align_sync.okr.lint.model import Rule
from tests.core.okr.lint.book_around import lint_example, read_example

FAILS = [(rule.NAME, example) for rule in RULES for example in manual_of(rule).fails]
PASSES = [(rule.NAME, example) for rule in RULES for example in manual_of(rule).passes]


@pytest.mark.parametrize(("name", "example"), FAILS)
def test_what_a_manual_says_fails_does(name: str, example: str) -> None:
    found = [finding for finding in lint_example(example) if finding.rule == name]
    assert found
    for finding in found:
        assert finding.message
        assert finding.advice
        assert finding.message[0].islower() or not finding.message[0].isalpha(), finding.message
        assert not finding.message.endswith(".")


@pytest.mark.parametrize(("name", "example"), PASSES)
def test_what_a_manual_says_passes_does(name: str, example: str) -> None:
    assert [finding.message for finding in lint_example(example) if finding.rule == name] == []


@pytest.mark.parametrize("example", [example for name, example in FAILS + PASSES if name != "unsound-entry"])
def test_the_examples_are_sound_files(example: str) -> None:
    assert read_example(example)[0].problems == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.NAME)
def test_every_rule_has_a_manual_with_both_kinds_of_examples(rule: Rule) -> None:
    manual = manual_of(rule)
    assert manual.summary.endswith(".")
    assert manual.text
    assert manual.fails
    assert manual.passes


def test_rules_are_named_as_their_files() -> None:
    assert [rule.NAME for rule in RULES] == [
        str(vars(rule)["__name__"]).rpartition(".")[2].replace("_", "-") for rule in RULES
    ]
    assert len(BY_NAME) == len(RULES)
