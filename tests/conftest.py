"""What all tests share."""

from tests.databases import database_url, empty_url, postgres, sqlite_template, sqlite_url, store
from tests.golden_files import golden, pytest_addoption
from tests.logs import logs_end_with_the_test

__all__ = [
    "database_url",
    "empty_url",
    "golden",
    "logs_end_with_the_test",
    "postgres",
    "pytest_addoption",
    "sqlite_template",
    "sqlite_url",
    "store",
]
