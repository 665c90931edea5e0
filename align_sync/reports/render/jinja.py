"""The Jinja environment of all pages: always escaping, strict about names, styles allowed by their hash alone."""

import base64
import hashlib
import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from align_sync.reports.plain import make_plain, safe_address
from align_sync.reports.render import (
    charts,
    item_words,
    key_result_words,
    lens_words,
    policy_words,
    progress_words,
    wording,
)
from align_sync.reports.words import (
    count,
    day,
    moment,
    percent,
    percent_or_withheld,
    quantity,
    source_name,
    team_name,
)

_STYLE = "report.css"
_BEFORE_PER_CENT = re.compile(r"(?<=\d) (?=%)")


def render_page(template: str, **values: object) -> str:
    return _environment().get_template(template).render(style_hash=_hash_style(), **values) + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("align_sync.reports.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalise,
    )
    environment.filters.update(capitalise=_capitalise, without_address=wording.without_address)
    environment.globals.update(
        wording=wording,
        words=item_words,
        lens_words=lens_words,
        key_result_words=key_result_words,
        policy_words=policy_words,
        progress_words=progress_words,
        bucket_words=wording.BUCKET_WORDS,
        groups=wording.BUCKET_GROUPS,
        lens_names=lens_words.LENS_WORDS,
        lens_meanings=lens_words.LENS_MEANINGS,
        three_lenses=lens_words.THREE_LENSES,
        gap_meaning=lens_words.GAP_MEANING,
        policy_kinds=policy_words.POLICY_KIND_WORDS,
        none_known=lens_words.NONE_KNOWN,
        standing_classes=charts.STANDING_CLASSES,
        count=count,
        day=day,
        moment=moment,
        percent=percent,
        percent_or_withheld=percent_or_withheld,
        quantity=quantity,
        safe_address=safe_address,
        source_name=source_name,
        team_name=team_name,
    )
    return environment


def _capitalise(sentence: str) -> str:
    """A capital letter at the start and nothing else changed; what begins with a key or a command stays."""
    first = sentence.split(" ", 1)[0]
    return sentence[:1].upper() + sentence[1:] if first.rstrip(",:;").isalpha() else sentence


def _finalise(value: object) -> object:
    """Markup is what a macro of ours made; any other text may come from outside."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _BEFORE_PER_CENT.sub("\u00a0", make_plain(value))


@cache
def _hash_style() -> str:
    style = _environment().get_template(_STYLE).render()
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
