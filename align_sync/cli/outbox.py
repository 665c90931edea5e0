"""`align-sync outbox`: messages that wait to be sent, and those that wait for a person."""

from typing import TYPE_CHECKING

import click
import orjson
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.author import AUTHOR_HELP, name_author
from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, open_session
from align_sync.flows.deliver import deliver
from align_sync.flows.outbox import enable, list_outbox, resolve, show_entry
from align_sync.reports.plain import make_plain
from align_sync.reports.words import moment, stamp

if TYPE_CHECKING:
    from align_sync.flows.outbox import ListedEntry

FORMS = click.Choice(["table", "json"])
SHORT_ID = 8


@rich_click.group("outbox")
def command() -> None:
    """Messages that wait to be sent. Whether one that is in doubt arrived is looked up before it is sent again."""


@command.command("list")
@rich_click.option("--all", "with_sent", is_flag=True, help="Those that were sent too.")
@rich_click.option("--channel", default=None, help="Only over this channel.")
@rich_click.option(
    "-f", "-o", "--output", "form", type=FORMS, default="table", show_default=True, help="How it is written."
)
@rich_click.pass_obj
def show_list(options: Options, *, with_sent: bool, channel: str | None, form: str) -> int:
    """What was not sent yet, and why; exit code 6 where something waits for a person."""
    with open_session(options) as app:
        listed = list_outbox(app, channel=channel, with_sent=with_sent)
    if form == "json":
        told = {"entries": [_describe(one) for one in listed.entries], "disabled_channels": dict(listed.disabled)}
        emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        for one in listed.entries:
            emit(_line(one, listed.timezone))
        for name, reason in listed.disabled.items():
            say(f"channel {name} is disabled: {make_plain(reason)}")
            say(f"  → mend its settings, or: align-sync outbox enable {name}")
        if not listed.entries:
            say("nothing waits")
    return exit_codes.HELD if listed.needs_person else exit_codes.FINE


@command.command("show")
@rich_click.argument("entry_id", metavar="ID")
@rich_click.pass_obj
def show(options: Options, *, entry_id: str) -> None:
    """One message with all that is known of it, as JSON; ID may be the beginning of an identifier."""
    with open_session(options) as app:
        listed = show_entry(app, entry_id)
    told = _describe(listed) | {"payload": orjson.loads(listed.entry.payload)}
    emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


@command.command("resolve")
@rich_click.argument("entry_id", metavar="ID")
@rich_click.option("--sent", "is_sent", flag_value=True, type=bool, default=None, help="It is there, or not needed.")
@rich_click.option("--resend", "is_sent", flag_value=False, type=bool, help="It is not there: send it again.")
@rich_click.option("--author", default=None, help=AUTHOR_HELP)
@rich_click.pass_obj
def decide(options: Options, *, entry_id: str, is_sent: bool | None, author: str | None) -> None:
    """Decide about a message that waits for a person. Look in the channel first: nobody looks after you."""
    if is_sent is None:
        raise click.UsageError("say --sent or --resend")
    with open_session(options) as app:
        listed = resolve(app, entry_id, author=name_author(author), is_sent=is_sent)
    say(f"{listed.entry.id}: {'settled' if is_sent else 'will be sent with the next delivery'}")


@command.command("enable")
@rich_click.argument("channel")
@rich_click.pass_obj
def switch_on(options: Options, *, channel: str) -> None:
    """Try a channel again that was disabled after a refusal; changed settings do so by themselves."""
    with open_session(options) as app:
        was_disabled = enable(app, channel)
    say(f"{channel} is tried again" if was_disabled else f"{channel} was not disabled")


@command.command("send")
@rich_click.pass_obj
def send(options: Options) -> int:
    """Send what is due now. A service does so by itself; what is in doubt is due again after some 20 seconds."""
    with open_session(options) as app:
        result = deliver(app)
        needs_person = result.needs_person or list_outbox(app).needs_person
    say(make_plain(result.says))
    return exit_codes.HELD if needs_person else exit_codes.FINE


def _line(one: "ListedEntry", zone: str) -> str:
    entry = one.entry
    cells = (
        entry.id[:SHORT_ID],
        entry.state.value,
        entry.channel,
        moment(entry.sent_at or entry.created_at, zone),
        entry.dedupe_key,
        one.note,
    )
    return "\t".join(make_plain(cell) for cell in cells).rstrip()


def _describe(one: "ListedEntry") -> dict[str, object]:
    entry = one.entry
    return {
        "id": entry.id,
        "state": entry.state.value,
        "needs_person": one.needs_person,
        "note": one.note,
        "channel": entry.channel,
        "address": entry.address,
        "key": entry.dedupe_key,
        "digest_id": entry.digest_id,
        "parent_id": entry.parent_id,
        "replaces_id": entry.replaces_id,
        "attempts": entry.attempts,
        "maybe_sent": entry.maybe_sent,
        "external_id": entry.external_id,
        "created_at": stamp(entry.created_at),
        "not_before_at": stamp(entry.not_before_at),
        "sent_at": stamp(entry.sent_at),
        "last_error": entry.last_error,
        "resolved_by": entry.resolved_by,
    }
