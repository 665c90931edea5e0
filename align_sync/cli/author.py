"""Who says something: what decides is written down with a name."""

import getpass


def name_author(named: str | None) -> str:
    """The name that was given, else the user of this machine."""
    if named:
        return named
    try:
        return getpass.getuser()
    except OSError:
        return ""


AUTHOR_HELP = "Who says so; by default the user of this machine."
