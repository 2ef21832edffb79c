"""The same data folders as the result pages have."""

from tests.pages.results.conftest import on_study, on_treated, study_data, treated_data

__all__ = ["on_study", "on_treated", "study_data", "treated_data"]
