"""What one can do about an item that serves no key result: one step each, the shortest first."""

from align_sync.linking.evidence import Bucket
from align_sync.reports.model import ReportItem

LABEL_FORM = "okr/{key}"
"""How a label names a key result unless the settings say otherwise."""

_ANY_KEY = "<key result>"


def propose_fixes(item: ReportItem, *, tracker: str, label_form: str = LABEL_FORM) -> tuple[str, ...]:
    """Nothing for items that ask nobody to act; else what to change in the tracker (`Jira`), and where."""
    if not item.bucket.is_actionable:
        return ()
    label = label_form.format(key=item.suggestion or _ANY_KEY)
    wrong = _wrong_label(item)
    place = f"in {tracker}: {item.address}" if item.address else f"in {tracker}"
    first = f"replace the label {wrong} by {label} {place}" if wrong else f"add the label {label} {place}"
    fixes = [f"mend the name on {item.blamed}: all that is below it inherits the link"] if item.blamed else []
    fixes.append(first if not fixes else f"or {first}")
    if item.parent and item.parent != item.blamed:
        fixes.append(f"or put the label on {item.parent}: all that is below it inherits the link")
    return tuple(fixes)


def _wrong_label(item: ReportItem) -> str | None:
    """The item's own label that the verdict blames, if it is a label at all."""
    if item.bucket is not Bucket.INVALID:
        return None
    blamed = (item.because, *item.rejected)
    return next((label for label in item.labels for text in blamed if text.startswith(f"label {label} names ")), None)
