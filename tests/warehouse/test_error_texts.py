"""What reads like the error of an API, and what only speaks of errors."""

import polars as pl
import pytest

from warehouse import error_texts

ERRORS = (
    'Error code: 429 - {"error": {"message": "Too many requests"}}',
    "Error: 503",
    "[ERROR] 429 Too Many Requests",
    "API error 500: try again",
    "HTTP 502 Bad Gateway",
    "500 Internal Server Error",
    "Internal Server Error",
    "openai.RateLimitError: Rate limit reached for the organization",
    "APIConnectionError(request)",
    "requests.exceptions.ReadTimeout: HTTPSConnectionPool",
    "Traceback (most recent call last):\n  File",
    '{"error": {"message": "the model is overloaded"}}',
    "{'error': 'overloaded'}",
    '{"type": "error", "error": {"type": "overloaded_error"}}',
    "Error: Connection error.",
    "**ERROR**: API call failed",
    "$ERROR$",
    "Error generating response: 429",
    "Rate limit exceeded, please wait",
    "You exceeded your current quota, please check your plan and billing details.",
    "<html><head><title>502 Bad Gateway</title></head></html>",
    "I'm sorry, but an error occurred while processing your request.",
    "Sorry, an unexpected error has occurred.",
    "An error occurred while processing your request. You can retry it.",
    "The server had an error while processing your request.",
    "Request failed with status code 500",
    "Error communicating with OpenAI: ('Connection aborted.')",
)

ANSWERS = (
    "A 404 error means that the page was not found.",
    "I'm sorry, but I can't assist with that.",
    "Sorry, I made an error in what I said before.",
    "Errors are human.",
    "Error handling in Python: use try and except around what may fail.",
    "500 people live here.",
    "Terror: the feeling that the house is not empty.",
    "An error occurred to me once, and I learnt from it.",
    "There was an error in the old map, so the ship ran aground.",
    "Error: your life has no meaning.",
    "HTTP is a protocol that browsers speak.",
    "ValueError is raised when a value is of the right type and still wrong.",
    "```python\nraise ValueError('too many requests')\n```",
    "Exception: the rule of i before e.",
    "The internal server error is one that many people see; the page could not be made.",
    "Too many requests make a server slow for everyone, so it is common that it asks for patience.",
    "KeyError",
    "",
)


def quoted(*answers: str | None) -> list[str | None]:
    texts = pl.Series("answer", answers, pl.String())
    return error_texts.quoted(texts, texts.str.len_chars().cast(pl.Int64())).to_list()


@pytest.mark.parametrize("text", ERRORS)
def test_errors_are_known_by_how_they_begin(text: str) -> None:
    assert quoted(text) == [text[: error_texts.QUOTED]]


@pytest.mark.parametrize("text", ANSWERS)
def test_answers_that_speak_of_errors_are_answers(text: str) -> None:
    assert quoted(text) == [None]


def test_each_answer_keeps_its_place() -> None:
    assert quoted(None, "Error: 503", "", "A bird.", "Bad Gateway", None) == [
        *(None, "Error: 503", None, None, "Bad Gateway", None)
    ]
    assert quoted() == []


def test_long_texts_are_no_error_messages() -> None:
    assert quoted("Error: 503 " + "and so on " * 200) == [None]
