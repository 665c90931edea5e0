"""Digests for Slack: what they say in each state, within every limit, and never as anything but text."""

import ast
import html
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import slackblocks
from hypothesis import example, given, settings
from hypothesis import strategies as st

from align_sync.digests.model import (
    ChangeNote,
    ChangeSort,
    Digest,
    DigestKind,
    DigestState,
    KeyResultNote,
    SourceNote,
    WeekPoint,
)
from align_sync.digests.render import slack_blocks, slack_text
from align_sync.digests.render.pasting import list_unlinked
from align_sync.digests.render.said import LARGEST, LineKind, tell
from align_sync.digests.render.sentences import (
    MORE_EXEMPTIONS,
    MORE_ITEMS,
    MORE_KEY_RESULTS,
    MORE_LINKS,
    MORE_TEAMS,
    write,
)
from align_sync.digests.render.slack import render_slack, say_overtaken
from align_sync.digests.words import words_of
from align_sync.reports.model import Lens
from tests.core.digests.slack_world import (
    NOW,
    addresses_in,
    blocks_of,
    check,
    count_lines,
    make_digest,
    make_note,
    make_team,
    texts_in,
)
from tests.core.reports.hostile import HOSTILE

LANGUAGES = ("en", "it")
RENDER = Path(slack_text.__file__).parent
LEADERSHIP = make_digest(
    kind=DigestKind.LEADERSHIP,
    team="",
    largest=(),
    unlinked_items=(),
    dead_links=(),
    expiring=(),
    teams=(make_team("Mobile"), make_team("Payments", 0.65, 14), make_team("Platform", 0.76), make_team("", None)),
    changes=tuple(
        ChangeNote(sort=ChangeSort.NOW_LINKED, key="", title="", team=team) for team in ("Mobile", "Mobile", "Search")
    ),
)
NOTHING = make_digest(
    largest=(), unlinked_items=(), dead_links=(), idle=(), in_danger=(), changes=(), expiring=(), trend=(), sources=()
)
OLD = SourceNote(source="jira", state="stale", complete_at=NOW - timedelta(days=3))
NEVER = SourceNote(source="linear", state="never read", complete_at=None)
STATES: tuple[tuple[str, Digest, tuple[str, ...], int], ...] = (
    (
        "news",
        make_digest(),
        ("78 %", "(▲ 4)", "14 unlinked (▼ 9)", "Since week 47: 1 newly unlinked · 1 now linked"),
        6,
    ),
    ("leadership", LEADERSHIP, ("🟢 Mobile 83 %", "🔴 Payments 65 %", "⚪ (no team) withheld", "all teams"), 3),
    (
        "many teams",
        replace(LEADERSHIP, teams=tuple(make_team(f"Team {n}") for n in range(20))),
        ("20 teams: 🔴 0 off track · 🟡 0 at risk · 🟢 20 on track · ⚪ 0 unknown",),
        4,
    ),
    (
        "preview",
        make_digest(state=DigestState.PREVIEW),
        (
            "PREVIEW for administrators: its readers get the next one",
            "to send it to them now: align-sync digest send -t Payments --again",
        ),
        6,
    ),
    ("clean", replace(NOTHING, state=DigestState.CLEAN, unlinked=0), ("Nothing is unlinked, thank you: 78 %",), 1),
    ("unchanged", replace(NOTHING, state=DigestState.UNCHANGED, quiet_weeks=3), ("Unchanged for 4 weeks: 78 %",), 1),
    (
        "partial",
        replace(
            NOTHING, state=DigestState.PARTIAL, reason="the data is not complete", sources=(OLD, NEVER), coverage=None,
            withheld="no item is in scope",
        ),
        (
            "No verdict this week: the data is not complete", "3 d ago", "Linear: never read to the end",
            "Coverage is withheld: no item is in scope", "No item is named until the data is certain.",
        ),
        1,
    ),
    (
        "withheld",
        replace(NOTHING, state=DigestState.WITHHELD, reason="no source can be used", sources=(OLD,)),
        (
            "For administrators: no digest is posted: no source can be used",
            "Once that is mended: align-sync digest send -t Payments --again",
        ),
        1,
    ),
    (
        "withheld from leadership",
        replace(LEADERSHIP, state=DigestState.WITHHELD, reason="no source is set up", sources=()),
        ("no digest is posted: no source is set up", "align-sync digest send --leadership --again"),
        1,
    ),
    ("a sample", replace(NOTHING, is_sample=True), ("SAMPLE DATA · Sprint work and OKRs",), 1),
    ("items", replace(NOTHING, lens=Lens.ITEMS), ("78 % of items",), 1),
    ("days", replace(NOTHING, lens=Lens.DAYS), ("78 % of person-days",), 1),
    (
        "closed channels",
        replace(NOTHING, closed_channels=("ops",)),
        ("Closed channel, which gets nothing: ops · to find out why: align-sync doctor",),
        1,
    ),
    ("the first week", replace(make_digest(), before_week=""), ("78 %",), 6),
    ("quiet", make_digest(state=DigestState.QUIET), (), 0),
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("digest", "said", "number"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_each_state_says_its_words_within_all_limits(
    digest: Digest, said: tuple[str, ...], number: int, language: str
) -> None:
    messages = render_slack(digest, language)
    check(messages)
    assert len(messages) == number
    assert [message.is_reply for message in messages] == [place > 0 for place in range(number)]
    for message in messages[:1]:
        for name in ("blocks", "plain_blocks"):
            assert count_lines(message, name) <= 12
            shown = re.sub(r"[*`]", "", show(message, name))
            assert not [words for words in said if language == "en" and words not in shown], shown


def show(message: Any, name: str) -> str:
    return "\n".join("".join(texts_in(block)) for block in blocks_of(message, name))


def test_the_main_message_draws_the_trend_natively_and_in_bars_where_that_is_refused() -> None:
    trend = make_digest().trend
    main = render_slack(make_digest(trend=trend[3:]), "en")[0]
    (chart,) = [block for block in blocks_of(main) if block["type"] == "data_visualization"]
    linked, goal = chart["chart"]["series"]
    assert [point["value"] for point in linked["data"]] == [60, 62, 61, 70, 72, 75, 74, 74, 78]
    assert {point["value"] for point in goal["data"]} == {80}
    assert chart["chart"]["axis_config"]["categories"][0] == "W40"
    assert "9 weeks, from 60 % to 78 %, goal 80 %" in show(main, "plain_blocks")
    check_chart(chart)


@pytest.mark.parametrize("name", ["blocks", "plain_blocks"])
def test_over_a_week_of_which_nothing_is_known_no_line_is_drawn(name: str) -> None:
    main = render_slack(make_digest(), "en")[0]
    assert not [block for block in blocks_of(main, name) if block["type"] == "data_visualization"]
    assert "▁▂·▃▄▄▆▇█▇▇█ 12 weeks, from 50 % to 78 %, goal 80 %" in show(main, name)


def check_chart(block: dict[str, Any]) -> None:
    """By the builder, which knows the limits of the vendor and which the schema does not."""
    axis = block["chart"]["axis_config"]
    slackblocks.DataVisualizationBlock(
        title=block["title"],
        chart=slackblocks.LineChart(
            series=[
                slackblocks.DataSeries(
                    one["name"], [slackblocks.DataPoint(point["label"], point["value"]) for point in one["data"]]
                )
                for one in block["chart"]["series"]
            ],
            axis_config=slackblocks.AxisConfig(axis["categories"], axis["x_label"], axis["y_label"]),
        ),
        block_id=block["block_id"],
    )


@pytest.mark.parametrize(
    ("trend", "labels"),
    [
        ((), None),
        ((WeekPoint(label="2026-W48", coverage=0.5),), None),
        ((WeekPoint(label="2026-W47", coverage=None), WeekPoint(label="2026-W48", coverage=0.5)), None),
        ((WeekPoint(label="now", coverage=1.0), WeekPoint(label="x" * 90, coverage=0.0)), ["now", "x" * 19 + "…"]),
        ((WeekPoint(label="-", coverage=1.0), WeekPoint(label="2026-W1", coverage=2.0)), ["?", "W1"]),
        (tuple(WeekPoint(label=f"W{n}", coverage=0.5) for n in range(40)), [f"W{n}" for n in range(20, 40)]),
    ],
)
def test_a_trend_is_drawn_where_there_is_one(trend: tuple[WeekPoint, ...], labels: list[str] | None) -> None:
    messages = render_slack(make_digest(trend=trend), "it")
    check(messages)
    charts = [block for block in blocks_of(messages[0]) if block["type"] == "data_visualization"]
    assert [chart["chart"]["axis_config"]["categories"] for chart in charts] == ([labels] if labels else [])
    for chart in charts:
        check_chart(chart)


def test_what_is_read_aloud_is_whole_lines_and_not_all_of_them() -> None:
    old = tuple(replace(OLD, source="&" * 60) for _ in range(6))
    digest = make_digest(
        state=DigestState.PARTIAL, reason="x" * 900, coverage=None, withheld="y" * 900, sources=old,
        teams=tuple(make_team("&" * 60) for _ in range(8)),
        dead_links=tuple(make_note(1, key="&" * 60, wrong_name="&" * 60, right_key="&" * 60) for _ in range(4)),
    )  # fmt: skip
    messages = render_slack(digest, "en")
    check(messages)
    text = str(messages[0].payload["text"])
    assert 1_000 < slack_text.size_of(text) <= 1_500
    assert "in danger" not in text


def test_an_item_that_nobody_estimated_and_for_which_nothing_is_known_is_named_alone() -> None:
    digest = replace(NOTHING, largest=(make_note(7, points=None, fixes=()),))
    assert (
        show(render_slack(digest, "en")[0], "plain_blocks")
        .splitlines()[-2]
        .endswith("|PAY-7> Migrate the ledger exporter")
    )


def test_a_line_whose_links_are_too_long_for_a_section_loses_them() -> None:
    note = make_note(1, wrong_name="okr/x", address=f"https://jira.example/{'y' * 900}")
    (main,) = render_slack(replace(NOTHING, dead_links=(note,) * 4), "en")
    check((main,))
    assert "Dead links: *PAY-1* okr/x, *PAY-1* okr/x" in show(main, "plain_blocks")
    assert len(list(addresses_in(main.payload["blocks"]))) == 4
    assert len(list(addresses_in(render_slack(replace(NOTHING, dead_links=(note,)), "en")[0].payload))) == 2


@pytest.mark.parametrize("state", [DigestState.NEWS, DigestState.PREVIEW])
@pytest.mark.parametrize("number", range(1, 30, 4))
def test_teams_stand_in_the_thread_only_where_the_message_has_no_room(state: DigestState, number: int) -> None:
    teams = tuple(make_team(f"Team {n:02}") for n in range(number))
    messages = render_slack(replace(LEADERSHIP, state=state, teams=teams, closed_channels=("ops",)), "it")
    check(messages, with_schema=False)
    assert max(count_lines(messages[0], name) for name in ("blocks", "plain_blocks")) <= 12
    shown = [show(message, "plain_blocks") for message in messages]
    assert [sum(f"Team {n:02}" in text for text in shown) for n in range(number)] == [1] * number


TEAMS = (
    "Payments", "the @here team", "a@b", "https://x.example/y", "<!channel> <@U1>", "Pat's 'team'",
    "*bold* ~gone~ _it_", "$HOME; rm -rf / && echo \\",
)  # fmt: skip


@pytest.mark.parametrize("team", TEAMS)
def test_commands_are_read_by_a_shell_as_they_were_meant(team: str) -> None:
    meant = shlex.split(list_unlinked(make_digest(team=team)))
    messages = render_slack(make_digest(team=team), "en")
    check(messages, with_schema=False)
    written = re.findall(r"`(align-sync report [^`]*)`", show(messages[0], "plain_blocks"))
    assert [shlex.split(html.unescape(command)) for command in written] == [meant]
    for message in messages:
        for text in texts_in(message.payload["blocks"]):
            assert not text.startswith("align-sync") or "\u2060" not in text


@pytest.mark.parametrize("team", ["a`b", "a\u202eb", "two\nlines", "x" * 400])
def test_a_command_that_would_break_is_left_out_with_its_words(team: str) -> None:
    for state in (DigestState.NEWS, DigestState.PREVIEW, DigestState.WITHHELD):
        messages = render_slack(make_digest(team=team, state=state), "en")
        check(messages, with_schema=False)
        shown = "".join(show(message, "plain_blocks") for message in messages[:1])
        assert "align-sync report" not in shown
        assert not [lead for lead in ("all that is unlinked:", "to send it", "Once that") if lead in shown]


@pytest.mark.parametrize("name", ["clean", "unchanged", "partial", "withheld", "closed channels", "preview"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_says_what_the_terminal_says_with_the_same_words(name: str, language: str) -> None:
    digest = next(row[1] for row in STATES if row[0] == name)
    shown = re.sub(r"[*`]", "", show(render_slack(digest, language)[0], "plain_blocks"))
    told = tell(digest, words_of(language))
    kinds = {LineKind.FIGURES, LineKind.BANNER, LineKind.FOOT}
    said = [write(line.sentence) for line in told.lines if line.kind in kinds]
    assert [text for text in (told.title, *said) if text not in shown] == []
    news, heads = (
        render_slack(make_digest(), language),
        [part.title for part in tell(make_digest(), words_of(language)).parts] + [words_of(language).text(LARGEST)],
    )
    assert {str(message.payload["text"]).splitlines()[0] for message in news[2:]} <= set(heads)


def test_one_is_written_like_one_and_more_agrees_with_its_noun() -> None:
    one = replace(NOTHING, largest=(make_note(1, points=1.0), make_note(2, points=0.5)))
    assert "Migrate the ledger exporter · 1 point\n" in show(render_slack(one, "en")[0], "plain_blocks")
    assert "Migrate the ledger exporter · 0,5 punti\n" in show(render_slack(one, "it")[0], "plain_blocks")
    words = words_of("it")
    forms = (MORE_ITEMS, MORE_LINKS, MORE_KEY_RESULTS, MORE_EXEMPTIONS, MORE_TEAMS)
    assert [words.plural(*form, number) for form in forms for number in (1, 2)] == [
        "e 1 altra attività", "e altre 2 attività", "e 1 altro collegamento errato", "e altri 2 collegamenti errati",
        "e 1 altro risultato chiave", "e altri 2 risultati chiave", "e 1 altra esenzione", "e altre 2 esenzioni",
        "e 1 altro team", "e altri 2 team",
    ]  # fmt: skip


def test_block_ids_differ_from_those_of_the_digest_that_is_replaced() -> None:
    first, second = (render_slack(make_digest(made_at=at), "en") for at in (NOW, NOW + timedelta(seconds=1)))
    ids = [{block["block_id"] for message in made for block in blocks_of(message)} for made in (first, second)]
    assert not ids[0] & ids[1]
    assert first == render_slack(make_digest(), "en")


def test_a_reply_without_a_successor_says_so() -> None:
    assert "newer digest" in str(say_overtaken("en").payload)
    assert "più recente" in str(say_overtaken("it").payload)


EVIL = (
    *HOSTILE,
    "<!channel> <!here|x> <!subteam^S1> <@U123> <#C123|c> <https://evil.example|safe>",
    "&lt;!channel&gt; @here @channel @everyone https://evil.example mailto:a@b.example",
    "`*_~ ```code``` >quote\n> quote \n• bullet *bold* _it_ :tada:",
    "|" * 20 + "<" * 500,
    "e\u0301" * 600,
    "👩\u200d💻🏽🇮🇹" * 150,
    "",
    " ",
)


def poison(text: str) -> Digest:
    """The text wherever a text can come from outside."""
    note = make_note(
        1, text, key=text, team=text, address=f"https://jira.example/{text}", because=text, wrong_name=text,
        right_key=text,
    )  # fmt: skip
    change = ChangeNote(
        sort=ChangeSort.MOVED, key=text, title=text, team=text, address=note.address, serves=(text, text)
    )
    result = KeyResultNote(key=text, title=text, team=text, health=text or "off track", progress=0.5)
    return make_digest(
        team=text, largest=(note,), unlinked_items=(note, note), dead_links=(note,) * 5, idle=(result,) * 5,
        in_danger=(result,), changes=(change,), expiring=(note,), teams=(make_team(text),),
        trend=(WeekPoint(label=text, coverage=0.1), WeekPoint(label="2026-W48", coverage=0.2)),
        sources=(SourceNote(source=text, state="stale", complete_at=None, failure=text),),
        closed_channels=(text, text), withheld=text, reason=text,
    )  # fmt: skip


def check_poisoned(text: str) -> None:
    """In every state; of its two kinds the full one has both, the others one or the other, as the text is long."""
    digest, kinds = poison(text), tuple(DigestKind)
    pairs = {(state, kinds[(place + len(text)) % 2]) for place, state in enumerate(DigestState)}
    for state, kind in pairs | {(DigestState.NEWS, kind) for kind in kinds}:
        messages = render_slack(replace(digest, state=state, kind=kind), "en")
        check(messages, with_schema=False)
        for message in messages:
            for address in addresses_in(message.payload):
                assert address.startswith("https://jira.example/")
                assert not set(address) & set("<>| \n")


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_texts_from_outside_never_speak(text: str) -> None:
    check_poisoned(text)


def test_hostile_texts_keep_the_schema() -> None:
    check(render_slack(poison("".join(EVIL[:20])), "it"))


@settings(max_examples=12, deadline=None)
@example(HOSTILE[0] + "x" * 500)
@given(st.text(max_size=300) | st.lists(st.sampled_from(EVIL), min_size=1, max_size=3).map("".join))
def test_no_text_whatsoever_speaks(text: str) -> None:
    check_poisoned(text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("ab&<>e\u0301🇮🇹👍🏽*_"), max_size=60), st.integers(min_value=2, max_value=30))
def test_a_cut_keeps_whole_characters_and_the_length_once_escaped(text: str, limit: int) -> None:
    cut = slack_text.cut(text, limit)
    assert slack_text.size_of(slack_text.escape(cut)) <= limit
    if cut != text:
        kept = cut.removesuffix("…")
        assert text.startswith(kept)
        follows = text[len(kept) : len(kept) + 1]
        assert follows not in {"\u0301", "🏽"} or not kept


def test_flags_are_not_parted() -> None:
    assert slack_text.cut("🇮🇹🇫🇷🇩🇪", 11) == "🇮🇹🇫🇷…"


def test_addresses_that_are_none_or_too_long_become_bold_text() -> None:
    assert slack_text.cut("", 5) == ""
    assert list(slack_text._clusters("")) == []
    for address in ("javascript:alert(1)", "", "ftp://x.example", "https://x.example/" + "y" * 2_000):
        (span,) = [slack_text.link("PAY-1", address)]
        assert (span.address, span.is_bold) == ("", True)
    assert slack_text.link("P|1", "https://x.example/a|b<c>").address == "https://x.example/a%7Cb%3Cc%3E"
    assert slack_text.write_mrkdwn((slack_text.link("P|1", "https://x.example"),)) == "<https://x.example|P│1>"


def test_small_print_that_is_too_long_loses_its_last_parts() -> None:
    sheet = slack_blocks.Sheet(words=words_of("en"), mark="m")
    long = slack_text.say(" · ".join(f"source {n} Mon 09:00" for n in range(500)))
    (block,) = sheet.plain((slack_blocks.Context(long),))
    assert [text for text in texts_in(block) if text.endswith("09:00")]
    (block,) = sheet.plain((slack_blocks.Context(slack_text.say("x" * 9_000)),))
    assert len(str(block)) < 3_000


def test_lines_are_shared_out_over_sections_without_parting_one() -> None:
    sheet = slack_blocks.Sheet(words=words_of("en"), mark="m")
    blocks = sheet.plain((slack_blocks.Lines(tuple(slack_text.say("&" * 400) for _ in range(5))),))
    texts = [text for block in blocks for text in texts_in(block["text"]) if text]
    assert [len(text) for text in texts] == [2_000] * 5
    assert sheet.plain((slack_blocks.Lines(()),)) == []


def find_messages(path: Path) -> Iterator[str]:
    """What is looked up in the catalogue: literals that are given to `text`, `sentence` or `plural`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{number}" in node.value:
            yield node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_lookup = node.func.attr in {"text", "sentence", "plural", "plural_sentence"}
            yield from (
                argument.value
                for argument in node.args
                if is_lookup and isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )


def test_every_message_is_told_in_italian() -> None:
    italian = "".join(path.read_text() for path in (RENDER.parent / "catalogues" / "it").iterdir())
    telling = (*RENDER.glob("slack*.py"), RENDER / "said.py", RENDER / "sentences.py")
    used = {message for path in telling for message in find_messages(path)}
    assert len(used) > 30
    assert sorted(message for message in used if f'"{message}"' not in italian) == []
