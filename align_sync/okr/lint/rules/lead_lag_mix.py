"""An objective whose key results are all marked as lead, or all as lag indicators.

Lag indicators tell the outcome when it is too late to act, lead indicators move early and may lead astray: a set has
both. Said only where all key results are marked.

Fails::

    title: Customers stay because the product helps them
    keyResults:
      - {title: Retention rises from 68 % to 80 %, indicator: lag}
      - {title: Complaints fall from 12 to 6 a week, indicator: lag}

Passes::

    title: Customers stay because the product helps them
    keyResults:
      - {title: Retention rises from 68 % to 80 %, indicator: lag}
      - {title: Customers active in their first week rise from 38 % to 60 %, indicator: lead}
"""

from collections.abc import Iterator

from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.model import Indicator, KeyResultState

NAME = "lead-lag-mix"
SEVERITY = Severity.NOTE
_FEWEST = 2


def check(subject: Subject) -> Iterator[Finding]:
    for objective in subject.book:
        marks = [kr.indicator for kr in objective.key_results if kr.state is KeyResultState.ACTIVE]
        if len(marks) < _FEWEST or len(set(marks)) > 1 or marks[0] is None:
            continue
        is_lag = marks[0] is Indicator.LAG
        yield Finding(
            rule=NAME,
            severity=SEVERITY,
            key=objective.key,
            field=("keyResults",),
            message=f"all its key results are {marks[0]} indicators"
            + (", which move when it is too late to act" if is_lag else ", which do not tell whether it helped"),
            advice=f"add one with `indicator: {'lead' if is_lag else 'lag'}`",
        )
