"""The same data folders as the reading pages have."""

from tests.pages.reading.conftest import on_empty, on_nothing, on_study, study_data

__all__ = ["on_empty", "on_nothing", "on_study", "study_data"]
