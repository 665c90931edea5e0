"""A clock that goes only where it is put: one for the pretended servers and for whoever is played against them."""

import threading
from datetime import datetime, timedelta

_BETWEEN_LOOKS = timedelta(microseconds=1)


class PretendedClock:
    """Safe to read from several threads. Each look is later than the one before, as with a real clock."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self._at += _BETWEEN_LOOKS
            return self._at

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._at += timedelta(seconds=seconds)

    def jump_to(self, at: datetime) -> None:
        """Never back."""
        with self._lock:
            self._at = max(self._at, at)
