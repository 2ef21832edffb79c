"""The data folders of the reading pages, for whatever is about all pages."""

from tests.pages.reading.conftest import on_empty, on_nothing, on_study, study_data

__all__ = ["on_empty", "on_nothing", "on_study", "study_data"]
