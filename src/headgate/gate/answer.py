"""What an exchange is worth: the answer's text, or the one sentence that says why there is none.

No sentence repeats anything of the reply but its status and a number of seconds: a provider may echo what it was sent.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn, assert_never

from headgate.canonical import Json
from headgate.errors import RefusalError, UnavailableError
from headgate.gate.dialects import (
    UnusableAnswerError,
    anthropic_messages,
    gemini_generate,
    openai_chat,
    openai_responses,
)
from headgate.gate.transport import MAX_BODY, Exchange, Flaw
from headgate.providers.profiles import Dialect, Profile

_JSON = re.compile(r'application/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*', re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,6}")


def answer_text(got: Exchange, profile: Profile) -> str:
    """The text the model wrote, taken out of a whole and successful reply.

    Raises `RefusalError` for a redirect, `UnavailableError` for any other status and a reply that is not whole,
    `UnusableAnswerError` for one that is compressed, not JSON or not of the profile's dialect.
    """
    if got.status is not None and got.status != 200:
        _no_success(got, got.status, profile)
    if got.flaw is not None:
        raise UnavailableError(_flaw_sentence(got.flaw, profile))
    if (got.content_encoding or "identity").strip().lower() != "identity":
        raise UnusableAnswerError(f"{profile.host} compressed its answer though asked not to: it is not unpacked")
    if not _JSON.fullmatch(got.content_type or ""):
        raise UnusableAnswerError(f"{profile.host} did not answer in JSON: check the profile's host and path")
    reply = _decoded(got.body, profile)
    match profile.dialect:
        case Dialect.OPENAI_CHAT:
            return openai_chat.text(reply)
        case Dialect.OPENAI_RESPONSES:
            return openai_responses.text(reply)
        case Dialect.ANTHROPIC_MESSAGES:
            return anthropic_messages.text(reply)
        case Dialect.GEMINI_GENERATE:
            return gemini_generate.text(reply)
        case _:
            assert_never(profile.dialect)


def _no_success(got: Exchange, status: int, profile: Profile) -> NoReturn:
    host = profile.host
    match status:
        case _ if 300 <= status <= 399:
            raise RefusalError(
                f"{host} answered {status}, a redirect, which is never followed: set the final host and path"
            )
        case 401:
            raise UnavailableError(
                f"{host} answered 401: it does not take the key; check {profile.key_env or 'key_env'}"
            )
        case 403:
            raise UnavailableError(f"{host} answered 403: the key may not use '{profile.model}'; check its rights")
        case 429:
            known = got.retry_after is not None and _SECONDS.fullmatch(got.retry_after)
            wait = f"in {got.retry_after} seconds" if known else "later"
            raise UnavailableError(f"{host} answered 429: too many requests or no credit left; try again {wait}")
        case _ if status >= 500:
            raise UnavailableError(f"{host} answered {status}: it has a fault of its own; try again later")
        case _:
            raise UnavailableError(
                f"{host} answered {status}: it does not take this request; "
                "check the profile's path, model and settings, and the key"
            )


def _flaw_sentence(flaw: Flaw, profile: Profile) -> str:
    host = profile.host
    match flaw:
        case Flaw.TIMED_OUT:
            seconds = profile.settings.timeout_seconds
            return f"{host} gave no whole answer within {seconds} seconds: try later, or raise 'timeout_seconds'"
        case Flaw.BROKEN:
            return f"{host} broke the connection off before it answered: try later"
        case Flaw.TRUNCATED:
            return f"{host} broke the connection off within its answer: try later"
        case Flaw.OVERSIZED:
            return f"{host} answered with more than {MAX_BODY // 1024} KiB, which is not read: lower 'max_tokens'"
        case Flaw.NOT_HTTP:
            return f"{host} does not speak HTTP/1.1 here: check the profile's port and tls"
        case _:
            assert_never(flaw)


def _decoded(body: bytes, profile: Profile) -> Json:
    try:
        reply: Json = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnusableAnswerError(
            f"{profile.host} answered with something that is not JSON in UTF-8: try later"
        ) from None
    return reply
