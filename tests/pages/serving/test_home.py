"""Pages by names as people write them: sent on with their links, and nothing else is."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from pages.serving.home import Home

CLIENT = TestClient(
    Home(PlainTextResponse("the app"), ["rates", "overview", "desk"]), follow_redirects=False
)


@pytest.mark.parametrize(
    ("asked", "to"),
    [
        ("/overview", "/"),
        ("/overview/", "/"),
        ("/OverView", "/"),
        ("/Rates", "/rates"),
        ("/DESK/?tag=%C3%A4", "/desk?tag=%C3%A4"),
        ("/overview?experiment=birds&model=a%20b", "/?experiment=birds&model=a%20b"),
        ("/overview?to=//attacker.invalid", "/?to=//attacker.invalid"),
    ],
)
def test_who_asks_for_the_name_is_sent_to_the_page(asked: str, to: str) -> None:
    answer = CLIENT.get(asked)
    assert answer.status_code == 307
    assert answer.headers["location"] == to


@pytest.mark.parametrize(
    "asked",
    ["/", "/rates", "/rates/", "/overviews", "/x/overview", "/x/Rates", "/Nothing", "//Evil"],
)
def test_everything_else_is_the_app_s(asked: str) -> None:
    assert CLIENT.get(asked).text == "the app"
