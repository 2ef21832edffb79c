"""The study that most tests of pages open."""

from tests.pages.reading.conftest import on_study, study_data

__all__ = ["on_study", "study_data"]
