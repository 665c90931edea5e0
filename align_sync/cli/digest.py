"""`align-sync digest`: the weekly message, shown before it is sent, sent, sent once more, and looked up."""

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import deliver as put
from align_sync.cli.output import emit, say, say_error, say_problems, write_file
from align_sync.cli.session import Options, open_session
from align_sync.digests.document import write_json
from align_sync.digests.model import Digest, DigestKind, DigestState
from align_sync.digests.render import render_messages, render_preview
from align_sync.errors import AlignSyncError, UserError
from align_sync.flows.deliver import deliver
from align_sync.flows.digest import (
    MadeDigest,
    ToldDigest,
    check_served,
    find_made,
    find_team,
    is_served,
    known_teams,
    list_digests,
    resend,
    week_of,
)
from align_sync.flows.outbox import list_outbox
from align_sync.jobs.digesting import make_digest, preview_digest
from align_sync.reports.plain import make_plain
from align_sync.reports.words import moment, percent_or_withheld, stamp, team_name
from align_sync.sending.entry import EntryState
from align_sync.settings_channels import ChannelKind
from align_sync.settings_service import Language

if TYPE_CHECKING:
    from align_sync.app import App

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_TEAM = rich_click.option("-t", "--team", default=None, help="Of this team.")
_LEADERSHIP = rich_click.option("--leadership", is_flag=True, help="The roll-up over all teams.")

Whose = tuple[DigestKind, str]


@rich_click.group("digest")
def command() -> None:
    """The weekly message of each team, and the roll-up for leadership."""


@command.command("preview")
@_TEAM
@_LEADERSHIP
@rich_click.option("--language", type=click.Choice([one.value for one in Language]), help="Not that of the settings.")
@rich_click.option(
    "--channel-kind", type=click.Choice([kind.value for kind in ChannelKind]), help="The payload that it would get."
)
@rich_click.option("-f", "-o", "--output", "form", type=click.Choice(["text", "json"]), default="text")
@rich_click.option(
    "--out-dir", type=click.Path(path_type=Path, file_okay=False), help="Write digest.txt and digest.json here."
)
@rich_click.pass_obj
def preview(
    options: Options,
    *,
    team: str | None,
    leadership: bool,
    language: str | None,
    channel_kind: str | None,
    form: str,
    out_dir: Path | None,
) -> None:
    """What would be sent now. Nothing is posted, and nothing is written to the database."""
    with open_session(options) as app:
        kind, name = _one(app, team, leadership=leadership)
        digest = preview_digest(app, kind, name, at=app.now())
        language = language or app.settings.digest.language.value
    text, document = render_preview(digest, language), _document(digest, channel_kind, language)
    if out_dir is not None:
        for file, content in (("digest.txt", text), ("digest.json", document)):
            write_file(out_dir / file, content)
        say(f"written to {out_dir}: digest.txt, digest.json")
    # A payload is data for a machine, in whatever form it was asked for.
    put(document if form == "json" or channel_kind else text, None)
    if digest.state is DigestState.QUIET:
        say("nothing is new: it would not be sent")


def _document(digest: Digest, channel_kind: str | None, language: str) -> str:
    told: object = write_json(digest)
    if channel_kind:
        told = [
            {"is_reply": message.is_reply, "payload": message.payload}
            for message in render_messages(digest, channel_kind, language)
        ]
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()


@command.command("send")
@_TEAM
@_LEADERSHIP
@rich_click.option("--all", "everything", is_flag=True, help="Of every team, and the roll-up.")
@rich_click.option("--week", default=None, help="2026-W48: refuse to make that of another week.")
@rich_click.option(
    "--force",
    "--again",
    "force",
    is_flag=True,
    help="Also where nothing is new or the week had its digest: replaces it. After a preview: to its readers.",
)
@rich_click.pass_obj
def send(
    options: Options, *, team: str | None, leadership: bool, everything: bool, week: str | None, force: bool
) -> int:
    """Make the digest of this week, once, and send it; what was sent already is not sent again."""
    with open_session(options) as app:
        at = app.now()
        if not everything:
            kind, name = _one(app, team, leadership=leadership)
            _check_week(week, at, app.settings.zone_of(name))
            return _send(app, [make_digest(app, kind, name, at=at, force=force)])
        made, codes = [], []
        for kind, name in _all(app):
            try:
                _check_week(week, at, app.settings.zone_of(name))
                made.append(make_digest(app, kind, name, at=at, force=force))
            except AlignSyncError as error:
                say(make_plain(f"{_name(kind, name)}: no digest was made"))
                say_error(error)
                codes.append(exit_codes.exit_code_of(error))
        return max(_send(app, made), *codes, exit_codes.FINE)


