"""All rules in their order: of the files, of one key result, of one objective, of the cascade, of the register."""

from collections.abc import Iterable, Mapping

from align_sync.okr.faults import suggest
from align_sync.okr.lint.manual import Manual, read_manual
from align_sync.okr.lint.model import Rule
from align_sync.okr.lint.rules import (
    baseline_disagrees,
    baseline_equals_target,
    cycle,
    direction_against_numbers,
    due_outside_period,
    hold_without_band,
    lead_lag_mix,
    level_skipped,
    milestone_not_kr,
    no_baseline,
    no_due_date,
    no_key_results,
    no_number,
    no_owner,
    no_target,
    no_unit,
    objective_length,
    objective_with_digits,
    one_metric_twice,
    orphan,
    sandbagging,
    several_owners,
    several_parents,
    silo,
    source_kind_mismatch,
    text_and_fields_disagree,
    too_few_key_results,
    too_many_key_results,
    undetectable,
    unknown_metric,
    unknown_period,
    unmeasurable,
    unsound_entry,
    vague_words,
    zones_out_of_order,
)

RULES: tuple[Rule, ...] = (
    unsound_entry,
    milestone_not_kr,
    no_number,
    no_baseline,
    no_target,
    no_unit,
    no_due_date,
    text_and_fields_disagree,
    direction_against_numbers,
    baseline_equals_target,
    zones_out_of_order,
    hold_without_band,
    vague_words,
    no_owner,
    several_owners,
    due_outside_period,
    sandbagging,
    one_metric_twice,
    no_key_results,
    too_few_key_results,
    too_many_key_results,
    lead_lag_mix,
    objective_with_digits,
    objective_length,
    unknown_period,
    orphan,
    level_skipped,
    cycle,
    silo,
    several_parents,
    unmeasurable,
    unknown_metric,
    source_kind_mismatch,
    baseline_disagrees,
    undetectable,
)
BY_NAME: Mapping[str, Rule] = {rule.NAME: rule for rule in RULES}


def manual_of(rule: Rule) -> Manual:
    return read_manual(rule.__doc__ or "")


def find_unknown(names: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """The names that no rule has, each with the rule that was probably meant."""
    return tuple((name, suggest(name, tuple(BY_NAME))) for name in names if name not in BY_NAME)
