"""Dates and names of periods in a title: they hold digits, and are no quantities."""

import re

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug"
    "|sept?|oct|nov|dec|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
    "|gen|mag|giu|lug|ago|ott|dic"
)
_YEAR = r"(?:19|20)\d{2}"
_DATES = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})\b"
    r"|\b(?:0?[1-9]|[12]\d|3[01])/(?:0[1-9]|1[0-2])\b"
    rf"|\b(?:\d{{1,2}}(?:st|nd|rd|th|\u00b0|\u00ba)?\s+(?:of\s+)?)?(?:{_MONTHS})\b\.?"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?\b(?!\s*%))?"
    rf"(?:,?\s+'?{_YEAR}\b)?"
    rf"|\b{_YEAR}[- /]?[qht][1-4]\b|\b[qht][1-4](?:[ /'-]*(?:{_YEAR}|\d{{2}})\b(?!\s*%))?|\bfy[ '-]?\d{{2,4}}\b"
    rf"|\b[1-4](?:st|nd|rd|th|\u00b0|\u00ba)\s+(?:quarter|half|trimestre|semestre)\b(?:\s+{_YEAR})?"
    r"|\b(?:year[- ]end|end of year|eoy|eoq|fine anno|fine trimestre)\b"
)
_YEAR_ALONE = re.compile(
    r"(?<=\b)(?:(?:in|by|of|for|end|year|during|since|vs|versus|nel|entro il|del|dal|al|fine|anno|entro|rispetto al"
    rf"|the|su)\s+)(?P<year>{_YEAR})\b(?!\s*(?:%|[a-z]|\u20ac))|[,(]\s*(?P<last>{_YEAR})\s*\)?$"
)


def blank_dates(folded: str) -> str:
    """The text with a mark in place of every date, as long as it was."""
    text = _DATES.sub(_blank, folded)
    return _YEAR_ALONE.sub(_blank, text)


def _blank(found: re.Match[str]) -> str:
    # `march` alone may be a verb and `may` is one: without a digit nothing has to be hidden.
    return "\x00" * len(found[0]) if re.search(r"\d", found[0]) else found[0]
