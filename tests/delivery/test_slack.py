"""Slack before a pretended workspace: what is posted, how it is found again, and what each refusal means."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from align_sync.delivery import slack_api
from align_sync.delivery.addresses import read_url
from align_sync.delivery.base import UnreadableError
from align_sync.demo.faults import Fault, LoginPage, Reset, Rewrite, Status
from align_sync.demo.http_messages import json_response
from align_sync.errors import UserError
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.settings_channels import ChannelKind, ChannelSettings
from tests.delivery.channel_world import ENTRY_ID, NOON, SECTION, World, make_entry, open_kind, slack_world
from tests.delivery.test_channel_contract import CLOSED, GOOD, LASTING, MAYBE, NO, class_of

OTHER = "00000000-0000-4000-8000-000000000000"


def sent_by(world: World) -> list[dict[str, Any]]:
    return [orjson.loads(request.body) for request in world.server.requests]


def name_of(outcome: Outcome) -> str:
    assert isinstance(outcome, Delivered), outcome
    return outcome.external_id


def test_a_message_carries_its_key_and_nothing_of_it_is_read_as_a_link() -> None:
    with slack_world() as (world, workspace):
        ts = name_of(world.channel.send(make_entry()))
        (message,) = workspace.messages.values()
        (sent,) = sent_by(world)
    assert (message.ts, message.text, message.blocks) == (ts, "Coverage 71 %", (SECTION,))
    assert message.metadata == {"event_type": "align_sync_digest", "event_payload": {"key": ENTRY_ID}}
    wanted = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}
    assert {name: sent.get(name) for name in wanted} == wanted
    assert "thread_ts" not in sent


def test_a_reply_hangs_on_its_parent_and_is_found_in_its_thread_alone() -> None:
    with slack_world() as (world, _):
        parent = name_of(world.channel.send(make_entry()))
        reply = make_entry(id=OTHER, parent_id=ENTRY_ID, parent_external_id=parent)
        assert world.channel.find(reply) == ()
        ts = name_of(world.channel.send(reply))
        assert world.channel.find(reply) == (ts,)
        assert world.channel.find(make_entry(id=OTHER)) == ()
        assert world.channel.find(make_entry()) == (parent,)


def test_an_edit_keeps_the_message_and_the_key_of_the_first_one() -> None:
    with slack_world() as (world, workspace):
        ts = name_of(world.channel.send(make_entry()))
        edit = make_entry({"text": "Coverage 72 %"}, id=OTHER, replaces_id=ENTRY_ID, replaces_external_id=ts)
        assert world.channel.send(edit) == world.channel.send(edit) == Delivered(ts)
        (message,) = workspace.messages.values()
        assert (message.text, message.metadata is not None) == ("Coverage 72 %", True)
        assert (world.channel.find(make_entry()), world.channel.find(edit)) == ((ts,), ())


def test_what_belongs_to_a_message_that_is_not_out_waits() -> None:
    with slack_world() as (world, _):
        for early in (make_entry(parent_id=OTHER), make_entry(replaces_id=OTHER)):
            assert class_of(world.channel.send(early)) == NO
        assert world.server.requests.total == 0


def test_all_copies_are_found_oldest_first_over_all_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_api, "PAGE_SIZE", 2)
    with slack_world() as (world, workspace):
        stamps = [name_of(world.channel.send(make_entry())) for _ in range(3)]
        for key in ({"key": OTHER}, {}, {"key": [ENTRY_ID]}):
            workspace.post("C1", "x", metadata={"event_type": "align_sync_digest", "event_payload": key})
        workspace.post("C1", "x", metadata={"event_type": "other", "event_payload": {"key": ENTRY_ID}})
        workspace.post("C1", f"key {ENTRY_ID}", is_ours=False)
        assert world.channel.find(make_entry()) == tuple(stamps)
        assert world.server.requests.total == 3 + 4
        assert world.channel.delete(make_entry(), stamps[1]) == Delivered(stamps[1])
        assert world.channel.delete(make_entry(), stamps[1]) == Delivered(stamps[1])
        assert world.channel.find(make_entry()) == (stamps[0], stamps[2])


def test_it_is_looked_for_from_two_minutes_before_the_first_attempt() -> None:
    with slack_world() as (world, _):
        ts = name_of(world.channel.send(make_entry()))
        for seconds, found in ((119, (ts,)), (121, ())):
            assert world.channel.find(make_entry(first_send_at=NOON + timedelta(seconds=seconds))) == found
        requests = world.server.requests.total
        assert world.channel.find(make_entry(first_send_at=None)) == ()
        assert world.server.requests.total == requests


def pages(*told: dict[str, Any]) -> Rewrite:
    answers = iter([*told] * 2)
    return Rewrite(lambda _request, _answer: json_response({"ok": True, **next(answers)}))


AGAIN = {"messages": [], "response_metadata": {"next_cursor": "x"}}
UNREADABLE = {
    "throttled": Status(429, headers={"Retry-After": "60"}),
    "failing": Status(500),
    "reset": Reset(),
    "a web page": LoginPage(),
    "no list": pages({"messages": {}}),
    "more without a place": pages({"messages": [], "has_more": True}),
    "the same page again": pages(AGAIN, AGAIN),
    "a place of no sense": pages({"messages": [], "response_metadata": {"next_cursor": 7}}),
}


@pytest.mark.parametrize("why", UNREADABLE)
def test_what_cannot_be_read_is_not_taken_for_absent(why: str) -> None:
    with slack_world() as (world, _):
        world.channel.send(make_entry())
        world.fail(UNREADABLE[why], path="history", times=2)
        with pytest.raises(UnreadableError):
            world.channel.find(make_entry())


def test_without_the_scope_or_the_channel_nothing_is_taken_for_absent() -> None:
    with slack_world() as (world, workspace):
        workspace.scopes.discard("channels:history")
        with pytest.raises(UnreadableError, match=r"missing_scope \(channels:history\)"):
            world.channel.find(make_entry())
        workspace.scopes.add("channels:history")
        with pytest.raises(UnreadableError, match="channel_not_found"):
            world.channel.find(make_entry(address="C9"))
        with pytest.raises(UnreadableError, match="thread_not_found"):
            world.channel.find(make_entry(parent_id=OTHER, parent_external_id="1.000001"))


def test_a_second_page_that_fails_makes_all_of_it_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_api, "PAGE_SIZE", 1)
    with slack_world() as (world, _):
        for _ in range(2):
            world.channel.send(make_entry())
        world.server.faults.add(Fault(action=Status(500), path="history", nth=2))
        with pytest.raises(UnreadableError):
            world.channel.find(make_entry())
        monkeypatch.setattr(slack_api, "MOST_PAGES", 1)
        with pytest.raises(UnreadableError, match="more than 1 pages"):
            world.channel.find(make_entry())


def test_blocks_that_slack_refuses_are_replaced_once_by_plain_ones() -> None:
    poem = {"blocks": [{"type": "poem"}]}
    with slack_world() as (world, workspace):
        assert class_of(world.channel.send(make_entry(poem))) == GOOD
        (message,) = workspace.messages.values()
        assert (message.blocks, world.server.requests.total) == ((SECTION,), 2)
        assert class_of(world.channel.send(make_entry(poem | {"plain_blocks": poem["blocks"]}))) == LASTING
        assert class_of(world.channel.send(make_entry(poem | {"plain_blocks": []}))) == LASTING
        assert (len(workspace.messages), world.server.requests.total) == (1, 5)
        world.server.faults.add(Fault(action=Reset(after_answer=True), nth=2))
        assert class_of(world.channel.send(make_entry(poem))) == MAYBE
        assert len(world.channel.find(make_entry())) == 2


WORDS = {
    CLOSED: "invalid_auth account_inactive token_revoked token_expired not_authed missing_scope channel_not_found "
    "is_archived not_in_channel restricted_action ekm_access_denied",
    LASTING: "msg_too_long invalid_blocks invalid_blocks_format no_text metadata_too_large thread_not_found "
    "message_not_found cant_update_message edit_window_closed",
    NO: "ratelimited service_unavailable org_login_required",
    MAYBE: "internal_error fatal_error request_timeout a_word_of_tomorrow",
}


def test_what_each_word_of_slack_means() -> None:
    told: dict[str, list[str]] = {kind: [] for kind in WORDS}
    with slack_world() as (world, _):
        for word in " ".join(WORDS.values()).split():
            world.server.faults.clear()
            answer = json_response({"ok": False, "error": word})
            world.fail(Status(200, answer.body, answer.headers), times=None)
            outcome = world.channel.send(make_entry())
            assert word in str(outcome)
            told[class_of(outcome)].append(word)
    assert told == {kind: words.split() for kind, words in WORDS.items()}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"ok": False, "error": "xoxb-demo <script>\r\nforged"}, MAYBE),
        ({"ok": False, "error": {"xoxb-demo": 1}}, MAYBE),
        ({"ok": False, "error": "missing_scope", "needed": "xoxb-demo\r\nforged"}, CLOSED),
        ({"ok": False}, MAYBE),
        ({"ok": "yes", "ts": "1.0"}, MAYBE),
        ({"ok": True}, MAYBE),
        ({"ok": True, "ts": 17}, MAYBE),
        ({}, MAYBE),
        ([], MAYBE),
        ("ok", MAYBE),
    ],
)
def test_words_that_are_none_are_not_repeated(told: object, expected: str) -> None:
    with slack_world() as (world, _):
        world.fail(Rewrite(lambda _request, _answer: json_response(told)))
        outcome = world.channel.send(make_entry())
    assert class_of(outcome) == expected
    assert isinstance(outcome, Refused | Unclear)
    assert "xoxb" not in outcome.reason
    assert outcome.reason.isprintable()


def test_a_refusal_of_status_403_still_speaks_by_its_word() -> None:
    with slack_world() as (world, _):
        world.fail(Status(403, b'{"ok": false, "error": "ratelimited"}', {"Retry-After": "3"}))
        assert world.channel.send(make_entry()) == Refused(
            reason="slack says ratelimited", retry_after=timedelta(seconds=3)
        )
        world.fail(Status(403, b"no"))
        assert class_of(world.channel.send(make_entry())) == CLOSED


def checks(world: World) -> dict[str, bool | None]:
    before = world.count()
    told = {check.name: check.is_fine for check in world.channel.check()}
    assert world.count() == before
    return told


FINE = {"token": True, "scopes": True, "channel": True, "history": True}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"scopes": {"chat:write", "channels:history"}}, {"channel": None}),
        ({"scopes": {"chat:write", "channels:read"}}, {"scopes": False, "history": False}),
        ({"scopes": {"channels:read", "channels:history"}}, {"scopes": False}),
        ({"scopes": {"chat:write", "channels:read", "channels:history", "admin", "users:read"}}, {"scopes": None}),
        ({"is_member": False}, {"channel": False, "history": False}),
        ({"is_archived": True}, {"channel": False}),
        ({"is_private": True}, {"channel": None, "history": False}),
        ({"is_private": True, "scopes": {"chat:write", "groups:read"}}, {"scopes": False, "history": False}),
        ({"is_private": True, "scopes": {"chat:write", "groups:read", "groups:history"}}, {}),
    ],
)
def test_a_check_tells_what_is_missing_and_what_is_too_much(change: dict[str, Any], expected: dict[str, Any]) -> None:
    with slack_world() as (world, workspace):
        change = dict(change)
        workspace.scopes = change.pop("scopes", workspace.scopes)
        workspace.add_channel("C1", "okr-digest", **change)
        assert checks(world) == FINE | expected


def test_a_check_tells_a_token_that_is_revoked_and_one_of_a_person() -> None:
    with slack_world() as (world, workspace):
        person = {"ok": True, "team": "Acme", "user": "ann"}
        world.fail(Rewrite(lambda _request, _answer: json_response(person)), path=r"auth\.test")
        assert checks(world) == FINE | {"token": None, "scopes": None}
        workspace.tokens.clear()
        assert checks(world) == {"token": False}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"token": "xoxb demo"}, "holds a character that no token has"),
        ({"token": "xoxb-d\nemo"}, "holds a character that no token has"),
        ({"token": "xoxb-dé"}, "holds a character that no token has"),
        ({"token": " "}, "is empty"),
        ({"ca_file": "/missing.pem"}, "authorities cannot be read"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_the_token(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        open_kind({"kind": "slack", "to": ["C1"], "token": "xoxb-demo", **settings})
    assert not any(secret in str(caught.value) for secret in ("xoxb", "canary"))


@pytest.mark.parametrize(
    "text",
    [
        "http://slack.com/canary",
        "https://me:canary@slack.com",
        "https://slack.com#canary",
        "file:///canary",
        "/canary",
        "https://a:b:canary",
        "https://sl\nack.com/canary",
    ],
)
def test_an_address_that_two_libraries_read_differently_is_refused(text: str) -> None:
    settings = ChannelSettings(name="okrs", kind=ChannelKind.SLACK, to=("C1",), token=SecretStr("xoxb-demo"))
    with pytest.raises(UserError, match="not one of the web") as caught:
        read_url(settings, text, member="api_url")
    assert "canary" not in str(caught.value)


def test_another_host_is_reached_where_it_is_listed() -> None:
    listed = {"api_url": "https://proxy.example/slack", "custom_hosts": ["proxy.example"]}
    for settings in (listed, {"api_url": "https://acme.slack.com/api"}, {}):
        open_kind({"kind": "slack", "to": ["C1"], "token": "xoxb-demo", **settings})
