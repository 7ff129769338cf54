"""A reply is an answer only if it is whole, successful, plain JSON and finished; any other has its own sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.dialects import ANSWERS, candidate, message, profile_of, response_object
from tests.tls_server import completion

from headgate.errors import HeadgateError, RefusalError, UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.dialects import UnusableAnswerError
from headgate.gate.transport import Exchange, Flaw
from headgate.providers.profiles import Dialect, Profile

ECHO = "echoed-cell-value"
CHAT, RESPONSES, ANTHROPIC, GEMINI = Dialect


def reply(body: bytes = b"{}", **change: object) -> Exchange:
    return replace(Exchange(200, None, content_type="application/json", body=body), **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (299, UnavailableError, "299: it does not take this request"),
        (300, RefusalError, "redirect"),
        (301, RefusalError, "301, a redirect, which is never followed"),
        (302, RefusalError, "redirect"),
        (307, RefusalError, "redirect"),
        (308, RefusalError, "redirect"),
        (399, RefusalError, "redirect"),
        (400, UnavailableError, "400: it does not take this request"),
        (401, UnavailableError, "does not take the key; check EXAMPLE_KEY"),
        (403, UnavailableError, "may not use 'model-1'"),
        (404, UnavailableError, "check the profile's path"),
        (429, UnavailableError, "try again later"),
        (499, UnavailableError, "499: it does not take this request"),
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
        ("", "later"),
        (None, "later"),
    ],
)
def test_retry_after_is_told_where_it_is_a_plain_number_of_seconds(
    profile: Profile, said: str | None, words: str
) -> None:
    with pytest.raises(UnavailableError, match=f"try again {words}$"):
        answer_text(reply(status=429, retry_after=said), profile)


@pytest.mark.parametrize(
    ("flaw", "words"),
    [
        (Flaw.TIMED_OUT, "gave no whole answer within 120 seconds"),
        (Flaw.BROKEN, "broke the connection off before it answered"),
        (Flaw.TRUNCATED, "broke the connection off within its answer"),
        (Flaw.OVERSIZED, "answered with more than 1024 KiB"),
        (Flaw.NOT_HTTP, "does not speak HTTP/1.1 here"),
    ],
)
def test_a_reply_that_is_not_whole_is_no_answer(profile: Profile, flaw: Flaw, words: str) -> None:
    body = ANSWERS[profile.dialect]("the plan")
    assert answer_text(reply(body), profile) == "the plan", "the control: without the flaw it is one"
    with pytest.raises(UnavailableError) as refused:
        answer_text(reply(body, flaw=flaw), profile)
    assert str(refused.value).startswith(f"api.example.com {words}")
    assert not isinstance(refused.value, UnusableAnswerError)


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


SUMMARY = {"type": "summary_text", "text": ECHO}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [SUMMARY]}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "x", "arguments": "{}"}
THOUGHT = {"text": ECHO, "thought": True}
BLANK = {"type": "output_text", "text": " "}


def commentary(**change: object) -> dict[str, object]:
    content = [{"type": "output_text", "text": ECHO, "annotations": []}]
    return {"type": "message", "role": "assistant", "status": "completed", "content": content} | change


def incomplete(reason: str) -> bytes:
    return response_object(ECHO, status="incomplete", incomplete_details={"reason": reason})


def said(text: object) -> dict[str, object]:
    return {"role": "assistant", "content": text, "refusal": None}


def parts_of(*parts: object) -> dict[str, object]:
    return {"role": "model", "parts": list(parts)}


@pytest.mark.parametrize(
    ("dialect", "body", "words"),
    [
        (CHAT, completion(message=said(None) | {"refusal": ECHO}), "refused to answer"),
        (CHAT, completion(finish_reason="length"), "raise 'max_tokens'"),
        (CHAT, completion(finish_reason="content_filter"), "content filter"),
        (CHAT, completion(finish_reason="tool_calls"), "not a finished chat completion"),
        (CHAT, completion(finish_reason=None), "not a finished"),
        (CHAT, completion(message=said(None)), "not a finished"),
        (CHAT, completion(message=said([ECHO])), "not a finished"),
        (CHAT, completion(message=ECHO), "not a finished"),
        (CHAT, b'{"choices":{}}', "not a finished"),
        (RESPONSES, response_object(output=[commentary(content=[{"type": "refusal", "refusal": ECHO}])]), "refused to"),
        (RESPONSES, incomplete("max_output_tokens"), "raise 'max_tokens'"),
        (RESPONSES, incomplete("content_filter"), "content filter"),
        (RESPONSES, incomplete("steered"), "not a finished response"),
        *(
            (RESPONSES, response_object(ECHO, status="failed", incomplete_details={"reason": reason}), "not a finished")
            for reason in ("max_output_tokens", "content_filter")
        ),
        (
            RESPONSES,
            response_object(ECHO, status="failed", error={"code": "server_error", "message": ECHO}),
            "finished",
        ),
        (RESPONSES, response_object(ECHO, status="queued"), "not a finished"),
        (RESPONSES, response_object(ECHO, CALL), "not a finished"),
        (RESPONSES, response_object(output=[commentary(status="incomplete")]), "not a finished"),
        (RESPONSES, response_object(output=[commentary(role="user")]), "not a finished"),
        (RESPONSES, response_object(output=[commentary(type="item")]), "not a finished"),
        (RESPONSES, response_object(ECHO, CALL | {"phase": "commentary"}), "not a finished"),
        (RESPONSES, response_object(output=[commentary(content=ECHO)]), "not a finished"),
        (RESPONSES, response_object(output=[commentary(content=[{"type": "output_image"}])]), "not a finished"),
        (RESPONSES, response_object(output=[commentary(content=[SUMMARY])]), "not a finished"),
        (RESPONSES, response_object(output=[REASONING, commentary(phase="commentary")]), "not a finished"),
        (ANTHROPIC, message(ECHO, stop_reason="refusal", content=[]), "refused to answer"),
        (ANTHROPIC, message(ECHO, stop_reason="max_tokens"), "raise 'max_tokens'"),
        (ANTHROPIC, message(ECHO, stop_reason="model_context_window_exceeded"), "the model's own limit"),
        (ANTHROPIC, message(ECHO, stop_reason="tool_use"), "not a finished message"),
        (ANTHROPIC, message(ECHO, stop_reason="pause_turn"), "not a finished"),
        (ANTHROPIC, message(ECHO, stop_reason="stop_sequence"), "not a finished"),
        (ANTHROPIC, message(ECHO, stop_reason=None), "not a finished"),
        (ANTHROPIC, message(ECHO, {"type": "tool_use", "id": "toolu_1", "name": "x", "input": {}}), "not a finished"),
        (ANTHROPIC, message(content=[{"type": "thinking", "thinking": ECHO, "signature": "s"}]), "not a finished"),
        (ANTHROPIC, message(content=ECHO), "not a finished"),
        (ANTHROPIC, message(ECHO, {"type": "tool_result", "text": ECHO}), "not a finished"),
        (ANTHROPIC, message(ECHO, type="completion"), "not a finished"),
        (ANTHROPIC, message(ECHO, role="user"), "not a finished"),
        (GEMINI, b'{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}', "content filter"),
        *(
            (GEMINI, candidate(ECHO, finishReason=reason), "content filter")
            for reason in (
                "SAFETY",
                "RECITATION",
                "BLOCKLIST",
                "PROHIBITED_CONTENT",
                "SPII",
                "LANGUAGE",
                "MODEL_ARMOR",
            )
        ),
        (GEMINI, candidate(ECHO, finishReason="MAX_TOKENS"), "raise 'max_tokens'"),
        (GEMINI, candidate(ECHO, finishReason="MALFORMED_FUNCTION_CALL"), "not a finished candidate"),
        (GEMINI, candidate(ECHO, finishReason=None), "not a finished"),
        (GEMINI, candidate(ECHO, {"functionCall": {"name": "x", "args": {}}}), "not a finished"),
        (GEMINI, candidate(content=parts_of(THOUGHT)), "not a finished"),
        (GEMINI, candidate(content={"role": "model"}), "not a finished"),
        (GEMINI, candidate(content={"role": "user", "parts": [{"text": ECHO}]}), "not a finished"),
        (GEMINI, candidate(content=parts_of(ECHO)), "not a finished"),
        (GEMINI, b'{"candidates":[]}', "not a finished"),
    ],
    ids=str,
)
def test_a_completion_that_is_not_finished_is_no_answer(dialect: Dialect, body: bytes, words: str) -> None:
    with pytest.raises(UnusableAnswerError) as refused:
        answer_text(reply(body), profile_of(dialect))
    assert words in str(refused.value)
    assert ECHO not in str(refused.value)


@pytest.mark.parametrize("body", [[], ECHO, 5, None, {}, {"error": {"message": ECHO}}], ids=str)
def test_json_that_is_no_answer_of_any_dialect_is_none_of_this_one(profile: Profile, body: object) -> None:
    with pytest.raises(UnusableAnswerError, match="is not a finished"):
        answer_text(reply(json.dumps(body).encode()), profile)


@pytest.mark.parametrize("blank", ["", " \n"])
def test_an_answer_without_words_is_no_answer(profile: Profile, blank: str) -> None:
    with pytest.raises(UnusableAnswerError, match="is not a finished"):
        answer_text(reply(ANSWERS[profile.dialect](blank)), profile)


@pytest.mark.parametrize("other", Dialect)
def test_an_answer_of_another_dialect_is_not_read(profile: Profile, other: Dialect) -> None:
    got = reply(ANSWERS[other]("the plan"))
    if other is profile.dialect:
        assert answer_text(got, profile) == "the plan"
        return
    with pytest.raises(UnusableAnswerError, match="check the profile's dialect and path"):
        answer_text(got, profile)


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        'application/json;charset="utf-8"',
        'application/json \t; charset = "utf-8" ',
    ],
)
def test_a_finished_answer_gives_its_text_as_it_is(profile: Profile, kind: str) -> None:
    body = ANSWERS[profile.dialect](" the plan\n")
    assert answer_text(reply(body, content_type=kind), profile) == " the plan\n"


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        (RESPONSES, response_object("the plan", REASONING, commentary(phase="commentary"))),
        (RESPONSES, response_object("plan", commentary(content=[{"type": "output_text", "text": "the"}, BLANK]))),
        (ANTHROPIC, message("plan", {"type": "redacted_thinking", "data": ECHO}, {"type": "text", "text": "the "})),
        (ANTHROPIC, message("the plan", {"type": "thinking", "thinking": ECHO, "signature": "s"})),
        (GEMINI, candidate("plan", THOUGHT, {"text": "the ", "thoughtSignature": "c2ln"})),
        # What was asked was looked at, and nothing blocked it.
        (GEMINI, candidate("the plan")[:-1] + b',"promptFeedback":{"safetyRatings":[]}}'),
    ],
    ids=str,
)
def test_what_a_model_thought_aloud_is_left_aside_and_pieces_are_joined(dialect: Dialect, body: bytes) -> None:
    assert answer_text(reply(body), profile_of(dialect)) == "the plan"


def test_an_empty_refusal_is_none() -> None:
    body = completion(message=said("the plan") | {"refusal": ""})
    assert answer_text(reply(body), profile_of(CHAT)) == "the plan"
