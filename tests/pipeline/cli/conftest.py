"""The small study of `tests/pipeline/study`, for the commands that run it."""

from tests.pipeline.study.conftest import folder as folder
from tests.pipeline.study.conftest import key as key
from tests.pipeline.study.conftest import server as server
from tests.pipeline.study.conftest import write_study as write_study
