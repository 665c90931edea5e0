"""Everything that can be looked at to find out why something does not work: reports as values, room by room."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from align_sync.app import App, open_app
from align_sync.errors import UserError
from align_sync.flows.diagnose.channels import check_channels
from align_sync.flows.diagnose.configuration import check_settings, explain_refusal
from align_sync.flows.diagnose.database import look
from align_sync.flows.diagnose.machine import check_machine
from align_sync.flows.diagnose.model import Check, Diagnosis, Level, NextFires
from align_sync.flows.diagnose.service import check_schedules, check_service, list_fires
from align_sync.flows.diagnose.sources import check_sources
from align_sync.seams import Seams
from align_sync.settings import Settings
from align_sync.settings_sources import LoadedSettings

__all__ = ["Check", "Diagnosis", "Level", "NextFires", "diagnose", "diagnose_refusal"]

OpenApp = Callable[[Settings], AbstractContextManager[App]]


def diagnose_refusal(error: UserError) -> Diagnosis:
    """Where the settings cannot be used, nothing else can be looked at."""
    return Diagnosis(checks=tuple(explain_refusal(error)))


def diagnose(
    loaded: LoadedSettings, *, seams: Seams, is_offline: bool = False, opening: OpenApp = open_app
) -> Diagnosis:
    """All checks. Nothing is written, posted, made or brought up to date; `is_offline` asks no server at all."""
    settings = loaded.settings
    looked = look(settings, seams, is_offline=is_offline)
    checks = [*check_settings(loaded), *check_machine(settings, seams.now().date()), *looked.checks]
    with _opened(settings, opening, is_usable=looked.standing is not None) as app:
        schedules = tuple(list_fires(app, seams.now()))
        checks += check_sources(app, looked.standing, is_offline=is_offline)
        checks += check_channels(app, looked.standing, is_offline=is_offline)
        checks += check_schedules(schedules)
        checks += check_service(app, looked.standing)
    return Diagnosis(checks=tuple(checks), schedules=schedules)


@contextmanager
def _opened(settings: Settings, opening: OpenApp, *, is_usable: bool) -> Iterator[App]:
    """Over a database that is thrown away where the real one cannot be used: the rest is looked at all the same."""
    if is_usable:
        with opening(settings) as app:
            yield app
        return
    with tempfile.TemporaryDirectory(prefix="align-sync-doctor-") as folder:
        database = {"url": f"sqlite:///{Path(folder) / 'scratch.db'}"}
        scratch = settings.model_copy(update={"database": type(settings.database).model_validate(database)})
        with opening(scratch) as app:
            yield app
