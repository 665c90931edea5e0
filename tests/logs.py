"""Logs of a test end with it: a command run inside one sets up logging for the whole process."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_end_with_the_test() -> Iterator[None]:
    """Take away the writer that a command left: its stream is closed with the test, and the next to log would fail."""
    root = logging.getLogger()
    level = root.level
    yield
    root.handlers[:] = [
        one for one in root.handlers if not isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    root.setLevel(level)
    structlog.reset_defaults()
