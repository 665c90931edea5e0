"""How the rules are set, compiled once: the patterns for labels and addresses, and how far to look up."""

import hashlib
import re
from dataclasses import dataclass

DEFAULT_LABEL_PATTERNS = (
    r"^okr/(?P<kr>.+)$",
    r"^okr:(?P<kr>.+)$",
    r"^(?P<kr>kr-.+)$",
)
"""`okr/<KEY>`, `okr:<KEY>` and `kr-<KEY>`; the last is tried with and without its `kr-`."""

DEFAULT_DEPTH = 10

_SAMPLE_KEY = "KR-1"
_KEY_GROUP = re.compile(r"\(\?P<kr>(?:[^()\\]|\\.|\[[^\]]*\])*\)")
_CHOICE = re.compile(r"\[([^\]\\^])[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """`wants_text` tells the trackers whether descriptions are worth fetching at all."""

    label_patterns: tuple[re.Pattern[str], ...] = ()
    url_patterns: tuple[re.Pattern[str], ...] = ()
    with_mentions: bool = False
    with_text_urls: bool = False
    depth: int = DEFAULT_DEPTH

    @property
    def wants_text(self) -> bool:
        return self.with_mentions or self.with_text_urls

    @property
    def label_form(self) -> str:
        """How to write a label that the patterns read, with `{key}` for the key; for advice."""
        forms = ("okr/{key}", *(_form_of(pattern.pattern) for pattern in self.label_patterns))
        return next((form for form in forms if form and self._reads(form)), "{key}, as your label pattern wants it")

    def _reads(self, form: str) -> bool:
        label = form.replace("{key}", _SAMPLE_KEY)
        found = (pattern.match(label) for pattern in self.label_patterns)
        return any(match is not None and match["kr"] == _SAMPLE_KEY for match in found)

    @property
    def fingerprint(self) -> str:
        """Changes where any rule does, so that everything is linked again."""
        parts = (
            *(p.pattern for p in self.label_patterns),
            "|",
            *(p.pattern for p in self.url_patterns),
            str(self.with_mentions),
            str(self.with_text_urls),
            str(self.depth),
        )
        return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()


def _form_of(pattern: str) -> str:
    """The plainest label that a simple pattern reads: its text, with the key in place of the group."""
    text = _KEY_GROUP.sub("{key}", pattern.removeprefix("^").removesuffix("$"))
    text = _CHOICE.sub(lambda match: match[1], text)
    return re.sub(r"\\(.)", r"\1", text)


def build_ruleset(
    *,
    label_patterns: tuple[str, ...] = DEFAULT_LABEL_PATTERNS,
    url_patterns: tuple[str, ...] = (),
    with_mentions: bool = False,
    with_text_urls: bool = False,
    depth: int = DEFAULT_DEPTH,
) -> RuleSet:
    """Compile the patterns; raises `re.error` where one is no pattern (the settings have checked them before)."""
    return RuleSet(
        label_patterns=tuple(re.compile(p, re.IGNORECASE) for p in label_patterns),
        url_patterns=tuple(re.compile(p, re.IGNORECASE) for p in url_patterns),
        with_mentions=with_mentions,
        with_text_urls=with_text_urls,
        depth=depth,
    )
