"""`align-sync rules`: what each rule of the settings catches in the current sprints, before anybody relies on it."""

import orjson
import rich_click

from align_sync.cli import exit_codes
from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, open_session
from align_sync.flows.report import report
from align_sync.reports.model import Filters, RuleLine
from align_sync.reports.plain import make_plain


@rich_click.command("rules")
@rich_click.option("--json", "as_json", is_flag=True, help="As JSON.")
@rich_click.pass_obj
def command(options: Options, *, as_json: bool) -> int:
    """Each mapping and exemption rule with the number of items that it matches, and a warning where that is odd."""
    with open_session(options) as app:
        lines = report(app, Filters()).rules
    if as_json:
        emit(orjson.dumps(lines, option=orjson.OPT_INDENT_2).decode())
    else:
        show_rules(lines)
    return exit_codes.FINDINGS if any(line.warning for line in lines) else exit_codes.FINE


def show_rules(lines: tuple[RuleLine, ...]) -> None:
    """One line a rule on standard output, a warning after it on standard error."""
    if not lines:
        say("the settings have no rule: map and exempt in align-sync.toml are empty")
    for line in lines:
        emit(make_plain(say_rule(line)))
        if line.warning:
            say(make_plain(f"  warning: {line.name} {line.warning}"))


def say_rule(line: RuleLine) -> str:
    until = f", until {line.expires_on.isoformat()}" if line.expires_on else ""
    owner = f", of {line.owner}" if line.owner else ""
    return (
        f"{line.kind.value} rule {line.name} ({line.target}{owner}{until}):"
        f" matches {line.matched}, decides {line.decided}"
    )
