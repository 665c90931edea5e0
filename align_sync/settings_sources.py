"""Where settings come from, and which value came from where.

In this order, the first wins: the caller, the environment, `.env`, the secrets folder, the file, the defaults. The
file is named by `--config` or by `ALIGN_SYNC_CONFIG`, else it is the nearest `align-sync.toml` upward from the working
folder to the root of the repository, then the one of the user, then the one of the system.
"""

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote, unquote, unquote_plus

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import (
    DotEnvSettingsSource,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    SecretsSettingsSource,
    SettingsError,
)

from align_sync.errors import Problem, UserError
from align_sync.linking.query.model import FilterError
from align_sync.okr.metrics import SourceKind
from align_sync.settings import Settings
from align_sync.settings_channels import ChannelKind, ChannelSettings
from align_sync.settings_checks import Fault, SettingPath, find_doubts, find_faults
from align_sync.settings_metrics import METRIC_KINDS, SECRET_PARAMETER
from align_sync.settings_policy import find_near
from align_sync.toml_places import Place, Places, find_places

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE_NAME = "align-sync.toml"
CONFIG_VARIABLE = "ALIGN_SYNC_CONFIG"
SECRETS_VARIABLE = "ALIGN_SYNC_SECRETS_DIR"
DEFAULT_SECRETS = Path("/run/secrets")
TEST_VARIABLES = frozenset({"ALIGN_SYNC_FAILPOINT", "ALIGN_SYNC_CLOCK_OFFSET_FILE"})
OTHER_VARIABLES = frozenset({CONFIG_VARIABLE, SECRETS_VARIABLE, "ALIGN_SYNC_PUSH_TOKEN"}) | TEST_VARIABLES
SECRET_NAMES = frozenset({"token", "client_secret", "probes_token"})
SECRETS_OF_TABLES: Mapping[str, frozenset[str]] = {
    "connections": frozenset({"url", "token"}),
    "channels": frozenset({"url", "token", "secret", "password"}),
}
"""Of settings that are tables by name, what is secret in each table."""
PREFIX = "ALIGN_SYNC_"

_SHORTEST_PART = 12

_ADVICE_OF_MISSING = {
    "expires_on": "give it a day such as 2026-12-31, when somebody looks at the rule again",
    "owner": "say who answers for the rule",
    "reason": "say why this work may serve no key result",
    "kr": "name the key result that this work serves",
    "connection": "name a table [connections.NAME], whose address stands in the environment",
}

Layer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    settings: Settings
    file: Path | None
    warnings: tuple[Problem, ...]
    layers: tuple[tuple[str, Layer], ...]

    def secrets(self) -> tuple[str, ...]:
        """All secret values, for those who must hide them."""
        return list_secrets(self.settings)


def list_secrets(settings: Settings) -> tuple[str, ...]:
    return tuple(_secrets_of(settings))


