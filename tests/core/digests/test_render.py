"""What each channel shows: as drawn, with the same figures everywhere, and harmless whatever titles say."""

import html
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from align_sync.digests.document import write_json
from align_sync.digests.model import ChangeNote, ChangeSort, Digest, DigestKind, DigestState, Fix, SourceNote
from align_sync.digests.render import render_main, render_messages, render_preview
from align_sync.digests.render.card import LONGEST_CARD
from align_sync.digests.render.pasting import list_unlinked
from align_sync.digests.render.preview import WIDTH, fit
from align_sync.digests.render.said import MOST_ITEMS, MOST_LINES, MOST_LISTED, LineKind, tell
from align_sync.digests.render.sentences import say_figures, say_freshness, write
from align_sync.digests.render.webhook_schema import digest_schema
from align_sync.digests.words import words_of
from align_sync.reports.model import Lens
from tests.core.digests.made import MONDAY, make, make_leadership, make_news, make_note, make_partial
from tests.core.reports.hostile import HOSTILE
from tests.golden_files import Golden

SCHEMA = Path(__file__).parents[3] / "config" / "schema" / "digest.v1.json"
DIGESTS: dict[str, Digest] = {
    "news": make_news(),
    "preview": make_news(state=DigestState.PREVIEW, closed_channels=("pay-slack", "pay-mail")),
    "sample": make_news(is_sample=True, trend=(), before_week="", coverage_before=None, unlinked_before=None),
    "leadership": make_leadership(),
    "leadership-large": make_leadership(60),
    "partial": make_partial(),
    "withheld": make_partial(state=DigestState.WITHHELD, reason="no source can be used", coverage=None),
    "clean": make_news(state=DigestState.CLEAN, unlinked=0, largest=(), unlinked_items=()),
    "unchanged": make_news(state=DigestState.UNCHANGED, quiet_weeks=3),
    "quiet": make_news(state=DigestState.QUIET),
}


def payload(digest: Digest, kind: str, language: str = "en") -> dict[str, Any]:
    return dict(render_messages(digest, kind, language)[0].payload)


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("name", list(DIGESTS))
def test_the_preview_is_as_drawn(name: str, language: str, golden: Golden) -> None:
    drawn = render_preview(DIGESTS[name], language)

    golden(f"digest/{name}.{language}.txt", drawn)
    assert max(map(len, drawn.splitlines())) <= WIDTH
    assert 1 + len(tell(DIGESTS[name], words_of(language)).lines) <= MOST_LINES


@pytest.mark.parametrize("language", ["en", "it"])
def test_other_forms_are_as_drawn(language: str, golden: Golden) -> None:
    digest = DIGESTS["preview"]
    mail = payload(digest, "email", language)

    golden(f"digest/email.{language}.txt", f"{mail['subject']}\n\n{mail['text']}")
    golden(f"digest/email.{language}.html", mail["html"])
    golden(f"digest/file.{language}.md", payload(digest, "file", language)["text"])
    golden(f"digest/card.{language}.json", json.dumps(payload(digest, "apprise", language)["card"], indent=1))
    golden("digest/webhook.json", json.dumps(payload(digest, "webhook", language), indent=1))


def test_one_is_written_like_one(golden: Golden) -> None:
    digest = make_news(unlinked=1, sources=tuple(replace(make_news().sources[0], source=f"s{n}") for n in range(5)))

    assert say_freshness(digest, words_of("en")) == "5 sources, read Mon 23 Nov 2026, 08:02 CET or later"
    golden("digest/file-leadership.md", payload(make_leadership(), "file")["text"])


