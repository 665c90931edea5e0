"""What one can do about an item that serves no key result: one step each, the shortest first, what lasts before all."""

import shlex

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import ReportItem

LABEL_FORM = "okr/{key}"
"""How a label names a key result unless the settings say otherwise."""

_ANY_KEY = "<key result>"


def propose_fixes(item: ReportItem, *, tracker: str, label_form: str = LABEL_FORM) -> tuple[str, ...]:
    """What to change in the tracker (`Jira`) and where, then what can be decided here.

    Nothing for items that ask nobody to act, and nothing where somebody disputes the verdict: it may be wrong.
    """
    if not item.bucket.is_actionable or item.dispute is not None:
        return ()
    label = label_form.format(key=item.suggestion or _ANY_KEY)
    wrong = _wrong_label(item)
    place = f"in {tracker}: {item.address}" if item.address else f"in {tracker}"
    first = f"replace the label {wrong} by {label} {place}" if wrong else f"add the label {label} {place}"
    fixes = [f"mend the name on {item.blamed}: all that is below it inherits the link"] if item.blamed else []
    fixes.append(first if not fixes else f"or {first}")
    if item.parent and item.parent != item.blamed:
        fixes.append(f"or put the label on {item.parent}: all that is below it inherits the link")
    return (*fixes, *_decisions(item))


def _decisions(item: ReportItem) -> tuple[str, ...]:
    """Commands to paste; the dots are left to the reader, and refused as they are."""
    key = shlex.quote(item.key)
    key_result = shlex.quote(item.suggestion or _ANY_KEY)
    return (
        f"or: align-sync link add {key} {key_result} --reason ...",
        f"or: align-sync exempt add {key} --category ... --reason ...",
        f"or: align-sync dispute {key} --reason ...",
    )


def _wrong_label(item: ReportItem) -> str | None:
    """The item's own label that the verdict blames, if it is a label at all."""
    if item.bucket is not Bucket.INVALID:
        return None
    blamed = (item.because, *item.rejected)
    return next((label for label in item.labels for text in blamed if text.startswith(f"label {label} names ")), None)
