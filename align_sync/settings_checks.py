"""What is wrong with settings that are well-formed: rules that have ended, names taken twice, names of nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from align_sync.linking.policy import CATEGORIES
from align_sync.okr.metrics import SourceKind
from align_sync.settings import Settings
from align_sync.settings_policy import ExemptSettings, MapSettings, find_near
from align_sync.settings_service import Engine

SettingPath = tuple[str | int, ...]
Rule = MapSettings | ExemptSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with the value at `path`, in words for the person who wrote it."""

    path: SettingPath
    message: str
    advice: str = ""


def find_faults(settings: Settings, today: date | None) -> Iterator[Fault]:
    """All that makes settings unusable. Without a day, nothing has ended yet."""
    yield from _check_names(settings)
    yield from _check_categories(settings)
    yield from _check_metrics(settings)
    yield from _check_levels(settings)
    yield from _check_engine(settings)
    if today is not None:
        yield from _check_ends(settings, today)


def find_doubts(settings: Settings) -> Iterator[Fault]:
    """What is probably a mistake: a team that is not among the configured ones, though a board may have its name."""
    yield from _doubt_channels(settings)
    known = {team.name.casefold(): team.name for team in settings.teams}
    if not known:
        return
    for path, rule in _list_rules(settings):
        unknown = (name for name in rule.conditions.named_teams if name.casefold() not in known)
        for name in unknown:
            near = find_near(name.casefold(), known)
            yield Fault(
                path=(*path, "teams", rule.teams.index(name)) if name in rule.teams else (*path, "filter"),
                message=f"no team of the settings is called {name}",
                advice=f"did you mean {known[near]}?" if near else "that is fine if a board has this name",
            )


def _doubt_channels(settings: Settings) -> Iterator[Fault]:
    """A digest is built of the teams of the settings alone, so that the name of a board is not enough."""
    known = {team.name.casefold(): team.name for team in settings.teams}
    for name, channel in settings.channels.items():
        for number, team in enumerate(channel.teams):
            path = ("channels", name, "teams", number)
            if team == "*" and not known:
                yield Fault(
                    path=path,
                    message="no team gets a digest",
                    advice="name them in teams = [{name = …}]: digests need it",
                )
            elif team != "*" and team.casefold() not in known:
                near = find_near(team.casefold(), known)
                listed = "add it to teams = [{name = …}]: digests are built of those only"
                yield Fault(
                    path=path,
                    message=f"no team of the settings is called {team}",
                    advice=f"did you mean {known[near]}?" if near else listed,
                )
        if not (channel.teams or channel.leadership or channel.admin):
            advice = "give it teams, leadership = true or admin = true"
            yield Fault(path=("channels", name, "kind"), message="nothing is sent to this channel", advice=advice)


def _check_engine(settings: Settings) -> Iterator[Fault]:
    is_postgresql = settings.database.url.get_secret_value().startswith("postgresql")
    if settings.engine is Engine.PROCRASTINATE and not is_postgresql:
        yield Fault(
            path=("engine",),
            message="the queue procrastinate keeps its jobs in PostgreSQL, and the database is another one",
            advice="set ALIGN_SYNC_DATABASE__URL=postgresql://USER:PASSWORD@HOST/DATABASE, or ALIGN_SYNC_ENGINE=inline",
        )


def _list_rules(settings: Settings) -> Iterator[tuple[SettingPath, Rule]]:
    rules: tuple[tuple[str, Iterable[Rule]], ...] = (("map", settings.map), ("exempt", settings.exempt))
    for name, listed in rules:
        yield from (((name, number), rule) for number, rule in enumerate(listed))


def _check_levels(settings: Settings) -> Iterator[Fault]:
    if not settings.lint.levels:
        return
    # Thirty modules, and most settings name no rule.
    from align_sync.okr.lint.catalog import find_unknown

    for name, near in find_unknown(settings.lint.levels):
        yield Fault(
            path=("lint", "levels", name),
            message=f"the linter has no rule {name}",
            advice=f"did you mean {near}?" if near else "align-sync okr lint --rules lists them",
        )


def _check_names(settings: Settings) -> Iterator[Fault]:
    taken: set[str] = set()
    for path, rule in _list_rules(settings):
        name = rule.name.casefold()
        if name in taken:
            yield Fault(
                path=(*path, "name"),
                message=f"another rule is called {rule.name} already",
                advice="reports name the rule that decided, so each needs a name of its own",
            )
        taken.add(name)


def _check_categories(settings: Settings) -> Iterator[Fault]:
    known = tuple(dict.fromkeys((*CATEGORIES, *settings.policy.categories)))
    for number, rule in enumerate(settings.exempt):
        if rule.category not in known:
            near = find_near(rule.category.casefold(), known)
            listed = f"the categories are {', '.join(known)}; policy.categories adds your own"
            yield Fault(
                path=("exempt", number, "category"),
                message=f"there is no category {rule.category}",
                advice=f"did you mean {near}?" if near else listed,
            )


def _check_metrics(settings: Settings) -> Iterator[Fault]:
    taken: set[str] = set()
    for number, metric in enumerate(settings.metrics):
        if metric.name in taken:
            yield Fault(
                path=("metrics", number, "name"),
                message=f"another metric is called {metric.name} already",
                advice="key results name their metric, so each needs a name of its own",
            )
        taken.add(metric.name)
        if metric.kind is SourceKind.SQL and not settings.readings.sql:
            yield Fault(
                path=("metrics", number, "kind"),
                message="SQL of metrics is not run here",
                advice="set readings.sql = true, and give its connection a role that can only read",
            )
        yield from _check_connection(settings, number, metric.connection_name)


def _check_connection(settings: Settings, number: int, name: str) -> Iterator[Fault]:
    if not name or name in settings.connections:
        return
    near = find_near(name, settings.connections)
    table = f"write the table [connections.{name}], and set ALIGN_SYNC_CONNECTIONS__{name.upper()}__URL"
    yield Fault(
        path=("metrics", number, "connection"),
        message=f"there is no connection {name}",
        advice=f"did you mean {near}?" if near else table,
    )


def _check_ends(settings: Settings, today: date) -> Iterator[Fault]:
    for path, rule in _list_rules(settings):
        if rule.expires_on is not None and rule.expires_on < today:
            yield Fault(
                path=(*path, "expires_on"),
                message=f"the rule {rule.name} ended on {rule.expires_on}",
                advice="give it a later day if it still holds, or take it out",
            )
