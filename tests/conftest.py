"""What all tests share."""

from tests.golden_files import golden, pytest_addoption

__all__ = ["golden", "pytest_addoption"]
