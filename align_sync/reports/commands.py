"""Which command lists exactly the items behind a figure."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import AlignmentReport, Filters, Lens, SignalKind, Tally
from align_sync.reports.words import team_name

ACTIONABLE = tuple(bucket for bucket in Bucket if bucket.is_actionable)
LINKED = tuple(bucket for bucket in Bucket if bucket.is_linked)

SIGNAL_NAMES = {kind: kind.name.lower().replace("_", "-") for kind in SignalKind}
"""How an option names a signal: `late-links`."""

_EVERYTHING = Filters()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCommand:
    """A figure of a report, and the command that lists the items behind it: `filters` is what the command asks for.

    The masses of these items in `lens` add up to `value`.
    """

    name: str
    lens: Lens
    value: float
    command: str
    filters: Filters


def list_command(
    filters: Filters,
    buckets: tuple[Bucket, ...] = (),
    *,
    team: str | None = None,
    key_result: str | None = None,
    category: str | None = None,
    rule: str | None = None,
    signal: SignalKind | None = None,
    only_disputed: bool = False,
    only_imputed: bool = False,
) -> str:
    """`align-sync report unlinked -t Payments`: the scope of the report, narrowed to what is behind one figure."""
    return command_of(
        replace(
            narrow(filters, buckets, team=team),
            key_results=() if key_result is None else (key_result,),
            categories=() if category is None else (category,),
            rules=() if rule is None else (rule,),
            signals=() if signal is None else (signal,),
            only_disputed=only_disputed,
            only_imputed=only_imputed,
        )
    )


def narrow(filters: Filters, buckets: tuple[Bucket, ...] = (), *, team: str | None = None) -> Filters:
    """The same scope without anything that narrows its list, since no figure knows of that; then buckets and team."""
    return Filters(
        teams=filters.teams if team is None else (team_name(team),),
        sprint=filters.sprint,
        sources=filters.sources,
        as_of_at=filters.as_of_at,
        buckets=buckets,
    )


def command_of(filters: Filters) -> str:
    """The command that asks for exactly this."""
    return shlex.join(["align-sync", "report", *_words_of(filters)])


def _words_of(filters: Filters) -> Iterator[str]:
    is_unlinked = set(filters.buckets) == set(ACTIONABLE)
    yield "unlinked" if is_unlinked else "alignment"
    buckets = () if is_unlinked else tuple(bucket.value for bucket in filters.buckets)
    for option, values in (
        ("--bucket", buckets),
        ("-t", filters.teams),
        ("--source", filters.sources),
        ("--sprint", () if filters.sprint == _EVERYTHING.sprint else (filters.sprint,)),
        ("--kr", filters.key_results),
        ("--category", filters.categories),
        ("--rule", filters.rules),
        ("--signal", tuple(SIGNAL_NAMES[kind] for kind in filters.signals)),
        ("--as-of", () if filters.as_of_at is None else (_write_instant(filters.as_of_at),)),
    ):
        for value in values:
            yield option
            yield value
    if filters.only_disputed:
        yield "--disputed"
    if filters.only_imputed:
        yield "--imputed"


def _write_instant(at: datetime) -> str:
    """To the last digit: a second cut off is another moment, with other facts."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def figure_commands(report: AlignmentReport) -> tuple[FigureCommand, ...]:
    """Every figure that stands for items, with the command that lists them."""
    return tuple(_find_figures(report))


def _find_figures(report: AlignmentReport) -> Iterator[FigureCommand]:
    scope = narrow(report.filters)
    yield from _name_tallies("", report.lenses, scope)
    for line in report.teams:
        yield from _name_tallies(f"{team_name(line.team)}: ", line.lenses, narrow(scope, team=line.team))
    for result in report.key_results:
        yield _figure(f"key result {result.key}", result.items, replace(scope, key_results=(result.key,)))
    for rule in report.rules:
        yield _figure(f"{rule.kind.value} rule {rule.name}", rule.decided, replace(scope, rules=(rule.name,)))
    yield _figure("disputed", sum(report.disputed.values()), replace(scope, only_disputed=True))
    for signal in report.signals:
        narrowed = replace(narrow(scope, team=signal.team), signals=(signal.kind,))
        yield _figure(f"{team_name(signal.team)}: {signal.kind.value}", len(signal.items), narrowed)


def _name_tallies(prefix: str, tallies: tuple[Tally, ...], scope: Filters) -> Iterator[FigureCommand]:
    for figures in tallies:
        for bucket, number in figures.counts.items():
            yield _figure(f"{prefix}{bucket.value}", number, replace(scope, buckets=(bucket,)), figures.lens)
        yield _figure(f"{prefix}missed", figures.actionable, replace(scope, buckets=ACTIONABLE), figures.lens)
        yield _figure(f"{prefix}linked", figures.linked, replace(scope, buckets=LINKED), figures.lens)
        yield _figure(f"{prefix}all", figures.total, scope, figures.lens)
        if figures.over:
            # Nobody can say which of the exempt items are the ones too many: the list has all of them.
            exempt = replace(scope, buckets=(Bucket.EXEMPT,))
            yield _figure(f"{prefix}exempt, over the budget", figures.counts[Bucket.EXEMPT], exempt, figures.lens)
        if figures.lens is Lens.POINTS:
            yield _figure(f"{prefix}imputed", figures.imputed, replace(scope, only_imputed=True))


def _figure(name: str, value: float, filters: Filters, lens: Lens = Lens.ITEMS) -> FigureCommand:
    return FigureCommand(name=name, lens=lens, value=value, command=command_of(filters), filters=filters)


def explain_command(key: str) -> str:
    return shlex.join(["align-sync", "explain", key])
