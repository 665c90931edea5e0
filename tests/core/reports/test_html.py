"""The page: self-contained, its figures lead to exactly their items, its colours can be read."""

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from align_sync.linking.evidence import Bucket
from align_sync.okr.model import Book
from align_sync.reports.commands import figure_commands, list_command
from align_sync.reports.model import AlignmentReport, Filters, Lens
from align_sync.reports.render import Format, View, charts, render_report
from align_sync.reports.render.explain import render_explanation
from align_sync.reports.render.lens_words import NONE_KNOWN
from align_sync.reports.render.page import lay_out
from align_sync.reports.render.wording import BUCKET_GROUPS
from tests.core.reports.explained import explain_inherited
from tests.core.reports.story import RULES, dated_report, empty_report, make_report, rich_report, small_report
from tests.make import make_book, make_report_item

PAGES = {
    "rich": rich_report(is_sample=True),
    "small": small_report(),
    "empty": empty_report(),
    "filtered": rich_report(filters=Filters(buckets=(Bucket.UNLINKED,))),
}


_EMPTY = {"meta", "rect", "circle", "line"}


class _Reader(HTMLParser):
    """Which places there are, where links lead, and how many item rows stand below each place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.places: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.rows: Counter[str] = Counter()
        self.open: list[tuple[str, str]] = []
        self.target = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        place = values.get("id") or ""
        if place:
            self.places.append(place)
        if tag not in _EMPTY:
            self.open.append((tag, place))
        if values.get("class") == "what":
            self.rows.update({name for _, name in self.open if name} if tag == "td" else {self.open[-3][1]})
        self.target = self._target(values) if tag == "a" else self.target

    def _target(self, values: dict[str, str | None]) -> str:
        """Where a number of items leads; points and days lead to the same items, and are as many only by chance."""
        return "" if values.get("class") == "mass" else values.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        while tag not in _EMPTY and self.open and self.open.pop()[0] != tag:
            pass
        self.target = "" if tag == "a" else self.target

    def handle_data(self, data: str) -> None:
        if self.target.startswith("#") and data.strip().isdigit():
            self.links.append((self.target[1:], data.strip()))


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_needs_nothing_from_outside_and_runs_nothing(name: str, view: View) -> None:
    page = render_report(PAGES[name], Format.HTML, view=view)
    assert not re.search(r"<script|<link|<iframe|<object|@import|url\(['\"]?http|\ssrc=|\sstyle=|\son\w+=", page)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy is not None
    assert style is not None
    hashed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("name", PAGES)
def test_every_anchor_leads_somewhere_and_names_are_unique(name: str, view: View) -> None:
    page = render_report(PAGES[name], Format.HTML, view=view)
    places = _Reader(page).places
    assert not [place for place, times in Counter(places).items() if times > 1]
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(places)
    assert set(" ".join(re.findall(r'aria-labelledby="([^"]+)"', page)).split()) <= set(places)


@pytest.mark.parametrize("name", PAGES)
def test_a_figure_that_is_a_link_lists_exactly_as_many_items(name: str) -> None:
    reader = _Reader(render_report(PAGES[name], Format.HTML))
    leading = [(place, int(number)) for place, number in reader.links if place != "key-results"]
    assert leading or not PAGES[name].items
    assert [(place, reader.rows[place]) for place, _ in leading] == leading


@pytest.mark.parametrize("name", PAGES)
def test_a_list_behind_a_figure_holds_as_many_items_as_it_says(name: str) -> None:
    page = render_report(PAGES[name], Format.HTML)
    said = re.findall(r'<details class="behind" id="([^"]+)"><summary title="align-sync report [^"]+">(\d+)', page)
    assert said or name in {"empty", "filtered"}
    assert [(place, _Reader(page).rows[place]) for place, _ in said] == [(place, int(n)) for place, n in said]


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_carries_the_command_that_lists_its_items(name: str) -> None:
    report = PAGES[name]
    page = unescape(render_report(report, Format.HTML))
    of_teams = report.lenses[1:]
    commands = {
        figure.command
        for figure in figure_commands(report)
        if figure.value and figure.lens not in {tally.lens for tally in of_teams}
    }
    shown = set(re.findall(r'title="(align-sync report [^"]+)"|<code>(align-sync report [^<]+)</code>', page))
    missing = commands - {command for pair in shown for command in pair}
    # What a team has in all, or has linked, is no figure of the page: only its parts are.
    assert not {command for command in missing if " -t " not in command} - {list_command(report.filters)}
    assert all(command.count("--bucket") != 1 for command in missing)


def test_what_is_set_aside_and_what_is_missed_look_different_and_say_so() -> None:
    page = render_report(PAGES["small"], Format.HTML)
    for bucket, group in BUCKET_GROUPS.items():
        assert f'<span class="status {group.replace(" ", "-")}">{group.capitalize()}</span>' in page
        assert f'class="fill-{bucket.value}' in page
    kinds = dict(re.findall(r'<section id="(\w+)" class="panel list is-([\w-]+)"', page))
    assert (kinds["exempt"], kinds["grace"]) == ("set-aside", "set-aside")
    assert (kinds["unlinked"], kinds["invalid"]) == ("missed", "missed")


def test_a_disputed_item_is_listed_but_nobody_is_asked_to_act() -> None:
    page = render_report(PAGES["small"], Format.HTML)
    row = page.split(">PAY-371<", 1)[1].split("</tr>", 1)[0]
    assert "Disputed by Ana: the epic names it" in row
    assert "Nothing: somebody looks at the verdict first" in row
    assert "okr/" not in row


def test_a_page_of_a_day_gone_by_says_so_before_anything_else() -> None:
    page = render_report(dated_report(), Format.HTML)
    assert page.index("AS OF Mon 16 Nov 2026, 14:30 CET") < page.index('id="headline"')
    assert page.count("how things stood") == 1
    assert "<code>align-sync report --snapshot 20261123T133000Z-5f0c2a91</code>" in page


def test_figures_of_a_page_with_a_narrowed_list_lead_nowhere_unless_it_holds_all() -> None:
    page = lay_out(rich_report(filters=Filters(categories=("ktlo",))), View.ALIGNMENT)
    assert {figure.anchor for row in page.buckets for figure in row.figures} == {""}
    assert page.policy.categories == ()
    all_exempt = lay_out(rich_report(filters=Filters(buckets=(Bucket.EXEMPT,))), View.ALIGNMENT)
    assert {figure.anchor for row in all_exempt.buckets for figure in row.figures} == {"", "exempt"}


def test_points_stand_in_for_an_estimate_only_with_a_mark() -> None:
    page = render_report(PAGES["small"], Format.HTML)
    assert '<span class="muted" title="imputed: nobody estimated it">~4</span>' in page
    nobody = render_report(make_report(make_report_item(points=None)), Format.HTML)
    assert f'<td class="number" data-label="Points"><span class="muted">{NONE_KNOWN}</span></td>' in nobody


def test_all_charts_have_a_title_and_a_description() -> None:
    page = render_report(PAGES["rich"], Format.HTML)
    charts_found = re.findall(
        r'<svg class="(\w+)[^>]*role="img"[^>]*>\s*<title[^>]*>([^<]+)</title>\s*<desc[^>]*>([^<]+)<', page
    )
    assert [name for name, _, _ in charts_found] == ["ring", "buckets", "bars", "bars"]
    assert "Developer tools 22" in page


def test_the_parts_of_the_bar_fill_its_width() -> None:
    bar = charts.draw_buckets(PAGES["rich"])
    assert sum(float(part.width) for part in bar.segments) == pytest.approx(100, abs=0.05)
    assert sum(part.percent for part in bar.segments) == 100
    assert charts.draw_buckets(empty_report()).segments == ()


def test_the_bars_of_key_results_are_measured_by_the_longest_effort_or_weight() -> None:
    items = (
        make_report_item("PAY-1", Bucket.DIRECT, key_results=("ret90",)),
        make_report_item("PAY-2", Bucket.DIRECT, key_results=("ret90", "nps")),
    )
    report = make_report(*items, book=make_book("ret90", "nps", "idle"))
    bars = charts.draw_key_results(report).bars
    assert [(bar.width, bar.mark, bar.value, bar.is_blank) for bar in bars] == [
        ("100.00", "44.44", "75 %", False),
        ("33.33", "44.44", "25 %", False),
        ("", "44.44", "! no work", True),
    ]


def test_where_the_lens_of_the_headline_is_withheld_the_effort_is_that_by_items() -> None:
    items = (make_report_item(bucket=Bucket.DIRECT, points=None),)
    chart = charts.draw_key_results(make_report(*items, book=make_book("ret90"), count_by=Lens.POINTS))
    assert "share of the linked items" in chart.title
    assert chart.bars[0].value == "100 %"


def test_a_key_result_that_is_not_compared_has_neither_effort_nor_weight() -> None:
    own, other = (make_book(key, team=team).objectives[0] for key, team in (("ret90", "Payments"), ("nps", "Search")))
    items = (make_report_item(bucket=Bucket.DIRECT), make_report_item("PAY-2", Bucket.DIRECT, key_results=("nps",)))
    filters = Filters(teams=("Payments",))
    report = make_report(*items, book=Book(objectives=(own, replace(other, key="O-2"))), filters=filters)
    assert [(bar.value, bar.mark, bar.is_blank) for bar in charts.draw_key_results(report).bars] == [
        ("100 %", "100.00", False),
        (NONE_KNOWN, "", True),
    ]


def test_a_team_without_any_link_has_no_bar_but_is_not_blank() -> None:
    bar = charts.draw_teams(make_report(make_report_item()).teams, 0.8).bars[0]
    assert (bar.width, bar.value, bar.is_blank) == ("", "0 % · off track", False)


def test_long_labels_are_cut_with_an_ellipsis() -> None:
    assert charts.shorten("abc def", 5) == "abc…"
    assert charts.shorten("abc", 3) == "abc"


def remarks_of(report: AlignmentReport) -> list[tuple[str, str]]:
    return [(remark.text, remark.anchor) for remark in lay_out(report, View.ALIGNMENT).remarks]


def test_what_needs_attention_is_said_with_the_way_to_it() -> None:
    items = (
        make_report_item("PAY-1", points=8),
        make_report_item("PAY-2", points=None),
        make_report_item("PAY-3", Bucket.INVALID),
        make_report_item("PAY-4", Bucket.INVALID),
        make_report_item("PAY-5", Bucket.UNKNOWN, team="Search"),
    )
    book = make_book("a", "b", "c", "d", "e")
    doubted = make_report_item("PAY-6", points=99, is_disputed=True)
    report = make_report(*items, doubted, book=book, unknown_limit=1.0, rules=RULES)
    assert remarks_of(report) == [
        ("Payments is at 0 %, off track", "team-1"),
        ("5 key results have no work: a, b, c and 2 more", "idle"),
        ("largest work without a key result: PAY-1 Retry failed card payments, 8 pts", "unlinked-team-1"),
        ("2 items name a key result that does not exist or is closed", "invalid"),
        ("1 item could not be judged", "unknown"),
        ("1 verdict is disputed", "doubts"),
        ("2 rules of the settings look mistaken: Old board, Audit", "rules"),
    ]


def test_where_all_is_well_nothing_needs_attention() -> None:
    report = make_report(make_report_item(bucket=Bucket.DIRECT), book=make_book("ret90"))
    assert remarks_of(report) == []
    assert "Nothing.</p>" in render_report(report, Format.HTML)


def test_points_say_how_many_items_have_none() -> None:
    items = (
        make_report_item("PAY-1", points=1),
        make_report_item("PAY-2", points=None),
        make_report_item("SRC-1", team="Search", points=None),
    )
    section = lay_out(make_report(*items), View.ALIGNMENT).sections[0]
    assert section.points == "1 pt, 2 not estimated"
    assert [group.points for group in section.groups] == ["1 pt, 1 not estimated", ""]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "soft", "link") for ground in ("panel", "page", "at-risk-ground")),
    *((state, f"{state}-ground") for state in ("on-track", "at-risk", "off-track")),
    *((state, "panel") for state in ("on-track", "at-risk", "off-track")),
    *(("on-fill", fill) for fill in ("direct", "exempt", "invalid", "unlinked")),
    *(("ink", ground) for ground in ("bed", "aside-ground", "aside-soft", "missed-ground")),
    ("soft", "aside-soft"),
    ("link", "aside-soft"),
    ("sample-ink", "sample"),
]
GRAPHIC_PAIRS = [
    (fill, "panel") for fill in ("direct", "inherited", "exempt", "invalid", "unlinked", "unknown", "busy")
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_keep_the_contrast_of_wcag_aa(scheme: str) -> None:
    page = render_explanation(explain_inherited(), Format.HTML)
    blocks = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[0]))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[1]))
    weak = [
        (one, other, round(contrast(colours[one], colours[other]), 2))
        for pairs, least in ((TEXT_PAIRS, 4.5), (GRAPHIC_PAIRS, 3.0))
        for one, other in pairs
        if contrast(colours[one], colours[other]) < least
    ]
    assert not weak
