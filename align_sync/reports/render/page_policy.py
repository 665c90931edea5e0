"""Key results, rules, signals and disputes of the HTML page, each with the items behind its figure."""

from dataclasses import dataclass

from align_sync.reports.commands import list_command
from align_sync.reports.idle import rank_idle
from align_sync.reports.lenses import is_imputed
from align_sync.reports.model import AlignmentReport, KeyResultLine, Lens, PolicyRuleKind, ReportItem, RuleLine, Signal
from align_sync.reports.render.item_words import group_exempt, line_up
from align_sync.reports.render.lens_words import tally_by
from align_sync.reports.render.page_anchors import Listing, list_items
from align_sync.reports.render.view import View, lists_all
from align_sync.reports.scope import policy_rule_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultRow:
    """`shares` are what of each item in `work` goes to it."""

    id: str
    line: KeyResultLine
    work: Listing
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    line: RuleLine
    decided: Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    signal: Signal
    behind: Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRow:
    """The exempt items of one category, with the different reasons and ends."""

    category: str
    exempt: Listing
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the page shows of rules and decisions; empty in the views that are not about them."""

    rules: tuple[RuleRow, ...]
    signals: tuple[SignalRow, ...]
    categories: tuple[CategoryRow, ...]
    disputed: Listing
    imputed: Listing


def lay_out_key_results(report: AlignmentReport) -> tuple[KeyResultRow, ...]:
    rows = []
    for number, line in enumerate(report.key_results, start=1):
        served = [(item, link.share) for item in report.items for link in item.links if link.key_result == line.key]
        command = list_command(report.filters, key_result=line.key)
        items = tuple(item for item, _ in served)
        rows.append(
            KeyResultRow(
                id=f"key-result-{number}",
                line=line,
                work=list_items(f"work-{number}", line.items, command, items),
                shares=tuple(share for _, share in served),
            )
        )
    return tuple(rows)


def rank_rows(report: AlignmentReport, rows: tuple[KeyResultRow, ...]) -> tuple[KeyResultRow, ...]:
    """The idle ones, the most pressing first."""
    by_key = {row.line.key: row for row in rows}
    return tuple(by_key[line.key] for line in rank_idle(report.key_results))


def lay_out_policy(report: AlignmentReport, view: View) -> Policy:
    items = report.items if view is View.ALIGNMENT else ()
    scope = report.filters
    return Policy(
        rules=tuple(_lay_out_rule(number, line, report) for number, line in enumerate(report.rules, start=1)),
        signals=tuple(_lay_out_signal(number, signal, report) for number, signal in enumerate(report.signals, start=1)),
        categories=_lay_out_categories(report) if view is View.ALIGNMENT and lists_all(report) else (),
        disputed=list_items(
            "disputed",
            sum(report.disputed.values()),
            list_command(scope, only_disputed=True),
            tuple(item for item in items if item.dispute),
        ),
        imputed=list_items(
            "imputed",
            tally_by(report, Lens.POINTS).imputed,
            list_command(scope, only_imputed=True),
            tuple(item for item in items if is_imputed(item)),
        ),
    )


def _lay_out_rule(number: int, line: RuleLine, report: AlignmentReport) -> RuleRow:
    is_exemption = line.kind is PolicyRuleKind.EXEMPTION
    decided = tuple(
        item for item in report.items if bool(item.exempted) is is_exemption and policy_rule_of(item) == line.name
    )
    command = list_command(report.filters, rule=line.name)
    return RuleRow(line=line, decided=list_items(f"rule-{number}", line.decided, command, decided))


def _lay_out_signal(number: int, signal: Signal, report: AlignmentReport) -> SignalRow:
    refs = frozenset(signal.items)
    behind = tuple(item for item in report.items if (item.source, item.external_id) in refs)
    command = list_command(report.filters, team=signal.team, signal=signal.kind)
    return SignalRow(signal=signal, behind=list_items(f"signal-{number}", len(refs), command, behind))


def _lay_out_categories(report: AlignmentReport) -> tuple[CategoryRow, ...]:
    return tuple(
        CategoryRow(
            category=category,
            exempt=list_items(
                f"category-{number}",
                len(items),
                list_command(report.filters, category=category),
                tuple(items),
            ),
            reasons=_list_reasons(items),
        )
        for number, (category, items) in enumerate(group_exempt(line_up(report.items).exempt).items(), start=1)
    )


def _list_reasons(items: list[ReportItem]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.exempted.says for item in items if item.exempted))
