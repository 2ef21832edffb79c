"""The same data folders as the pages of results have."""

from tests.pages.results.conftest import (
    on_empty,
    on_nothing,
    on_study,
    on_treated,
    study_data,
    treated_data,
)

__all__ = ["on_empty", "on_nothing", "on_study", "on_treated", "study_data", "treated_data"]
