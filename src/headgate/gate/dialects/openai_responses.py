"""The Responses API, as OpenAI and Azure OpenAI speak it.

Source: OpenAI API reference, POST /v1/responses, and its incomplete and refusal shapes.
"""

from __future__ import annotations

from headgate.canonical import Json
from headgate.gate.dialects import CUT, FILTERED, REFUSED, UnusableAnswerError, unfinished
from headgate.gate.template import Template
from headgate.providers.profiles import Profile, ResponseFormat


def body(template: Template, message: str, profile: Profile) -> dict[str, Json]:
    """The request's body: instructions, one user message, and the profile's settings.

    `store` is false whatever the settings say: left out, the provider keeps the exchange for 30 days. The instructions
    are a message, since JSON mode wants the word JSON in one. Never in it: `background`, `conversation`,
    `previous_response_id`, `user`, `safety_identifier`, `metadata`, `prompt_cache_key`, tools, files.
    """
    settings = profile.settings
    asked: dict[str, Json] = {
        "model": profile.model,
        "input": [
            {"role": "system", "content": template.instructions},
            {"role": "user", "content": message},
        ],
        "max_output_tokens": settings.max_tokens,
        "store": False,
    }
    if settings.temperature is not None:
        asked["temperature"] = settings.temperature
    match settings.response_format:
        case ResponseFormat.JSON_SCHEMA:
            shape: Json = {"type": "json_schema", "name": template.id, "strict": True, "schema": template.schema}
            asked["text"] = {"format": shape}
        case ResponseFormat.JSON_OBJECT:
            asked["text"] = {"format": {"type": "json_object"}}
        case ResponseFormat.NONE:
            pass
    return asked


def text(reply: Json) -> str:
    """The text of the answer, finished and not empty; reasoning and commentary are left aside.

    Raises `UnusableAnswerError` for anything else.
    """
    match reply:
        case {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}:
            raise UnusableAnswerError(CUT)
        case {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}:
            raise UnusableAnswerError(FILTERED)
        case {"status": "completed", "output": [*items]}:
            found = "".join(_text(item) for item in items)
        case _:
            raise unfinished("response")
    if not found.strip():
        raise unfinished("response")
    return found


def _text(item: Json) -> str:
    match item:
        case {"type": "reasoning"} | {"type": "message", "phase": "commentary"}:
            return ""
        case {"type": "message", "role": "assistant", "status": "completed", "content": [*parts]}:
            return "".join(_part(part) for part in parts)
        case _:
            raise unfinished("response")


def _part(part: Json) -> str:
    match part:
        case {"type": "output_text", "text": str(text)}:
            return text
        case {"type": "refusal"}:
            raise UnusableAnswerError(REFUSED)
        case _:
            raise unfinished("response")
