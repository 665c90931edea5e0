"""Titles, labels and names that want to act: in Markdown, on terminals and in pages they stay text."""

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align_sync.errors import Problem
from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book, Objective
from align_sync.reports.model import (
    AlignmentReport,
    DisputeLine,
    ExemptionLine,
    Filters,
    PolicyRuleKind,
    RuleLine,
    Signal,
    SignalKind,
)
from align_sync.reports.plain import make_plain
from align_sync.reports.render import Format, Screen, View, render_report
from align_sync.reports.render.explain import EXPLAINERS, render_explanation
from align_sync.reports.render.markdown_text import code, escape, link
from align_sync.reports.render.piped import ITEM_COLUMNS
from tests.core.reports.explained import explain
from tests.core.reports.hostile import HOSTILE
from tests.core.reports.story import GRACE, make_report
from tests.make import NOW, make_book, make_item, make_kr, make_report_item, make_source, make_sprint

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=40))
TERMINAL = Screen(width=72, is_terminal=True)


def hostile_report(text: str) -> AlignmentReport:
    """The text in every place that comes from outside."""
    kr = make_kr("kr", title=text, owner=text)
    book = Book(objectives=(Objective(key=text, title=text, team=text, period=text, key_results=(kr,)),))
    items = tuple(
        replace(
            make_report_item(
                f"PAY-{number}",
                bucket,
                title=text,
                team=text,
                key_results=("kr",),
                labels=(text,),
                because=text,
                suggestion=text,
                parent=text,
                assignee=text,
                address=text,
            ),
            status=text,
            kind_name=text,
            priority=text,
            sprint=text,
            rejected=(text,),
            components=(text,),
            dispute=DisputeLine(author=text, reason=text, since_at=NOW) if bucket.is_actionable else None,
            exempted=ExemptionLine(
                category=text, reason=text, rule=text, author=text, expires_on=None, says=f"exempt: {text}"
            )
            if bucket is Bucket.EXEMPT
            else None,
            waiting=GRACE if bucket is Bucket.GRACE else None,
        )
        for number, bucket in enumerate(Bucket)
    )
    report = make_report(
        *items,
        make_report_item("PAY-99", title=text, team=text),
        book=book,
        sprints=(make_sprint(name=text, team=text),),
        sources=(make_source(failure=text),),
        filters=Filters(sprint=text),
        problems=(Problem(message=text, where=text, advice=text),),
        unknown_limit=1.0,
        rules=tuple(
            RuleLine(kind=kind, name=text, target=text, owner=text, expires_on=None, matched=1, decided=1, warning=text)
            for kind in PolicyRuleKind
        ),
    )
    behind = tuple((item.source, item.external_id) for item in report.items)
    signals = tuple(Signal(kind=kind, team=text, says=text, share=1.0, items=behind) for kind in SignalKind)
    return replace(report, signals=signals, snapshot=text, content_hash=text)


class _Structure(HTMLParser):
    """Tags with the names of their attributes, in order, and all addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action", "xlink:href"}]
        self.ids += [value or "" for name, value in attrs if name == "id"]


@settings(deadline=None)
@given(text=TEXTS, view=st.sampled_from(View))
def test_no_text_changes_the_structure_of_a_page(text: str, view: View) -> None:
    calm = "x" if text.strip() else text
    # An address is a link or it is none: that is the one thing that the text may decide.
    expected = _Structure(render_report(hostile_report(calm or text), Format.HTML, view=view)).tags
    written = render_report(hostile_report(text), Format.HTML, view=view)
    found = _Structure(written)
    without_links = [tag for tag in found.tags if tag != ("a", ("href", "rel"))]
    if make_plain(text).strip() and text.strip():
        assert without_links == [tag for tag in expected if tag != ("a", ("href", "rel"))]
    assert all(re.match(r"#|https?://", address) for address in found.addresses)
    written.encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_gets_into_a_page_unescaped(text: str) -> None:
    for page in (
        render_report(hostile_report(text), Format.HTML),
        render_explanation(explain(make_item(title=text, labels=(text, f"okr/{text}"))), Format.HTML),
    ):
        body = page.split("</style>", 1)[1]
        found = _Structure(page)
        assert not {tag for tag, _ in found.tags} & {"script", "img", "iframe", "object", "embed", "base", "form"}
        assert not {name for _, names in found.tags for name in names if name.startswith("on") or name == "style"}
        assert all(re.match(r"#|https?://", address) for address in found.addresses)
        if set(text) & set("<>") or '"' in text:
            assert text not in body
        assert make_plain(text).strip()[:40] in unescape(body).replace("\u00a0%", " %")


@settings(deadline=None)
@given(text=TEXTS, view=st.sampled_from(View))
def test_no_text_sends_a_control_character_to_a_terminal(text: str, view: View) -> None:
    report = hostile_report(text)
    for screen in (Screen(), TERMINAL):
        written = render_report(report, Format.TABLE, view=view, screen=screen)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", written)
        written.encode()
    coloured = render_report(report, Format.TABLE, view=view, screen=Screen(width=72, colour=True, is_terminal=True))
    assert "\x1b" not in re.sub(r"\x1b\[[\d;]*m", "", coloured)


@settings(deadline=None)
@given(text=TEXTS)
def test_a_piped_row_keeps_its_columns(text: str) -> None:
    rows = render_report(hostile_report(text), Format.TABLE, view=View.UNLINKED).split("\n# items\n")[1].splitlines()
    assert {row.count("\t") for row in rows} == {len(ITEM_COLUMNS) - 1}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", EXPLAINERS)
@pytest.mark.parametrize("screen", [Screen(), TERMINAL])
def test_explanations_hold_no_control_character(text: str, form: Format, screen: Screen) -> None:
    item = make_item(title=text, labels=(f"okr/{text}",), parent=text or "x")
    written = render_explanation(explain(item, book=make_book("ret90")), form, screen=screen).replace("\r\n", "\n")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", written)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain PAY-1 (a), 50 %!", "plain PAY-1 (a), 50 %!"),
        ("a|b\nc", r"a\|b c"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("<b> & @you", "&lt;b&gt; &amp; &#64;you"),
        ("[a](b) ![c](d)", r"\[a\](b) !\[c\](d)"),
        ("`a` *b* _c_ ~~d~~ $e$ \\", r"\`a\` \*b\* \_c\_ \~\~d\~\~ \$e\$ " + "\\\\"),
        ("https://x www.y", "https&#58;//x www&#46;y"),
    ],
)
def test_markdown_marks_are_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@settings(deadline=None)
@given(text=TEXTS)
def test_a_row_of_a_markdown_table_keeps_its_cells(text: str) -> None:
    written = render_report(hostile_report(text), Format.MARKDOWN)
    rows = [line for line in written.splitlines() if line.startswith(("| PAY-", "| [PAY-"))]
    assert len(rows) == len(Bucket) + 1
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} == {8}
    written.encode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("align-sync report unlinked -t 'A *b*'", "`align-sync report unlinked -t 'A *b*'`"),
        ("-t 'a|b'", r"\-t 'a\|b'"),
        ("-t 'a`b'", r"\-t 'a\`b'"),
        ("-t 'a\nb\x1b'", "`-t 'a b␛'`"),
    ],
)
def test_commands_are_code_where_a_table_can_hold_it(text: str, written: str) -> None:
    assert code(text) == written


def test_only_web_addresses_become_links_in_markdown() -> None:
    assert link("PAY-1", "https://x.example/a|b>c") == "[PAY-1](<https://x.example/a%7Cb%3Ec>)"
    assert link("PAY-1", "javascript:alert(1)") == "PAY-1"
