"""`align-sync config`: the settings in force, with their origin, and whether they can be used."""

import orjson
import rich_click

from align_sync.cli.output import emit, say
from align_sync.cli.session import Options, load
from align_sync.settings_origins import list_origins


@rich_click.group("config")
def command() -> None:
    """The settings in force, and where each came from."""


@command.command("show")
@rich_click.option("--origin", is_flag=True, help="Say where each value comes from.")
@rich_click.option("--json", "as_json", is_flag=True, help="As JSON, always with the origin.")
@rich_click.pass_obj
def show(options: Options, *, origin: bool, as_json: bool) -> None:
    """Every setting with its value; secrets are shown as ****."""
    loaded = load(options)
    origins = list_origins(loaded)
    say(f"settings file: {loaded.file or 'none found; the defaults and the environment hold'}")
    if as_json:
        told = {one.name: {"value": one.value, "origin": one.origin} for one in origins}
        emit(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
        return
    width = max(len(one.name) for one in origins)
    emit(
        "\n".join(
            f"{one.name.ljust(width)} = {one.value}{f'  # {one.origin}' if origin else ''}".rstrip() for one in origins
        )
    )


@command.command("validate")
@rich_click.pass_obj
def validate(options: Options) -> None:
    """Read the settings and the OKR files that they name; say what is wrong with file and line."""
    from align_sync.app import read_today
    from align_sync.calendars import Calendars
    from align_sync.errors import UserError
    from align_sync.okr.book_yaml import parse_book
    from align_sync.okr_files import read_texts

    loaded = load(options)
    settings = loaded.settings
    if settings.okrs:
        book, problems = parse_book(read_texts(settings.okrs))
        if problems:
            raise UserError("the OKR files have problems", problems=problems)
        emit(f"OKR files: {len(book.objectives)} objectives, {len(book.key_results)} key results")
    sources = [name for name, is_set in (("jira", settings.jira.is_set), ("linear", settings.linear.is_set)) if is_set]
    calendars = Calendars(settings, read_today())
    for team in ("", *(team.name for team in settings.teams)):
        calendars.find(team)
    emit(f"sources: {', '.join(sources) or 'none set up'}")
    emit("the settings can be used")
