"""From judged items to the one frozen report: filters, figures, notes and an order that does not depend on the input.

Figures are taken after the filters for teams and sources and before all others, see `scope.py`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from align_sync.errors import Problem
from align_sync.linking.policy import DEFAULT_BUDGET
from align_sync.okr.model import Book
from align_sync.reports.allocation import allocate, line_up_key_results, line_up_objectives, measure_gaps
from align_sync.reports.figures import Figures, Rates, measure_figures
from align_sync.reports.fixes import LABEL_FORM, propose_fixes
from align_sync.reports.known import NOTHING_KNOWN, Known
from align_sync.reports.lenses import impute_points
from align_sync.reports.measures import IMPUTED_LIMIT, Limits, standing
from align_sync.reports.model import (
    AlignmentReport,
    Filters,
    KeyResultLine,
    Lens,
    PolicyRuleKind,
    ReportItem,
    RuleLine,
    Signal,
    SourceLine,
    SourceState,
)
from align_sync.reports.notes import note_as_of, note_book, note_filters, note_idle, note_scope, note_sources
from align_sync.reports.order import sort_items
from align_sync.reports.scope import find_scope, pick_items, policy_rule_of
from align_sync.reports.signals import find_signals
from align_sync.reports.words import source_name
from align_sync.work import Sprint

_NO_BUDGETS: Mapping[str, float] = MappingProxyType({})


def build_report(
    *,
    items: tuple[ReportItem, ...],
    sprints: tuple[Sprint, ...],
    book: Book,
    sources: tuple[SourceLine, ...],
    filters: Filters,
    now: datetime,
    timezone: str,
    is_sample: bool,
    goal: float,
    warn: float,
    unknown_limit: float,
    imputed_limit: float = IMPUTED_LIMIT,
    default_budget: float = DEFAULT_BUDGET,
    budgets: Mapping[str, float] = _NO_BUDGETS,
    count_by: Lens = Lens.ITEMS,
    known: Known = NOTHING_KNOWN,
    rules: tuple[RuleLine, ...] = (),
    problems: tuple[Problem, ...] = (),
    label_form: str = LABEL_FORM,
) -> AlignmentReport:
    """Everything that an output may say of these items; goal, warn, limits and budgets (by team) are shares.

    `items` are those of the sprints in scope, each once; one that comes twice is counted once. `decided` of the rules
    is counted here, so that it is narrowed with everything else.
    """
    everything = impute_points(sort_items(items))
    scope = find_scope(filters, {item.team for item in everything} | {sprint.team for sprint in sprints})
    limits = Limits(unknown=unknown_limit, imputed=imputed_limit, budget=default_budget, budgets=budgets)
    rates = Rates(goal=goal, warn=warn, count_by=count_by, limits=limits)
    figures = measure_figures(everything, sprints, scope, rates)
    key_results = _line_up_key_results(book, everything, figures, known, filters)
    shown = tuple(sorted((line for line in sources if scope.has_source(line.source)), key=lambda s: s.source))
    signals = find_signals(figures.scoped, figures.teams, sprints, earlier=known.earlier, at=filters.as_of_at or now)
    report = AlignmentReport(
        generated_at=now,
        data_as_of=min((line.complete_at for line in shown if line.complete_at is not None), default=None),
        timezone=timezone,
        is_sample=is_sample,
        is_partial=not shown or any(line.state is not SourceState.FRESH for line in shown),
        filters=filters,
        goal=goal,
        warn=warn,
        headline=figures.headline,
        standing=standing(figures.headline.coverage, goal, warn),
        teams=figures.teams,
        sprints=figures.sprints,
        key_results=key_results,
        items=_list_items(figures.scoped, filters, signals, sources, label_form=label_form),
        sources=shown,
        problems=tuple(sorted(problems, key=str)),
        lenses=figures.lenses,
        gaps=measure_gaps(key_results),
        objectives=line_up_objectives(book, key_results, known),
        signals=signals,
        rules=_count_decided(rules, figures.scoped),
        disputed=_count_disputed(figures.scoped),
    )
    return replace(report, notes=_note(report, sprints, everything, is_book_empty=not book.key_results))


def _line_up_key_results(
    book: Book, everything: tuple[ReportItem, ...], figures: Figures, known: Known, filters: Filters
) -> tuple[KeyResultLine, ...]:
    lines = line_up_key_results(book, figures.scoped, everything, known)
    return allocate(lines, figures.scoped, figures.lenses, filters)


def _list_items(
    scoped: tuple[ReportItem, ...],
    filters: Filters,
    signals: tuple[Signal, ...],
    sources: tuple[SourceLine, ...],
    *,
    label_form: str,
) -> tuple[ReportItem, ...]:
    trackers = {line.source: source_name(line.source, line.kind) for line in sources}
    return tuple(
        item
        if item.fixes
        else replace(
            item,
            fixes=propose_fixes(item, tracker=trackers.get(item.source, item.source), label_form=label_form),
        )
        for item in pick_items(scoped, filters, signals)
    )


def _count_decided(rules: tuple[RuleLine, ...], scoped: tuple[ReportItem, ...]) -> tuple[RuleLine, ...]:
    decided = Counter(
        (PolicyRuleKind.EXEMPTION if item.exempted else PolicyRuleKind.MAPPING, policy_rule_of(item)) for item in scoped
    )
    return tuple(replace(rule, decided=decided[rule.kind, rule.name]) for rule in rules)


def _count_disputed(scoped: tuple[ReportItem, ...]) -> dict[str, int]:
    """By the rule that decided, or by the bucket where none did: each is a possible fault of that rule."""
    disputed = Counter((item.decided_by or item.bucket).value for item in scoped if item.dispute is not None)
    return dict(sorted(disputed.items()))


def _note(
    report: AlignmentReport, sprints: tuple[Sprint, ...], everything: tuple[ReportItem, ...], *, is_book_empty: bool
) -> tuple[str, ...]:
    return (
        *note_as_of(report.filters, report.timezone),
        *note_book(report.key_results, is_book_empty=is_book_empty),
        *note_scope(sprints, everything, report.filters),
        *note_filters(report.filters, report.key_results, report.rules),
        *note_sources(report.sources, report.generated_at, report.timezone),
        *note_idle(report.key_results, report.sources),
    )
