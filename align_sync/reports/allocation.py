"""Where the work goes: the key results with their shares of effort and weight, and how far the two lie apart."""

from collections.abc import Iterable
from dataclasses import replace
from math import fsum

from align_sync.okr.model import Book, KeyResultState
from align_sync.reports.known import Known
from align_sync.reports.lenses import mass_of
from align_sync.reports.model import Filters, Gap, KeyResultLine, KeyResultWork, Lens, ObjectiveLine, ReportItem, Tally
from align_sync.reports.words import team_name
from align_sync.work import StatusCategory

_FINISHED = frozenset({StatusCategory.DONE, StatusCategory.CANCELLED})


def line_up_key_results(
    book: Book, scoped: Iterable[ReportItem], everything: Iterable[ReportItem], known: Known
) -> tuple[KeyResultLine, ...]:
    """All active key results in the order of the book, without effort and share of weight.

    What the store says nothing of is taken from `everything`, the items of the report before its filters.
    """
    shares: dict[str, list[float]] = {}
    for item in scoped:
        for link in item.links:
            shares.setdefault(link.key_result, []).append(link.share)
    work = {**_see_work(everything), **{done.key_result: done for done in known.work}}
    lines = []
    for objective in book:
        for kr in objective.key_results:
            if kr.state is KeyResultState.ACTIVE:
                done = work.get(kr.key) or KeyResultWork(key_result=kr.key)
                lines.append(
                    KeyResultLine(
                        key=kr.key,
                        title=kr.title,
                        objective_key=objective.key,
                        objective=objective.title,
                        team=objective.team,
                        period=objective.period,
                        owner=kr.owner,
                        items=len(shares.get(kr.key, ())),
                        share_sum=fsum(shares.get(kr.key, ())),
                        is_idle=not (done.has_open or done.has_recent),
                        weight=kr.weight,
                        has_open=done.has_open,
                        has_recent=done.has_recent,
                        planned=done.planned if known.has_sprint_ahead else None,
                        last_work_at=done.last_work_at,
                        days_behind=known.days_behind.get(kr.key),
                        commitment=kr.commitment,
                        metric=kr.metric,
                        standing=known.standings.key_results.get(kr.key) if known.standings else None,
                    )
                )
    return tuple(lines)


def line_up_objectives(book: Book, lines: Iterable[KeyResultLine], known: Known) -> tuple[ObjectiveLine, ...]:
    """All objectives of the book in its order; none where nobody asked how they stand."""
    if known.standings is None:
        return ()
    items: dict[str, int] = {}
    for line in lines:
        items[line.objective_key] = items.get(line.objective_key, 0) + line.items
    return tuple(
        ObjectiveLine(
            key=objective.key,
            title=objective.title,
            team=objective.team,
            period=objective.period,
            owner=objective.owner,
            parent=objective.contributes_to[0] if objective.contributes_to else "",
            standing=known.standings.objectives[objective.key],
            items=items.get(objective.key, 0),
        )
        for objective in book
        if objective.key in known.standings.objectives
    )


def _see_work(items: Iterable[ReportItem]) -> dict[str, KeyResultWork]:
    seen: dict[str, KeyResultWork] = {}
    for item in items:
        is_open = item.status_category not in _FINISHED
        for link in item.links:
            before = seen.get(link.key_result) or KeyResultWork(key_result=link.key_result)
            seen[link.key_result] = replace(
                before, has_open=before.has_open or is_open, has_recent=before.has_recent or not is_open
            )
    return seen


def allocate(
    lines: tuple[KeyResultLine, ...], scoped: Iterable[ReportItem], lenses: Iterable[Tally], filters: Filters
) -> tuple[KeyResultLine, ...]:
    """The lines with effort and share of weight, among the key results that are compared.

    Those are the key results of the teams that were asked for, if they have any, else all: what a team does for others
    says nothing of how it divides its work among its own. The other lines have neither; nor has any line an effort in a
    lens whose figure is withheld.
    """
    scoped = tuple(scoped)
    wanted = {name.casefold() for name in filters.teams}
    own = {line.key for line in lines if team_name(line.team).casefold() in wanted}
    compared = own or {line.key for line in lines}
    efforts = {figure.lens: _share_effort(scoped, compared, figure.lens) for figure in lenses if not figure.withheld}
    weights = fsum(line.weight for line in lines if line.key in compared)
    return tuple(
        replace(
            line,
            weight_share=line.weight / weights if weights else 0.0,
            effort={lens: effort.get(line.key, 0.0) for lens, effort in efforts.items() if effort},
        )
        if line.key in compared
        else line
        for line in lines
    )


def _share_effort(scoped: tuple[ReportItem, ...], compared: set[str], lens: Lens) -> dict[str, float]:
    """Empty where no work that weighs anything serves them."""
    masses: dict[str, list[float]] = {}
    for item in scoped:
        for link in item.links:
            if link.key_result in compared:
                masses.setdefault(link.key_result, []).append(link.share * (mass_of(item, lens) or 0))
    total = fsum(mass for held in masses.values() for mass in held)
    return {key: fsum(held) / total for key, held in masses.items()} if total else {}


def measure_gaps(lines: tuple[KeyResultLine, ...]) -> tuple[Gap, ...]:
    """One gap a lens, over the key results that have both an effort and a weight to compare it with."""
    return tuple(Gap(lens=lens, gap=_gap(lines, lens)) for lens in Lens)


def _gap(lines: tuple[KeyResultLine, ...], lens: Lens) -> float | None:
    compared = [line for line in lines if lens in line.effort]
    if not any(line.weight_share for line in compared):
        return None
    return min(1.0, fsum(abs(line.effort[lens] - line.weight_share) for line in compared) / 2)
