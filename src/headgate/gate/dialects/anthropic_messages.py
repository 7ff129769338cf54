"""The Messages API, as Anthropic speaks it, in its version 2026-10-21.

Source: Anthropic API reference, POST /v1/messages, its stop reasons and structured outputs (`output_config.format`).
"""

from __future__ import annotations

from headgate.canonical import Json
from headgate.gate.dialects import CUT, REFUSED, UnusableAnswerError, unfinished
from headgate.gate.template import Template
from headgate.providers.profiles import Profile, ResponseFormat


def body(template: Template, message: str, profile: Profile) -> dict[str, Json]:
    """The request's body: instructions, one user message, and the profile's settings.

    Never in it: `metadata`, `container`, `service_tier`, `cache_control`, tools, files. The dialect has no
    `store`, no `temperature` and no JSON mode without a schema.
    """
    asked: dict[str, Json] = {
        "model": profile.model,
        "system": template.instructions,
        "messages": [{"role": "user", "content": message}],
        "max_tokens": profile.settings.max_tokens,
    }
    if profile.settings.response_format is ResponseFormat.JSON_SCHEMA:
        asked["output_config"] = {"format": {"type": "json_schema", "schema": template.schema}}
    return asked


def text(reply: Json) -> str:
    """The text of the message, finished and not empty; thinking is left aside.

    Raises `UnusableAnswerError` for anything else.
    """
    match reply:
        case {"stop_reason": "refusal"}:
            raise UnusableAnswerError(REFUSED)
        case {"stop_reason": "max_tokens"}:
            raise UnusableAnswerError(CUT)
        case {"stop_reason": "model_context_window_exceeded"}:
            raise UnusableAnswerError(
                "the answer was cut at the model's own limit: approve fewer names, or try another"
            )
        case {"type": "message", "role": "assistant", "stop_reason": "end_turn", "content": [*blocks]}:
            found = "".join(_text(block) for block in blocks)
        case _:
            raise unfinished("message")
    if not found.strip():
        raise unfinished("message")
    return found


def _text(block: Json) -> str:
    match block:
        case {"type": "thinking" | "redacted_thinking"}:
            return ""
        case {"type": "text", "text": str(text)}:
            return text
        case _:
            raise unfinished("message")
