"""What tests know of each dialect, spelled by hand from the providers' references: its requests and its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tests.tls_server import PLAN, completion

from headgate.providers.profiles import TERMS, Dialect, Profile, Settings, Store, TokenField

KEY_HEADERS = {
    Dialect.OPENAI_CHAT: ("Authorization", "Bearer "),
    Dialect.OPENAI_RESPONSES: ("Authorization", "Bearer "),
    Dialect.ANTHROPIC_MESSAGES: ("x-api-key", ""),
    Dialect.GEMINI_GENERATE: ("x-goog-api-key", ""),
}
PATHS = {
    Dialect.OPENAI_CHAT: "/v1/chat/completions",
    Dialect.OPENAI_RESPONSES: "/v1/responses",
    Dialect.ANTHROPIC_MESSAGES: "/v1/messages",
    Dialect.GEMINI_GENERATE: "/v1beta/models/model-1:generateContent",
}


def profile_of(dialect: Dialect) -> Profile:
    """The profile that a file which says no more than it must gives for the dialect."""
    terms = TERMS[dialect]
    return Profile(
        name="example",
        dialect=dialect,
        host="api.example.com",
        path=PATHS[dialect],
        model="model-1",
        key_env="EXAMPLE_KEY",
        key_header=terms.key_headers[0],
        settings=Settings(
            token_field=TokenField.MAX_TOKENS,
            response_format=terms.response_formats[0],
            store=terms.stores[0] if terms.stores else Store.OMIT,
            temperature=None if terms.max_temperature is None else 0.0,
        ),
    )


def header_names(profile: Profile) -> list[str]:
    """The names of the headers of a request, in order."""
    version = ["anthropic-version"] if profile.dialect is Dialect.ANTHROPIC_MESSAGES else []
    key = [KEY_HEADERS[profile.dialect][0]] if profile.key_env else []
    usual = ["Host", "User-Agent", "Accept", "Accept-Encoding", "Connection", "Content-Type", "Content-Length"]
    return usual + version + key


def parts(dialect: Dialect, body: bytes) -> tuple[str, str, dict[str, object]]:
    """The instructions, the one user message, and every other member of a request's body."""
    asked = json.loads(body)
    match dialect:
        case Dialect.OPENAI_CHAT | Dialect.OPENAI_RESPONSES:
            system, user = asked.pop("messages" if dialect is Dialect.OPENAI_CHAT else "input")
            assert (system.keys(), system["role"]) == ({"role", "content"}, "system")
            assert (user.keys(), user["role"]) == ({"role", "content"}, "user")
            return system["content"], user["content"], asked
        case Dialect.ANTHROPIC_MESSAGES:
            (user,) = asked.pop("messages")
            assert (user.keys(), user["role"]) == ({"role", "content"}, "user")
            return asked.pop("system"), user["content"], asked
        case Dialect.GEMINI_GENERATE:
            (user,) = asked.pop("contents")
            system = asked.pop("systemInstruction")
            assert user.keys() == system.keys() == {"role", "parts"}
            assert user["role"] == system["role"] == "user"
            ((said,), (told,)) = (user["parts"], system["parts"])
            assert said.keys() == told.keys() == {"text"}
            return told["text"], said["text"], asked


def response_object(text: str = PLAN, *before: object, **change: object) -> bytes:
    """A response as OpenAI's reference spells one: the items before, then a message with this text."""
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}
    whole = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1764000000,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "model-1",
        "output": [*before, item],
        "parallel_tool_calls": True,
        "store": False,
        "temperature": 0.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": 1,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 2,
        },
    }
    return json.dumps(whole | change).encode()


def message(text: str = PLAN, *before: object, **change: object) -> bytes:
    """A message as Anthropic's reference spells one: the blocks before, then a block with this text."""
    whole = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "model-1",
        "content": [*before, {"type": "text", "text": text, "citations": None}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    return json.dumps(whole | change).encode()


def candidate(text: str = PLAN, *before: object, **change: object) -> bytes:
    """A reply of `generateContent` as Google's reference spells one: the parts before, then a part with this text."""
    first = {"content": {"role": "model", "parts": [*before, {"text": text}]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return json.dumps({"candidates": [first | change], "usageMetadata": usage, "modelVersion": "model-1"}).encode()


ANSWERS: Mapping[Dialect, Callable[[str], bytes]] = {
    Dialect.OPENAI_CHAT: completion,
    Dialect.OPENAI_RESPONSES: response_object,
    Dialect.ANTHROPIC_MESSAGES: message,
    Dialect.GEMINI_GENERATE: candidate,
}


def error_reply(dialect: Dialect, status: int, said: str) -> bytes:
    """The body of a reply that is no success, as each provider's reference spells one."""
    match dialect:
        case Dialect.OPENAI_CHAT | Dialect.OPENAI_RESPONSES:
            body: object = {"error": {"message": said, "type": "error", "param": None, "code": str(status)}}
        case Dialect.ANTHROPIC_MESSAGES:
            kinds = {401: "authentication_error", 429: "rate_limit_error"}
            body = {"type": "error", "error": {"type": kinds[status], "message": said}, "request_id": "req_1"}
        case Dialect.GEMINI_GENERATE:
            kinds = {401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED"}
            body = {"error": {"code": status, "message": said, "status": kinds[status]}}
    return json.dumps(body).encode()
