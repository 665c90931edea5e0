"""A digest as the HTML of an e-mail: one column, styles inline, no image, no script, nothing fetched."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from align_sync.digests.model import Digest
from align_sync.digests.render.said import LineKind, tell
from align_sync.digests.render.text import explain
from align_sync.digests.words import words_of
from align_sync.reports.plain import make_plain, safe_address


def render_html(digest: Digest, language: str) -> str:
    template = _environment().get_template("digest.html")
    return template.render(said=tell(digest, words_of(language)), language=language, foot=explain(digest, language))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("align_sync.digests.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalise,
    )
    environment.globals.update(kinds=LineKind, safe_address=safe_address)
    return environment


def _finalise(value: object) -> object:
    return make_plain(value) if type(value) is str else value
