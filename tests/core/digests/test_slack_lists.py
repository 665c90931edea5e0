"""What the thread in Slack lists: everything, in as many messages as that takes, and what has room in the message."""

from dataclasses import replace
from typing import Any

import pytest
import slackblocks

from align_sync.digests.model import ChangeNote, ChangeSort, DigestKind, DigestState, ItemNote, KeyResultNote
from align_sync.digests.render import render_preview
from align_sync.digests.render.said import MOST_ITEMS, tell
from align_sync.digests.render.sentences import write
from align_sync.digests.render.slack import render_slack
from align_sync.digests.render.slack_blocks import share_out
from align_sync.digests.words import words_of
from tests.core.digests.made import make_partial
from tests.core.digests.slack_world import blocks_of, check, make_digest, make_note, make_team, texts_in

LEADERSHIP = make_digest(kind=DigestKind.LEADERSHIP, team="", largest=(), unlinked_items=(), dead_links=(), changes=())


def show(message: Any) -> str:
    return "\n".join("".join(texts_in(block)) for block in blocks_of(message))


def tables_of(messages: Any) -> list[dict[str, Any]]:
    return [block for message in messages for block in blocks_of(message) if block["type"] == "data_table"]


def head_of(message: Any) -> str:
    return str(message.payload["text"]).splitlines()[0]


def make_notes(number: int, **changes: Any) -> tuple[ItemNote, ...]:
    return tuple(make_note(one, "A title of the usual length, more or less", **changes) for one in range(number))


def test_all_unlinked_items_stand_in_as_many_tables_as_that_takes() -> None:
    messages = render_slack(make_digest(unlinked_items=make_notes(200), unlinked=200), "en")
    check(messages)
    tables = tables_of(messages)
    keys = [row[0]["elements"][0]["elements"][0]["text"] for table in tables for row in table["rows"][1:]]
    assert keys == [f"PAY-{number}" for number in range(200)]
    assert len(tables) > 4
    assert head_of(messages[1]) == f"Payments · 200 unlinked · 1\u2013{len(tables[0]['rows']) - 1}"
    assert head_of(messages[len(tables)]).endswith("\u2013200")
    told = [show(message) for message in messages[1 : len(tables) + 1]]
    assert ["all that is unlinked: align-sync report unlinked -t Payments" in text for text in told] == [
        *[False] * (len(tables) - 1), True,
    ]  # fmt: skip
    assert "more items" not in "".join(told)
    for table in tables:
        check_table(table)


def check_table(table: dict[str, Any]) -> None:
    """By the builder, which knows the limits of the vendor."""
    cells = [
        [slackblocks.RawText(cell["text"]) if cell["type"] == "raw_text" else
         slackblocks.RawNumber(cell["value"], cell["text"]) if cell["type"] == "raw_number" else
         slackblocks.RichTextBlock(slackblocks.RichTextSection([
             slackblocks.RichTextLink(cell["elements"][0]["elements"][0]["url"], text="x")]))
         for cell in row]
        for row in table["rows"]
    ]  # fmt: skip
    slackblocks.DataTableBlock(rows=cells, caption=table["caption"], page_size=table["page_size"])


def test_beyond_the_limits_the_last_table_says_how_many_more_and_names_the_command() -> None:
    messages = render_slack(make_digest(unlinked_items=make_notes(500), unlinked=500), "en")
    check(messages, with_schema=False)
    tables = tables_of(messages)
    assert sum(len(table["rows"]) - 1 for table in tables) == MOST_ITEMS
    rest = f"and {500 - MOST_ITEMS} more items · all that is unlinked: align-sync report unlinked -t Payments"
    assert rest in show(messages[len(tables)])
    long = make_notes(300, address=f"https://jira.example/{'y' * 900}")
    messages = render_slack(make_digest(unlinked_items=long, unlinked=300), "en")
    check(messages, with_schema=False)
    assert len(tables_of(messages)) == 15
    shown = sum(len(table["rows"]) - 1 for table in tables_of(messages))
    assert f"and {300 - shown} more items" in show(messages[15])


def test_what_is_shared_out_comes_in_order_and_each_share_holds_one_at_least() -> None:
    assert list(share_out((), len)) == []
    assert list(share_out(("aaa", "b", "ccc", "dddd"), len, room=4)) == [("aaa", "b"), ("ccc",), ("dddd",)]
    assert list(share_out(("aaaaa", "b"), len, room=4)) == [("aaaaa",), ("b",)]


def test_short_rows_fill_a_table_up_to_its_limit() -> None:
    teams = tuple(make_team(f"T{number}") for number in range(120))
    messages = render_slack(replace(LEADERSHIP, teams=teams), "en")
    assert [len(table["rows"]) for table in tables_of(messages)] <= [100, 100]
    assert sum(len(table["rows"]) - 1 for table in tables_of(messages)) == 120
    notes = tuple(make_note(number, "", address="", points=None) for number in range(300))
    messages = render_slack(make_digest(unlinked_items=notes, unlinked=300), "en")
    check(messages, with_schema=False)
    assert max(len(table["rows"]) for table in tables_of(messages)) <= 100


