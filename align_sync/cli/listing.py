"""Lists of what people decided, in the formats that are asked for."""

from collections.abc import Callable
from typing import TypeVar

import click
import rich_click

from align_sync.cli.output import emit, screen
from align_sync.cli.session import Options
from align_sync.reports.decided import DecisionList
from align_sync.reports.render.decisions import DECISIONS_FORMATS, render_decisions
from align_sync.reports.render.view import Format

F = TypeVar("F", bound=Callable[..., object])


def with_list_options(command: F) -> F:
    for option in (
        rich_click.option("--json", "as_json", is_flag=True, help="The same as -o json."),
        rich_click.option(
            "-o",
            "--output",
            "form",
            type=click.Choice([form.value for form in DECISIONS_FORMATS]),
            default=Format.TABLE.value,
            show_default=True,
        ),
        rich_click.option("--all", "with_ended", is_flag=True, help="Those that hold no more too."),
        rich_click.option("--item", default=None, help="Only of this item."),
    ):
        command = option(command)
    return command


def show_list(listed: DecisionList, options: Options, *, form: str) -> None:
    emit(
        render_decisions(
            listed.decisions,
            Format(form),
            timezone=listed.timezone,
            is_sample=listed.is_sample,
            screen=screen(options.colour),
        )
    )
