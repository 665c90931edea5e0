"""Runs a program in a process of its own and measures it from outside: time, processor time, and the peak of memory."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One run of a program. `peak_mb` is the largest resident memory, in units of 1,000,000 bytes."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: bytes


def measure(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> Measure:
    """Run it to its end. Raises `RuntimeError` where it fails, with what it said."""
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        started = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=stdout, stderr=stderr)
        # A child's peak counts from the size of its parent at the fork: this process imports little for that reason.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}:\n{err.read_text(encoding='utf-8')}")
    return Measure(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss * 1024 / 1_000_000,
        output=out.read_bytes(),
    )