@command.command("resend")
@rich_click.argument("week")
@_TEAM
@_LEADERSHIP
@rich_click.option("--yes", is_flag=True, help="Do not ask.")
@rich_click.pass_obj
def send_again(options: Options, *, week: str, team: str | None, leadership: bool, yes: bool) -> int:
    """Send the digest of a week once more, byte for byte: one more message, beside the one that stands there."""
    _read_week(week, "WEEK")
    with open_session(options) as app:
        kind, name = _one(app, team, leadership=leadership)
        find_made(app, kind, name, week)
        if not yes:
            click.confirm(f"the digest of {week} is posted a second time; go on?", abort=True, err=True)
        return _send(app, [resend(app, kind, name, week)])


@command.command("history")
@_TEAM
@_LEADERSHIP
@rich_click.option("--newest", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@rich_click.option("--json", "as_json", is_flag=True, help="As JSON.")
@rich_click.pass_obj
def history(options: Options, *, team: str | None, leadership: bool, newest: int, as_json: bool) -> None:
    """Which digests were made, what they said, and what became of their messages."""
    kind = DigestKind.LEADERSHIP if leadership else DigestKind.TEAM if team else None
    with open_session(options) as app:
        team = find_team(app, team) if team else None
        told, zone = list_digests(app, kind=kind, team=team, newest=newest), app.settings.timezone
    if as_json:
        emit(orjson.dumps([_describe(one) for one in told], option=orjson.OPT_INDENT_2).decode())
        return
    for one in told:
        digest = one.digest
        cells = (
            digest.week,
            _name(digest.kind, digest.team),
            f"#{one.number}",
            digest.state,
            percent_or_withheld(digest.coverage),
            f"{digest.unlinked} unlinked",
            ", ".join(f"{number} {state}" for state, number in one.messages.items()) or "no message",
            moment(digest.made_at, zone),
        )
        emit("\t".join(map(make_plain, cells)))
    if not told:
        say("no digest was made yet")


def _name(kind: DigestKind, team: str) -> str:
    return "leadership" if kind is DigestKind.LEADERSHIP else team_name(team)


def _describe(one: ToldDigest) -> dict[str, object]:
    digest = one.digest
    return {
        "kind": digest.kind,
        "team": digest.team,
        "week": digest.week,
        "number": one.number,
        "state": digest.state,
        "reason": digest.reason,
        "coverage": digest.coverage,
        "unlinked": digest.unlinked,
        "made_at": stamp(digest.made_at),
        "snapshot": digest.snapshot,
        "messages": one.messages,
    }


def _send(app: "App", made: list[MadeDigest]) -> int:
    """Whatever is due goes out, also what waited from before; then what became of these digests."""
    for one in made:
        emit(make_plain(one.says))
    result = deliver(app)
    say(f"delivery: {result.says}")
    say_problems(result.problems)
    mine = {one.digest_id for one in made}
    waiting = [listed for listed in list_outbox(app).entries if listed.entry.digest_id in mine]
    for listed in waiting:
        say(make_plain(f"  {listed.entry.channel}: {listed.entry.state}: {listed.note}"))
    states = {listed.entry.state for listed in waiting}
    if EntryState.HELD in states:
        return exit_codes.HELD
    return exit_codes.PARTIAL if waiting or result.problems else exit_codes.FINE


def _one(app: "App", team: str | None, *, leadership: bool) -> Whose:
    if leadership and team:
        raise click.UsageError("--leadership is over all teams: leave -t away")
    if leadership:
        return DigestKind.LEADERSHIP, ""
    if team:
        return DigestKind.TEAM, find_team(app, team)
    known = known_teams(app)
    if len(known) != 1:
        advice = f"-t TEAM, one of: {', '.join(known)}; or --leadership" if known else "run align-sync sync first"
        raise UserError("say whose digest", where="--team", advice=advice)
    return DigestKind.TEAM, known[0]


def _all(app: "App") -> tuple[Whose, ...]:
    """Those that some channel gets; the others are named."""
    everyone = (*((DigestKind.TEAM, team) for team in known_teams(app)), (DigestKind.LEADERSHIP, ""))
    served = tuple(whose for whose in everyone if is_served(app, *whose))
    if not served:
        check_served(app, *everyone[0])
    if left := [team for kind, team in everyone if kind is DigestKind.TEAM and (kind, team) not in served]:
        say(make_plain(f"left out, since no channel gets them: {', '.join(left)}"))
    return served


def _check_week(week: str | None, at: datetime, zone: str) -> None:
    """A digest tells of now; under the name of another week it would mislead."""
    if week is not None and _read_week(week, "--week") != (present := week_of(at, zone)):
        raise UserError(
            f"this is {present}, and a digest tells of the present week",
            where="--week",
            advice=f"align-sync digest resend {week} sends what was made then",
        )


def _read_week(text: str, where: str) -> str:
    found = _WEEK.fullmatch(text)
    try:
        datetime.fromisocalendar(int(found[1]) if found else 0, int(found[2]) if found else 0, 1)
    except ValueError:
        raise UserError(f"{text!r} is no week", where=where, advice="write it as 2026-W48") from None
    return text