def find_file(named: Path | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """The settings file in force; a named one must exist. Raises `UserError`."""
    chosen = named or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if chosen is not None:
        if not chosen.is_file():
            raise UserError(
                "the settings file does not exist", where=str(chosen), advice=f"check --config and {CONFIG_VARIABLE}"
            )
        return chosen
    home = Path(environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config")
    places = [*_upward(folder), home / "align-sync" / FILE_NAME, Path("/etc/align-sync") / FILE_NAME]
    return next((place for place in places if place.is_file()), None)


def _upward(folder: Path) -> Iterator[Path]:
    for place in (folder, *folder.parents):
        yield place / FILE_NAME
        if (place / ".git").exists():
            return


def load_settings(
    *,
    named: Path | None = None,
    folder: Path | None = None,
    overrides: Layer | None = None,
    today: date | None = None,
) -> LoadedSettings:
    """Read all layers and check the whole. Raises `UserError` with every problem, and never with a value in it.

    Whether a rule has ended is asked only where `today` is given.
    """
    folder = folder or Path.cwd()
    file = find_file(named, os.environ, folder)
    text = _read_text(file) if file else ""
    layers = tuple(_read_layers(file, text, folder / ".env", overrides or {}))
    origins = _Origins(layers, str(file), text)
    merged: dict[str, Any] = {}
    for _, layer in reversed(layers):
        merged = _merge(merged, layer)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        problems = tuple(origins.tell(entry) for entry in error.errors(include_url=False, include_input=False))
        raise UserError("the settings cannot be used", problems=problems) from None
    if faults := tuple(find_faults(settings, today)):
        raise UserError("the settings cannot be used", problems=tuple(map(origins.tell_fault, faults)))
    doubts = map(origins.tell_fault, find_doubts(settings))
    warnings = (*_check_modes(folder / ".env"), *_check_variables(), *doubts)
    return LoadedSettings(settings=settings, file=file, layers=layers, warnings=warnings)


def _read_layers(file: Path | None, text: str, env_file: Path, overrides: Layer) -> Iterator[tuple[str, Layer]]:
    """Name and content of each layer, the strongest first."""
    yield "command line", overrides
    try:
        yield "environment", EnvSettingsSource(Settings)()
        if env_file.is_file():
            told = DotEnvSettingsSource(Settings, env_file=env_file)()
            # Such a file is often shared with other programs: what does not bear our name is not ours.
            yield str(env_file), {name: value for name, value in told.items() if name in Settings.model_fields}
        secrets = Path(os.environ.get(SECRETS_VARIABLE) or DEFAULT_SECRETS)
        if secrets.is_dir():
            plain = SecretsSettingsSource(Settings, secrets_dir=secrets)
            nested = NestedSecretsSettingsSource(plain, secrets_dir=secrets, secrets_prefix=PREFIX.lower())
            yield str(secrets), nested()
    except SettingsError as error:
        raise UserError(
            str(error),
            where="environment",
            advice="lists and tables are written as JSON, for example ALIGN_SYNC_JIRA__BOARDS='[12, 34]'",
        ) from None
    if file is not None:
        yield str(file), _read_file(file, text)


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the settings file cannot be read ({type(error).__name__})", where=str(file)) from None


def _read_file(file: Path, text: str) -> Layer:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"{file}:{place[1]}:{place[2]}" if place else str(file)
        message = str(error).partition(" (at")[0]
        raise UserError(f"the settings file is not TOML: {message}", where=where) from None
    for path in _find_secrets(table):
        at = find_places(text).keys.get(path)
        raise UserError(
            f"a secret stands in the settings file: {_say(path)}",
            where=f"{file}:{at.line}:{at.column}" if at else str(file),
            advice=f"take it out and set {_name_variable(path)} in the environment or in .env",
        )
    return table


def _find_secrets(table: Layer) -> Iterator[tuple[str, ...]]:
    for section, values in table.items():
        if not isinstance(values, dict):
            continue
        of_table = SECRETS_OF_TABLES.get(section)
        if of_table is None:
            yield from ((section, name) for name in sorted(SECRET_NAMES & values.keys()))
            continue
        for name, below in values.items():
            known = of_table & below.keys() if isinstance(below, dict) else ()
            yield from ((section, name, member) for member in sorted(known))


def _name_variable(path: Iterable[str | int]) -> str:
    return PREFIX + "__".join(str(part).upper() for part in path)


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        known = merged.get(name)
        merged[name] = _merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


@dataclass(frozen=True, eq=False)
class _Origins:
    """Tells which layer a value came from, and in the file also where it stands: `FILE:LINE:COLUMN: name`."""

    layers: tuple[tuple[str, Layer], ...]
    file: str
    text: str

    @cached_property
    def _places(self) -> Places:
        return find_places(self.text)

    def tell(self, entry: "ErrorDetails") -> Problem:
        """A fault that pydantic found, in our words."""
        path, message, advice = _plain(entry["loc"]), entry["msg"].removeprefix("Value error, "), ""
        cause = entry.get("ctx", {}).get("error")
        if isinstance(cause, FilterError):
            return self._tell_filter(path, cause)
        if entry["type"] == "extra_forbidden":
            message = "there is no such setting"
            near = find_near(str(path[-1]), _names_at(entry["loc"][:-1]))
            advice = f"did you mean {_say([*path[:-1], near])}?" if near else "align-sync config show lists all"
            return Problem(message=message, where=self._say_where(path, at_key=True), advice=advice)
        if entry["type"] == "missing":
            message, advice = "it is missing", _ADVICE_OF_MISSING.get(str(path[-1]), "")
            if path[0] == "channels":
                path, message = path[:-1], f"its {path[-1]} is missing"
                advice = f"write the table [{_say(path)}] with its kind: {', '.join(ChannelKind)}"
        if entry["type"] in {"union_tag_invalid", "union_tag_not_found"}:
            path, message, advice = (*path, "kind"), *_say_kind(entry.get("ctx", {}).get("tag"))
        return Problem(message=message, where=self._say_where(path), advice=advice)

    def tell_fault(self, fault: Fault) -> Problem:
        return Problem(message=fault.message, where=self._say_where(fault.path), advice=fault.advice)

    def _tell_filter(self, path: SettingPath, error: FilterError) -> Problem:
        place = self._places.values.get(path) if self._find_layer(path) == self.file else None
        if place is not None and place.text_column is not None:
            place = Place(line=place.line, column=place.text_column + error.column - 1)
            where = f"{self.file}:{place.line}:{place.column}: {_say(path)}"
            return Problem(message=error.message, where=where, advice=error.advice)
        message = f"{error.message} (at character {error.column} of the filter)"
        return Problem(message=message, where=self._say_where(path), advice=error.advice)

    def _say_where(self, path: SettingPath, *, at_key: bool = False) -> str:
        layer = self._find_layer(path)
        if layer == self.file:
            place = self._find_place(path, at_key=at_key)
            return f"{layer}:{place.line}:{place.column}: {_say(path)}" if place else f"{layer}: {_say(path)}"
        if layer in {"environment", "defaults"} or layer.endswith(".env"):
            names = _whole(path)
            variable = f"{_name_variable(names)} ({layer})"
            return variable if names == path else f"{variable}: {_say(path)}"
        return f"{layer}: {_say(path)}"

    def _find_layer(self, path: SettingPath) -> str:
        whole = _whole(path)
        return next((name for name, values in self.layers if find_value(values, whole) is not None), "defaults")

    def _find_place(self, path: SettingPath, *, at_key: bool) -> Place | None:
        """Of what is missing, the place of the table that misses it."""
        if at_key and path in self._places.keys:
            return self._places.keys[path]
        known = (path[:length] for length in range(len(path), 0, -1) if path[:length] in self._places.values)
        return next((self._places.values[found] for found in known), None)


def _say(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path)) or "settings"


def _whole(path: SettingPath) -> SettingPath:
    """The path as far as a single layer may set it: a list comes from one layer as a whole."""
    return tuple(takewhile(lambda part: isinstance(part, str), path))


def _plain(path: SettingPath) -> SettingPath:
    """As the file has it: pydantic names the kind of a metric as a step of its own, and says `[key]` of a key."""
    kind = 2
    is_metric = path[:1] == ("metrics",) and len(path) > kind
    return tuple(part for at, part in enumerate(path) if part != "[key]" and not (is_metric and at == kind))


def _say_kind(written: str | None) -> tuple[str, str]:
    listed = f"the kinds are {', '.join(METRIC_KINDS)}"
    if written is None:
        return "it is missing", f"say where the values come from: {listed}"
    near = find_near(written.casefold(), METRIC_KINDS)
    return f"there is no kind {written}", f"did you mean {near}?" if near else listed


def _names_at(path: SettingPath) -> list[str]:
    """The settings below a place, as pydantic names it."""
    model: Any = Settings
    for part in path:
        inner = [one for one in get_args(model) if one is not Ellipsis]
        if isinstance(part, int):
            model = inner[0] if inner else None
        elif path[:1] == ("metrics",) and model is not Settings:
            model = METRIC_KINDS.get(SourceKind(part)) if part in list(SourceKind) else None
        elif inner:
            model = inner[-1]
        else:
            field = getattr(model, "model_fields", {}).get(part)
            model = field.annotation if field is not None else None
    return list(getattr(model, "model_fields", {}))


def _secrets_of(part: BaseModel) -> Iterator[str]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        for one in value.values() if isinstance(value, dict) else (value,):
            if isinstance(one, BaseModel):
                yield from _secrets_of(one)
            elif isinstance(one, SecretStr):
                yield from _secrets_in(one.get_secret_value())
                if isinstance(part, ChannelSettings):
                    yield from _secrets_of_address(one.get_secret_value().strip())


def _secrets_in(secret: str) -> Iterator[str]:
    """Of an address only what is secret in it, each as it is and as it is written there."""
    if "://" not in secret:
        yield secret
        return
    rest, _, query = secret.partition("://")[2].partition("?")
    credentials = rest.rpartition("@")[0]
    written = [credentials.partition(":")[2]]
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        written += [value] if SECRET_PARAMETER.search(unquote_plus(name)) else []
    yield from (form for one in written if one for form in dict.fromkeys((one, unquote(one), unquote_plus(one))))


def _secrets_of_address(address: str) -> Iterator[str]:
    """Whoever knows the path of a webhook may write to it, so that it is hidden as a whole and in its long parts."""
    _, marker, rest = address.partition("://")
    if not marker:
        return
    yield from (address, rest) if len(rest) >= _SHORTEST_PART else ()
    parts = re.split(r"[/?&=@:#]", rest)
    # A part with a dot is the name of a host, which may be told.
    long = (part for part in parts if len(part) >= _SHORTEST_PART and "." not in part)
    yield from (form for part in long for form in dict.fromkeys((part, unquote(part), quote(part, safe=""))))


def find_value(values: Any, path: Iterable[str | int]) -> Any:  # noqa: ANN401 -- settings before they are checked
    for part in path:
        if isinstance(values, Mapping):
            values = values.get(part)
        elif isinstance(values, list | tuple) and isinstance(part, int) and part < len(values):
            values = values[part]
        else:
            return None
    return values


def _check_modes(env_file: Path) -> Iterator[Problem]:
    if env_file.is_file() and env_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Problem(
            message="other users of this machine can read the secrets in it",
            where=str(env_file),
            advice=f"chmod 600 {env_file}",
        )


def _check_variables() -> Iterator[Problem]:
    """Variables that bear our name and set nothing: a warning, since another version may know them."""
    for variable in sorted(os.environ):
        name = variable.removeprefix(PREFIX).partition("__")[0].lower()
        if variable.startswith(PREFIX) and variable not in OTHER_VARIABLES and name not in Settings.model_fields:
            near = find_near(name, Settings.model_fields)
            advice = f"did you mean {PREFIX}{near.upper()}?" if near else "align-sync config show lists all settings"
            yield Problem(message="there is no such setting; it is not used", where=variable, advice=advice)
