"""A digest as an e-mail: subject, text and HTML."""

from align_sync.digests.model import Digest, DigestState
from align_sync.digests.render.html import render_html
from align_sync.digests.render.sentences import say_figures, say_title, write
from align_sync.digests.render.text import render_text
from align_sync.digests.words import cut, words_of
from align_sync.reports.plain import make_plain

LONGEST_SUBJECT = 180
_WITH_FIGURES = frozenset({DigestState.NEWS, DigestState.CLEAN, DigestState.UNCHANGED})


def render_email(digest: Digest, language: str) -> dict[str, object]:
    return {
        "subject": render_subject(digest, language),
        "text": render_text(digest, language),
        "html": render_html(digest, language),
    }


def render_subject(digest: Digest, language: str) -> str:
    """One line; what is only for administrators, or not certain, is said instead of the figures."""
    words = words_of(language)
    if digest.state in _WITH_FIGURES:
        said = write(say_figures(digest, words))
    elif digest.state is DigestState.PREVIEW:
        said = words.text("preview")
    else:
        said = words.text("no verdict")
    return cut(make_plain(f"{write(say_title(digest, words))} · {said}"), LONGEST_SUBJECT)
