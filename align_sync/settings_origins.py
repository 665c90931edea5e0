"""The settings as a list for people: each with its value and the layer it came from, secrets hidden."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, SecretStr

from align_sync.settings_sources import SECRETS_OF_TABLES, LoadedSettings, find_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One setting with its value for showing (secrets as `****`) and where it came from."""

    name: str
    value: str
    origin: str


def list_origins(loaded: LoadedSettings) -> tuple[Origin, ...]:
    """Every setting with its value and where it came from, secrets as `****`."""
    return tuple(_list_origins(loaded, loaded.settings, ()))


def _list_origins(loaded: LoadedSettings, part: BaseModel, path: tuple[str, ...]) -> Iterator[Origin]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        here = (*path, name)
        if here[0] == "channels" and name == "name":
            continue  # it stands in `here` already
        if isinstance(value, BaseModel):
            yield from _list_origins(loaded, value, here)
        elif not path and name in SECRETS_OF_TABLES and value:
            for key, below in value.items():
                yield from _list_origins(loaded, below, (*here, key))
        else:
            origin = next((layer for layer, values in loaded.layers if find_value(values, here) is not None), "default")
            yield Origin(name=".".join(here), value=_show(here, value), origin=origin)


def _show(path: tuple[str, ...], value: object) -> str:
    """Of a connection or channel not even the address is shown: it may be the secret itself."""
    is_hidden = path[0] in SECRETS_OF_TABLES and isinstance(value, SecretStr)
    return "****" if is_hidden else show_value(value)


def show_value(value: object) -> str:
    """A setting as text. A database address keeps all but its password."""
    if isinstance(value, SecretStr):
        return _show_secret(value.get_secret_value())
    if isinstance(value, tuple):
        return "[" + ", ".join(show_value(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {show_value(one)}" for name, one in value.items()) + "}" if value else ""
    if isinstance(value, BaseModel):
        told = (f"{name} = {show_value(one)}" for name, one in value if one not in (None, (), {}, ""))
        return "{" + ", ".join(told) + "}"
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _show_secret(text: str) -> str:
    scheme, marker, rest = text.partition("://")
    if not marker or not scheme.replace("+", "").isidentifier():
        return "****" if text else ""
    credentials, at, place = rest.rpartition("@")
    return f"{scheme}://{credentials.partition(':')[0]}:****@{place}" if at else text
