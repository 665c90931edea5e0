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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import (
    DotEnvSettingsSource,
    EnvSettingsSource,
    NestedSecretsSettingsSource,
    SecretsSettingsSource,
    SettingsError,
)
from rapidfuzz import fuzz, process

from align_sync.errors import Problem, UserError
from align_sync.settings import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE_NAME = "align-sync.toml"
CONFIG_VARIABLE = "ALIGN_SYNC_CONFIG"
SECRETS_VARIABLE = "ALIGN_SYNC_SECRETS_DIR"
DEFAULT_SECRETS = Path("/run/secrets")
OTHER_VARIABLES = frozenset({CONFIG_VARIABLE, SECRETS_VARIABLE, "ALIGN_SYNC_FAILPOINT"})
SECRET_NAMES = frozenset({"token", "client_secret"})
PREFIX = "ALIGN_SYNC_"

Layer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    settings: Settings
    file: Path | None
    warnings: tuple[Problem, ...]
    layers: tuple[tuple[str, Layer], ...]

    def secrets(self) -> tuple[str, ...]:
        """All secret values, for those who must hide them."""
        return tuple(_secrets_of(self.settings))


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
    *, named: Path | None = None, folder: Path | None = None, overrides: Layer | None = None
) -> LoadedSettings:
    """Read all layers and check the whole. Raises `UserError` with every problem, and never with a value in it."""
    folder = folder or Path.cwd()
    file = find_file(named, os.environ, folder)
    layers = tuple(_read_layers(file, folder / ".env", overrides or {}))
    merged: dict[str, Any] = {}
    for _, layer in reversed(layers):
        merged = _merge(merged, layer)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        problems = tuple(_read_problem(entry, layers) for entry in error.errors(include_url=False, include_input=False))
        raise UserError("the settings cannot be used", problems=problems) from None
    return LoadedSettings(
        settings=settings, file=file, layers=layers, warnings=(*_check_modes(folder / ".env"), *_check_variables())
    )


def _read_layers(file: Path | None, env_file: Path, overrides: Layer) -> Iterator[tuple[str, Layer]]:
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
        yield str(file), _read_file(file)


def _read_file(file: Path) -> Layer:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the settings file cannot be read ({type(error).__name__})", where=str(file)) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"{file}:{place[1]}:{place[2]}" if place else str(file)
        message = str(error).partition(" (at")[0]
        raise UserError(f"the settings file is not TOML: {message}", where=where) from None
    for section, values in table.items():
        for name in SECRET_NAMES & values.keys() if isinstance(values, dict) else ():
            raise UserError(
                f"a secret stands in the settings file: {section}.{name}",
                where=str(file),
                advice=f"take it out and set {PREFIX}{section.upper()}__{name.upper()} in the environment or in .env",
            )
    return table


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        known = merged.get(name)
        merged[name] = _merge(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged


def _read_problem(entry: "ErrorDetails", layers: Iterable[tuple[str, Layer]]) -> Problem:
    """The fault in our words, and the layer that holds the value."""
    path = [str(part) for part in entry["loc"]]
    name = ".".join(path) or "settings"
    message = entry["msg"].removeprefix("Value error, ")
    advice = ""
    if entry["type"] == "extra_forbidden":
        message = "there is no such setting"
        near = process.extractOne(path[-1], _names_at(path[:-1]), scorer=fuzz.ratio, score_cutoff=60)
        advice = f"did you mean {'.'.join([*path[:-1], near[0]])}?" if near else "align-sync config show lists all"
    origin = next((layer for layer, values in layers if find_value(values, entry["loc"]) is not None), "defaults")
    variable = PREFIX + "__".join(part.upper() for part in path)
    where = (
        f"{variable} ({origin})"
        if origin in {"environment", "defaults"} or origin.endswith(".env")
        else (f"{origin}: {name}")
    )
    return Problem(message=message, where=where, advice=advice)


def _names_at(path: Iterable[str]) -> list[str]:
    model: Any = Settings
    for part in path:
        field = getattr(model, "model_fields", {}).get(part)
        model = field.annotation if field is not None else None
    return list(getattr(model, "model_fields", {}))


def _secrets_of(part: BaseModel) -> Iterator[str]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from _secrets_of(value)
        elif isinstance(value, SecretStr) and "://" not in value.get_secret_value():
            yield value.get_secret_value()


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
            near = process.extractOne(name, list(Settings.model_fields), scorer=fuzz.ratio, score_cutoff=60)
            advice = f"did you mean {PREFIX}{near[0].upper()}?" if near else "align-sync config show lists all settings"
            yield Problem(message="there is no such setting; it is not used", where=variable, advice=advice)