def test_all_dead_links_are_listed_with_what_mends_them() -> None:
    dead = tuple(make_note(number, wrong_name="okr/x", right_key="KR-2.3") for number in range(100))
    messages = render_slack(make_digest(dead_links=dead), "en")
    check(messages, with_schema=False)
    lists = [message for message in messages if head_of(message).startswith("Dead links (")]
    told = "\n".join(map(show, lists))
    assert len(lists) > 3
    assert told.count("align-sync link add") == 100
    assert "more dead links" not in told
    messages = render_slack(make_digest(dead_links=dead * 4), "en")
    lists = [message for message in messages if head_of(message).startswith("Dead links (400)")]
    more = 400 - "\n".join(map(show, lists)).count("align-sync link add")
    assert 100 <= more < 160
    rest = f"and {more} more dead links: align-sync report alignment --bucket invalid -t Payments"
    assert show(lists[-1]).endswith(rest)


def test_unlinked_items_of_several_teams_get_a_reply_each_and_long_lists_are_cut() -> None:
    notes = (make_note(1, team="b"), make_note(2, team="A"), make_note(3, team="b", points=None, address=""))
    digest = make_digest(
        unlinked_items=notes,
        largest=(),
        dead_links=tuple(make_note(n, wrong_name="okr/x", fixes=()) for n in range(40)),
        idle=tuple(KeyResultNote(key=f"KR-{n}", title="t" * 300, team="") for n in range(300)),
        changes=tuple(
            ChangeNote(sort=sort, key=f"A-{n}", title="x" * 900, team="A", address=f"https://a.example/{'y' * 900}")
            for sort in ChangeSort
            for n in range(40)
        ),
    )  # fmt: skip
    messages = render_slack(digest, "en")
    check(messages)
    assert [head_of(message) for message in messages[1:]] == [
        "A · 1 unlinked", "b · 2 unlinked", "Dead links (40)", "Key results without work (300)", "What changed (280)",
        "Exemptions that end soon (2)",
    ]  # fmt: skip
    assert "and 256 more key results" in show(messages[4])


def test_five_hundred_teams_fit_into_tables_and_a_word() -> None:
    digest = replace(LEADERSHIP, teams=tuple(make_team(f"Team {n}" * 9, None if n % 3 else 0.7) for n in range(500)))
    messages = render_slack(digest, "it")
    check(messages)
    assert sum(len(table["rows"]) - 1 for table in tables_of(messages)) == MOST_ITEMS
    assert "e altri 200 team: align-sync report" in "".join(map(show, messages))


@pytest.mark.parametrize("dead", [0, 1])
def test_the_message_names_as_many_of_the_largest_as_it_has_room_for(dead: int) -> None:
    """What can be done about them stands there too, or in the thread."""
    digest = make_digest(idle=(), in_danger=(), changes=(), before_week="", trend=(),
                         dead_links=make_digest().dead_links[:dead])  # fmt: skip
    main, *thread = render_slack(digest, "en")
    shown = show(main)
    assert [f"PAY-{number} Migrate" in shown for number in range(1, 6)] == [True] * 5
    assert shown.count("align-sync link add") == 3 - dead
    (fixes,) = [message for message in thread if head_of(message) == "Largest unlinked"]
    assert show(fixes).count("align-sync link add") == 5
    full = show(render_slack(make_digest(), "en")[0])
    assert [f"PAY-{number} Migrate" in full for number in range(1, 6)] == [True, True, True, False, False]
    few = render_slack(replace(digest, largest=digest.largest[:2]), "en")
    assert show(few[0]).count("align-sync link add") == 2
    assert "Largest unlinked" not in map(head_of, few[1:])


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_partial_roll_up_names_no_team_in_any_channel(language: str) -> None:
    """Nor where it was kept with their figures."""
    digest = make_partial(kind=DigestKind.LEADERSHIP, team="", teams=(make_team("Mobile"), make_team("Payments", 0.1)))
    messages = render_slack(digest, language)
    check(messages)
    assert len(messages) == 1
    shown = show(messages[0])
    assert [team for team in ("Mobile", "Payments") if team in shown + render_preview(digest, language)] == []
    for line in tell(digest, words_of(language)).lines:
        assert write(line.sentence) in shown


def test_a_reason_is_said_once() -> None:
    reason = "no item is in scope"
    digest = make_digest(state=DigestState.PARTIAL, reason=reason, withheld=reason, coverage=None)
    for shown in (show(render_slack(digest, "en")[0]), render_preview(digest, "en")):
        assert shown.count(reason) == 1
        assert "Coverage is withheld · 14 unlinked" in shown
