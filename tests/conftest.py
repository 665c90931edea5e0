"""What all tests share."""

from tests.databases import database_url, empty_url, postgres, sqlite_template, sqlite_url, store
from tests.golden_files import golden, pytest_addoption

__all__ = [
    "database_url",
    "empty_url",
    "golden",
    "postgres",
    "pytest_addoption",
    "sqlite_template",
    "sqlite_url",
    "store",
]
