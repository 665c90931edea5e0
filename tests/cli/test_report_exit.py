"""How `align-sync report` ends: figures that cannot be trusted neither pass nor fail."""

import pytest

from align_sync.cli import exit_codes
from align_sync.cli.report import judge_exit
from align_sync.linking.evidence import Bucket
from align_sync.reports.model import ReportItem, SourceLine, SourceState
from tests.core.reports.story import make_report
from tests.make import make_report_item, make_source

HALF = (make_report_item("PAY-1", Bucket.DIRECT), make_report_item("PAY-2"))
FRESH = make_source()
STALE = make_source("linear", state=SourceState.STALE)
PARTIAL = make_source("linear", state=SourceState.PARTIAL)
NEVER = make_source("linear", state=SourceState.NEVER, complete_at=None)
UNTRUSTED = "--fail-under cannot be judged: the data is partial, or too old\n"


@pytest.mark.parametrize(
    ("sources", "items", "fail_under", "code", "said"),
    [
        ((FRESH,), HALF, None, exit_codes.FINE, ""),
        ((FRESH,), HALF, 50.0, exit_codes.FINE, ""),
        ((FRESH,), HALF, 50.1, exit_codes.FINDINGS, "coverage is 50.0 %, below --fail-under 50.1\n"),
        ((FRESH,), (), None, exit_codes.FINE, ""),
        ((FRESH,), (), 0.0, exit_codes.PARTIAL, "--fail-under cannot be judged: no item is in scope\n"),
        ((FRESH, STALE), HALF, None, exit_codes.FINE, ""),
        ((FRESH, STALE), HALF, 10.0, exit_codes.PARTIAL, UNTRUSTED),
        ((FRESH, STALE), HALF, 90.0, exit_codes.PARTIAL, UNTRUSTED),
        ((STALE,), (), 90.0, exit_codes.PARTIAL, UNTRUSTED),
        ((FRESH, PARTIAL), HALF, None, exit_codes.PARTIAL, ""),
        ((FRESH, PARTIAL), HALF, 10.0, exit_codes.PARTIAL, ""),
        ((FRESH, NEVER), HALF, 90.0, exit_codes.PARTIAL, ""),
        ((), HALF, None, exit_codes.PARTIAL, ""),
        ((), HALF, 10.0, exit_codes.PARTIAL, ""),
        ((), (), 90.0, exit_codes.PARTIAL, ""),
    ],
)
def test_the_exit_code_follows_from_the_data_before_the_figure(
    capsys: pytest.CaptureFixture[str],
    *,
    sources: tuple[SourceLine, ...],
    items: tuple[ReportItem, ...],
    fail_under: float | None,
    code: int,
    said: str,
) -> None:
    assert judge_exit(make_report(*items, sources=sources), fail_under) == code
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", said)