class _Reader(HTMLParser):
    """The visible text, and everything that an e-mail must not have."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _from_markdown(text: str) -> str:
    return html.unescape(text.replace("**", "")).replace("\\", "")


READERS: dict[str, Callable[[Digest, str], str]] = {
    "preview": render_preview,
    "text": lambda digest, language: payload(digest, "email", language)["text"],
    "html": lambda digest, language: "".join(_Reader(payload(digest, "email", language)["html"]).texts),
    "file": lambda digest, language: _from_markdown(payload(digest, "file", language)["text"]),
    "card": lambda digest, language: "\n".join(
        block["text"] for block in payload(digest, "apprise", language)["card"]["body"]
    ),
}


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("reader", list(READERS))
@pytest.mark.parametrize("name", [name for name in DIGESTS if name not in {"quiet", "withheld"}])
def test_every_renderer_tells_the_same_figures(name: str, reader: str, language: str) -> None:
    digest, words = DIGESTS[name], words_of(language)
    shown = _flat(READERS[reader](digest, language))

    assert _flat(write(say_figures(digest, words)))[2:] in shown
    for line in tell(digest, words).lines:
        assert set(re.findall(r"\d[\d.,]*(?: %)?", write(line.sentence))) <= set(re.findall(r"\d[\d.,]*(?: %)?", shown))


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("name", ["news", "leadership", "partial", "clean", "unchanged"])
def test_slack_and_data_tell_the_same_figures(name: str, language: str) -> None:
    digest, words = DIGESTS[name], words_of(language)
    data = payload(digest, "webhook")["data"]

    assert (data["coverage"], data["unlinked"]) == (digest.coverage, digest.unlinked)
    assert [team["coverage"] for team in data["teams"]] == [note.coverage for note in digest.teams]
    text = payload(digest, "slack", language)["text"]
    assert words.percent(data["coverage"]) in text
    assert name == "clean" or words.number(data["unlinked"]) in text


@pytest.mark.parametrize("name", list(DIGESTS))
def test_data_follows_its_schema(name: str) -> None:
    schema = digest_schema()
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema
    messages = render_messages(DIGESTS[name], "webhook", "en")

    for message in messages:
        told = orjson.loads(orjson.dumps(message.payload))
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(told["data"])
        known = schema["properties"]
        assert isinstance(known, dict)
        assert set(told["data"]) == set(known)
    assert len(messages) == (0 if name == "quiet" else 1)


def test_the_schema_refuses_what_lacks_a_figure() -> None:
    told = payload(DIGESTS["news"], "webhook")["data"]
    del told["coverage"]

    assert not Draft202012Validator(digest_schema()).is_valid(told)


def poison(text: str) -> Digest:
    """The text in every place that comes from outside."""
    note = make_note(
        1, key=text, title=text, team=text, address=text, because=text, wrong_name=text, right_key=text,
        fixes=(Fix(command=f"align-sync link add {text}", key_result=text),),
    )  # fmt: skip
    changes = (ChangeNote(sort=ChangeSort.MOVED, key=text, title=text, team=text, address=text, serves=(text,)),)
    key_results = tuple(replace(one, key=text, title=text, team=text) for one in make_news().in_danger)
    teams = tuple(replace(team, team=text) for team in make_leadership().teams)
    return make_news(
        team=text, largest=(note,), unlinked_items=(note,), dead_links=(note,), changes=changes, idle=key_results,
        in_danger=key_results, expiring=(replace(note, because="2026-11-27"),), teams=teams, closed_channels=(text,),
        sources=(SourceNote(source=text, state="fresh", complete_at=MONDAY, failure=text),),
    )  # fmt: skip


MORE_HOSTILE = (
    "<at>Everyone</at> {{DATE(2026-11-23T00:00:00Z,SHORT)}} ${title}",
    "![x](https://evil.example/x.png) [a](javascript:alert(1))",
    "line\r\nBcc: all@evil.example",
    "align-sync link add '; rm -rf /",
    "| a | b |\n|---|---|",
    "x" * 10_000,
    "&lt;script&gt; &amp;",
    "https://jira.example/browse/X\u202e",
    "失敗" * 60,
)
_BAD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ud800-\udfff]")
TAGS = {"html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "a", "strong", "code", "br"}


def _hold_harmless(digest: Digest) -> None:
    mail = payload(digest, "email")
    page = _Reader(mail["html"])
    assert page.tags <= TAGS
    assert page.attributes <= {"lang", "charset", "name", "content", "style", "href"}
    assert all(re.match(r"https?://", link) for link in page.links)
    assert "\n" not in mail["subject"]
    assert len(mail["subject"]) <= 180
    apprise = payload(digest, "apprise")
    assert "\n" not in apprise["title"]
    cards = [block["text"] for block in apprise["card"]["body"]]
    assert not re.search(r"(?<!: )<at>|\]\(|\{\{|\$\{|\w://|[*_`\[]", "\n".join(cards))
    assert len(orjson.dumps(apprise["card"])) < 28_000
    markdown = payload(digest, "file")
    assert not re.search(r"(?<![\\`\w'])<(?!https?:)[a-z/!]", re.sub(r"`[^`\n]*`", "", markdown["text"]))
    assert not re.search(r"(?<!\\)\]\((?!<https?://)", re.sub(r"`[^`\n]*`", "", markdown["text"]))
    assert re.fullmatch(r"[a-z0-9A-Z-]{1,100}\.md", markdown["name"])
    preview = render_preview(digest, "en")
    assert max(map(len, preview.splitlines())) <= WIDTH + 10_100
    for text in (mail["subject"], mail["text"], mail["html"], *cards, markdown["text"], preview):
        assert not _BAD.search(text), repr(_BAD.search(text))


@pytest.mark.parametrize("text", [*HOSTILE, *MORE_HOSTILE], ids=lambda text: ascii(text[:20]))
def test_titles_do_nothing_in_any_renderer(text: str) -> None:
    digest = poison(text)

    _hold_harmless(digest)
    _hold_harmless(replace(digest, kind=DigestKind.LEADERSHIP))
    _hold_harmless(replace(digest, state=DigestState.WITHHELD, reason=text))
    _hold_harmless(replace(digest, state=DigestState.PARTIAL, reason=text, coverage=None, withheld=text))


def test_data_keeps_titles_as_trackers_have_them() -> None:
    data = payload(poison("<b>\x1b[2J"), "webhook")["data"]

    assert data["largest"][0]["title"] == "<b>\x1b[2J"
    assert "unlinked_hash" not in data
    assert "unlinked_hash" in write_json(make_news())


@pytest.mark.parametrize(
    "team", ["Payments", "the @here team", "https://x.example/y", "Pat's ${team} {{x}}", "www.x.y a@b"]
)
def test_commands_in_cards_and_texts_can_be_pasted(team: str) -> None:
    digest = make_news(team=team)
    meant = shlex.split(list_unlinked(digest))
    card = [block["text"] for block in payload(digest, "apprise")["card"]["body"]]
    shown = (*card, *payload(digest, "email")["text"].splitlines(), *render_preview(digest, "en").splitlines())
    written = [found[0] for line in shown if (found := re.search(r"align-sync report .+", line))]

    assert [shlex.split(command) for command in written] == [meant] * 3
    assert "align-sync link add PAY-412 KEY-RESULT --reason ..." in "\n".join(card)


def test_a_command_that_a_card_or_a_terminal_would_break_is_left_out() -> None:
    card = json.dumps(payload(make_news(team="a_b"), "apprise")["card"])
    hidden = render_preview(make_news(team="a\u202eb", sources=(), state=DigestState.PREVIEW), "en")
    withheld = render_preview(make_partial(team="a\u202eb", state=DigestState.WITHHELD, reason="x"), "en")

    assert "align-sync report" not in card
    assert "all that is unlinked:" not in card
    assert "align-sync report" not in hidden
    assert "align-sync digest send" not in hidden + withheld
    assert "all that is unlinked:" not in hidden
    assert "to send it to them now:" not in hidden


def test_the_message_alone_is_what_stands_above_the_thread() -> None:
    whole, main = (render(DIGESTS["news"], "en") for render in (render_preview, render_main))

    assert whole.startswith(main)
    assert "↳" not in main
    assert len(main.splitlines()) <= MOST_LINES


def test_leadership_reads_in_the_thread_only_the_teams_that_the_message_has_no_room_for() -> None:
    for number in range(1, 20):
        digest = make_leadership(number, state=DigestState.PREVIEW, closed_channels=("pay",))
        said = tell(digest, words_of("en"))
        named = [line for line in said.lines if line.kind is LineKind.TEAM]
        in_thread = [part for part in said.parts if part.title.startswith("Teams")]
        assert len(said.lines) + 1 <= MOST_LINES
        assert (len(named) == number and not in_thread) or (len(named) == 1 and len(in_thread) == 1)


def test_a_webhook_of_slack_gets_one_message_that_says_where_the_rest_is() -> None:
    (only,) = render_messages(make_news(), "slack_webhook", "en")
    (short,) = render_messages(DIGESTS["unchanged"], "slack_webhook", "en")

    assert "Details: `align-sync digest preview -t Payments`" in str(only.payload["blocks"])
    assert "Details: `align-sync digest preview -t Payments`" in str(only.payload["plain_blocks"])
    assert "Details" not in str(short.payload)
    (roll_up,) = render_messages(make_leadership(), "slack_webhook", "it")
    assert "Dettagli: `align-sync digest preview --leadership`" in str(roll_up.payload["blocks"])
    (odd,) = render_messages(make_news(team="a`b"), "slack_webhook", "en")
    assert "Details: `align-sync digest preview`" in str(odd.payload["blocks"])
    assert render_messages(DIGESTS["quiet"], "slack", "en") == ()


def test_titles_in_lists_are_cut_by_the_room_there() -> None:
    title = "Keep the amount when a payment is retried after the gateway timed out twice"
    digest = make_news(dead_links=(replace(make_news().dead_links[0], title=title, wrong_name="okr/" + "x" * 40),))

    for kind in ("email", "file"):
        shown = _from_markdown(payload(digest, kind)["text"])
        assert f"{title} · 1 point · dead link okr/{'x' * 40} → looks like ret90" in shown


def test_teams_that_differ_have_files_that_differ() -> None:
    teams = ("R&D", "R D", "r-d", "支付", "物流", "x" * 61, "x" * 62, "Customer success", "Payments", "")
    names = [payload(make_news(team=team), "file")["name"] for team in teams]

    assert len(set(names)) == len(teams)
    assert names[-2] == "digest-2026-W48-team-payments.md"
    assert names[2] == "digest-2026-W48-team-r-d.md"
    assert re.fullmatch(r"digest-2026-W48-team-customer-success-[0-9a-f]{8}\.md", names[7])
    assert payload(make_news(team="PAYMENTS"), "file")["name"] == names[-2]
    assert payload(make_leadership(), "file")["name"] == "digest-2026-W48-leadership.md"


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@&1>", "<@!42>", "<#7>", "<!channel>", "a@b @all"])
def test_a_text_for_services_without_cards_mentions_nobody(mention: str) -> None:
    digest = replace(poison(mention), dead_links=(make_note(3, address=f"https://x.example/{mention}"),))
    apprise = payload(digest, "apprise")

    shown = apprise["title"] + apprise["text"]
    assert not re.search(r"<[@#!&]|@(?:everyone|here|all|b|&|!)", shown)
    assert "@\u2060" in shown or "<\u2060" in shown
    foot = next(line for line in apprise["text"].splitlines() if "align-sync report unlinked" in line)
    assert shlex.split(foot[foot.index("align-sync report") :]) == shlex.split(list_unlinked(digest))


def test_a_kind_of_channel_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="no digest is rendered for channels of kind pigeon"):
        render_messages(make_news(), "pigeon", "en")


def test_long_lists_are_cut_and_say_so() -> None:
    digest = make_news(unlinked_items=tuple(make_note(number) for number in range(1, MOST_ITEMS + 8)),
                       expiring=make_news().expiring * (MOST_LISTED + 2))  # fmt: skip

    shown = render_preview(digest, "en")
    assert "\n      and 7 more items\n          align-sync report unlinked -t Payments\n" in shown
    assert "\n      and 2 more exemptions\n" in shown
    digest = make_news(dead_links=make_news().dead_links * (MOST_ITEMS + 1))
    command = "align-sync report alignment --bucket invalid -t Payments"
    assert f"and 1 more dead link\n          {command}\n" in render_preview(digest, "en")
    card = payload(replace(digest, unlinked_items=digest.largest * 30, dead_links=digest.largest * 30,
                           idle=digest.idle * 300), "apprise")["card"]  # fmt: skip
    assert len(orjson.dumps(card)) < LONGEST_CARD + 4_000
    assert card["body"][-1]["text"] == "There is more: align-sync digest preview -t Payments"
    odd = payload(make_news(team="a_b", idle=digest.idle * 300, unlinked_items=digest.largest * 90), "apprise")["card"]
    assert odd["body"][-1]["text"] == "There is more: align-sync digest preview"


def test_a_source_that_is_fresh_has_no_banner() -> None:
    shown = render_preview(make_partial(sources=(*make_partial().sources, make_news().sources[0])), "en")

    assert shown.count("\n! ") == 3


def test_twelve_lines_are_never_exceeded_whatever_there_is_to_say() -> None:
    five = tuple(make_note(number) for number in range(5))
    counts = [
        len(tell(make_news(largest=five, state=state, closed_channels=closed), words_of("en")).lines) + 1
        for state in (DigestState.NEWS, DigestState.PREVIEW)
        for closed in ((), ("pay",))
    ]

    assert counts == [MOST_LINES] * 4


def test_many_sources_are_cut_and_old_ones_have_their_date() -> None:
    old = tuple(
        SourceNote(source=f"s{number}", state="stale", complete_at=MONDAY.replace(day=2)) for number in range(7)
    )
    shown = render_preview(make_partial(sources=old), "en")

    assert "! s0: last complete sync Mon 2 Nov 2026, 09:00 CET, 21 d ago\n" in shown
    assert "! and 3 more sources\n" in shown


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        (make_news(lens=Lens.ITEMS), "78 % of items serve a key result (▲ 4)"),
        (make_news(lens=Lens.DAYS), "78 % of person-days serve a key result"),
        (make_news(coverage=None, withheld="no item is in scope"), "Coverage is withheld: no item is in scope ·"),
        (make_news(changes=()), "Since week 47: nothing changed"),
        (make_leadership(1), "all teams"),
        (make_news(in_danger=(replace(make_news().in_danger[0], health="odd"),)), "· odd ·"),
        (make_news(dead_links=(), in_danger=(), expiring=(), largest=()), "1 key result has no work"),
    ],
)
def test_sentences(digest: Digest, expected: str) -> None:
    assert expected in render_preview(digest, "en")


def test_items_without_a_team_have_a_word_for_that() -> None:
    leadership = make_leadership(1)
    assert "(no team)" in render_preview(replace(leadership, teams=(replace(leadership.teams[0], team=""),)), "en")


def test_a_source_without_a_moment_has_no_place_in_the_small_print() -> None:
    never = SourceNote(source="linear", state="never read", complete_at=None)

    assert say_freshness(make_news(sources=(make_news().sources[0], never)), words_of("en")) == "Jira Mon 08:02"


def test_what_was_built_can_be_shown() -> None:
    assert "80 % of items serve a key result · 2 unlinked" in render_preview(make(), "en")


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("失敗失敗", 5, "失敗…"), ("e\u0301e\u0301", 2, "e\u0301e\u0301")],
)
def test_a_line_is_cut_to_columns(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown
