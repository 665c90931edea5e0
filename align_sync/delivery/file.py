"""A folder that digests are written to, whole or not at all, for people and programs that fetch them from there."""

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from align_sync.delivery.base import ChannelCheck
from align_sync.errors import UserError
from align_sync.seams import Seams
from align_sync.sending.entry import Certainty, OutboxEntry
from align_sync.sending.outcome import Delivered, Outcome, Refused, Unclear
from align_sync.settings_channels import ChannelSettings

_NAME = re.compile(r"[\w][\w. @+-]{0,199}")
_FOLDER_MODE = 0o700


@dataclass(slots=True, kw_only=True)
class FileChannel:
    """Written twice a file is the same; an edit has the name of what it replaces."""

    name: str
    address: str
    folder: Path
    seams: Seams
    certainty: Certainty = Certainty.IDEMPOTENT

    def send(self, entry: OutboxEntry) -> Outcome:
        payload = orjson.loads(entry.payload)
        path = self._path(payload["name"])
        if path is None:
            return Refused(reason="the name of the file is none that may be written", is_permanent=True)
        self.seams.failpoint("request.before")
        outcome = self._write(path, payload["text"])
        self.seams.failpoint("request.after")
        return outcome

    def _write(self, path: Path, text: str) -> Outcome:
        """Beside its place and then moved there, so that nobody reads half of it. Only its owner may."""
        beside = None
        try:
            self.folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=self.folder, prefix=".", delete=False) as file:
                beside = Path(file.name)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            if beside is not None:
                beside.unlink(missing_ok=True)
            return Refused(reason=f"{path} cannot be written: {error.strerror}")
        try:
            _keep_folder(self.folder)
        except OSError as error:
            return Unclear(f"{path} is written, and may not outlast a power cut: {error.strerror}")
        return Delivered(path.name)

    def find(self, entry: OutboxEntry) -> tuple[str, ...]:
        payload = orjson.loads(entry.payload)
        path = self._path(payload["name"])
        try:
            is_there = path is not None and path.read_text(encoding="utf-8") == payload["text"]
        except (OSError, UnicodeError):
            is_there = False
        return (path.name,) if path is not None and is_there else ()

    def delete(self, entry: OutboxEntry, external_id: str) -> Outcome:
        del entry
        path = self._path(external_id)
        if path is None:
            return Refused(reason="the name of the file is none that may be deleted", is_permanent=True)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            return Refused(reason=f"{path} cannot be deleted: {error.strerror}")
        return Delivered(external_id)

    def check(self) -> tuple[ChannelCheck, ...]:
        place = next(one for one in (self.folder, *self.folder.parents) if one.exists())
        is_fine = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
        says = f"{self.folder} can be written" if is_fine else f"{place} cannot be written"
        return (ChannelCheck(name="folder", is_fine=is_fine, says=says),)

    def close(self) -> None:
        """Nothing is kept open."""

    def _path(self, name: str) -> Path | None:
        return self.folder / name if _NAME.fullmatch(name) else None


def open_file(settings: ChannelSettings, seams: Seams) -> FileChannel:
    if settings.folder is None:
        raise UserError("the channel has no folder", where=f"channels.{settings.name}", advice="set `folder`")
    folder = settings.folder.expanduser().absolute()
    return FileChannel(name=settings.name, address=settings.address, folder=folder, seams=seams)


def _keep_folder(folder: Path) -> None:
    """The new name is in the folder, which has to reach the disk as well."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
