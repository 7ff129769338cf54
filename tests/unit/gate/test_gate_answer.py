"""A reply is an answer only if it is whole, successful, plain JSON and finished; any other has its own sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headgate.errors import HeadgateError, RefusalError, UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.dialects import UnusableAnswerError
from headgate.gate.transport import Exchange, Flaw
from headgate.providers.profiles import Profile

ECHO = "echoed-cell-value"


def reply(body: object = None, **change: object) -> Exchange:
    message = {"role": "assistant", "content": "the plan", "refusal": None}
    good = {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    data = body if isinstance(body, bytes) else json.dumps(good if body is None else body).encode()
    return replace(Exchange(200, None, content_type="application/json", body=data), **change)  # type: ignore[arg-type]


def choice(**change: object) -> dict[str, object]:
    first = {"message": {"content": "x", "refusal": None}, "finish_reason": "stop"} | change
    return {"choices": [first]}


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (301, RefusalError, "301, a redirect, which is never followed"),
        (302, RefusalError, "redirect"),
        (307, RefusalError, "redirect"),
        (308, RefusalError, "redirect"),
        (400, UnavailableError, "400: it does not take this request"),
        (401, UnavailableError, "does not take the key; check EXAMPLE_KEY"),
        (403, UnavailableError, "may not use 'model-1'"),
        (404, UnavailableError, "check the profile's path"),
        (429, UnavailableError, "try again later"),
        (500, UnavailableError, "a fault of its own"),
        (503, UnavailableError, "503"),
        (204, UnavailableError, "204"),
        (101, UnavailableError, "101"),
        (999, UnavailableError, "999"),
    ],
)
def test_a_status_that_is_no_success_has_its_sentence_and_repeats_nothing(
    profile: Profile, status: int, kind: type[HeadgateError], words: str
) -> None:
    with pytest.raises(kind) as refused:
        answer_text(reply(ECHO.encode(), status=status, retry_after=ECHO), profile)
    assert words in str(refused.value)
    assert "api.example.com" in str(refused.value)
    assert ECHO not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("30", "in 30 seconds"),
        ("0", "in 0 seconds"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "later"),
        ("1e9", "later"),
        ("99999999", "later"),
        ("٣", "later"),
        (None, "later"),
    ],
)
def test_retry_after_is_told_where_it_is_a_plain_number_of_seconds(
    profile: Profile, said: str | None, words: str
) -> None:
    with pytest.raises(UnavailableError, match=f"try again {words}$"):
        answer_text(reply(status=429, retry_after=said), profile)


@pytest.mark.parametrize("flaw", list(Flaw))
def test_a_reply_that_is_not_whole_is_no_answer(profile: Profile, flaw: Flaw) -> None:
    with pytest.raises(UnavailableError, match=r"api\.example\.com"):
        answer_text(reply(flaw=flaw), profile)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content_encoding": "gzip"}, "compressed its answer"),
        ({"content_encoding": "identity, br"}, "compressed"),
        ({"content_type": "text/html"}, "did not answer in JSON"),
        ({"content_type": None}, "did not answer in JSON"),
        ({"content_type": "application/json; charset=utf-16"}, "did not answer in JSON"),
        ({"content_type": "application/jsonp"}, "did not answer in JSON"),
        ({"body": b"\xff"}, "not JSON in UTF-8"),
        ({"body": b"{"}, "not JSON"),
        ({"body": b""}, "not JSON"),
        ({"body": b"[" * 100_000}, "not JSON"),
        ({"body": b"1" * 10_000}, "not JSON"),
        ({"body": '{"choices":[]}'.encode("utf-16")}, "not JSON"),
    ],
    ids=str,
)
def test_a_reply_of_another_form_is_not_read(profile: Profile, change: dict[str, object], words: str) -> None:
    with pytest.raises(UnusableAnswerError, match=words):
        answer_text(reply(**change), profile)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (choice(message={"content": None, "refusal": ECHO}), "refused to answer"),
        (choice(finish_reason="length"), "raise 'max_tokens'"),
        (choice(finish_reason="content_filter"), "content filter"),
        (choice(finish_reason="tool_calls"), "not a finished chat completion"),
        (choice(finish_reason=None), "not a finished"),
        (choice(message={"content": ""}), "not a finished"),
        (choice(message={"content": " \n"}), "not a finished"),
        (choice(message={"content": None}), "not a finished"),
        (choice(message={"content": ["x"]}), "not a finished"),
        (choice(message=ECHO), "not a finished"),
        ({"choices": []}, "not a finished"),
        ({"choices": {}}, "not a finished"),
        ({"error": {"message": ECHO}}, "not a finished"),
        ([], "not a finished"),
        (ECHO, "not a finished"),
        (5, "not a finished"),
    ],
    ids=str,
)
def test_a_completion_that_is_not_finished_is_no_answer(profile: Profile, body: object, words: str) -> None:
    with pytest.raises(UnusableAnswerError) as refused:
        answer_text(reply(body), profile)
    assert words in str(refused.value)
    assert ECHO not in str(refused.value)


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_a_finished_answer_gives_its_text_as_it_is(profile: Profile, kind: str) -> None:
    assert answer_text(reply(choice(message={"content": " the plan\n"}), content_type=kind), profile) == " the plan\n"
