"""A key result with words that everybody reads differently.

"Significantly" and "as soon as possible" mean one thing to whoever writes them and another to whoever is asked.

Fails::

    title: Significantly increase retention
    metric: {unit: percent, baseline: 68, target: 80}

Fails::

    title: Ridurre il prima possibile e in modo significativo i reclami da 12 a 6

Passes::

    title: Increase retention from 68 % to 80 %
"""

import re
from collections.abc import Iterator

from align_sync.okr.lint import words_en, words_it
from align_sync.okr.lint.lexicon import find_language
from align_sync.okr.lint.model import Finding, Severity, Subject
from align_sync.okr.lint.text import Language, fold
from align_sync.okr.lint.wording import build_wording

NAME = "vague-words"
SEVERITY = Severity.WARNING

_PATTERNS = {
    language: re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})(?![\w-])")
    for language, words in ((Language.ENGLISH, words_en.VAGUE), (Language.ITALIAN, words_it.VAGUE))
}


def check(subject: Subject) -> Iterator[Finding]:
    for _, key_result in subject.key_results():
        title = key_result.title
        found = _PATTERNS[find_language(title)].search(fold(title))
        if found:
            yield Finding(
                rule=NAME,
                severity=SEVERITY,
                key=key_result.key,
                field=("title",),
                message=f'"{title[found.start() : found.end()]}" means something else to everybody who reads it',
                advice="leave it out, or say it as a number",
                wording=build_wording(key_result) or _without(title, found),
            )


def _without(title: str, found: re.Match[str]) -> str:
    """The title without an adverb, where what is left is still a sentence."""
    if not found[0].endswith(("ly", "mente")):
        return ""
    rest = " ".join(f"{title[: found.start()]} {title[found.end() :]}".split())
    return rest[:1].upper() + rest[1:]
