"""`generateContent`, as the Gemini API and Vertex speak it. The model stands in the path, not in the body.

Source: Gemini API reference, POST /v1beta/models/MODEL:generateContent, GenerationConfig and FinishReason.
"""

from __future__ import annotations

from headgate.canonical import Json
from headgate.gate.dialects import CUT, FILTERED, UnusableAnswerError, unfinished
from headgate.gate.template import Template
from headgate.providers.profiles import Profile, ResponseFormat, Store

_STOPPED = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR"})


def body(template: Template, message: str, profile: Profile) -> dict[str, Json]:
    """The request's body: instructions, one user message, and the profile's settings.

    The role of the instructions means nothing to the provider; its own package says it, and so does ours. `store` is
    false where the provider knows the field: a project's settings may have it kept otherwise. Never in it: `labels`,
    `cachedContent`, `safetySettings`, tools, files.
    """
    settings = profile.settings
    config: dict[str, Json] = {"maxOutputTokens": settings.max_tokens}
    if settings.temperature is not None:
        config["temperature"] = settings.temperature
    if settings.response_format is not ResponseFormat.NONE:
        config["responseMimeType"] = "application/json"
    if settings.response_format is ResponseFormat.JSON_SCHEMA:
        config["responseJsonSchema"] = template.schema
    asked: dict[str, Json] = {
        "systemInstruction": {"role": "user", "parts": [{"text": template.instructions}]},
        "contents": [{"role": "user", "parts": [{"text": message}]}],
        "generationConfig": config,
    }
    if settings.store is Store.FALSE:
        asked["store"] = False
    return asked


def text(reply: Json) -> str:
    """The text of the first candidate, finished and not empty; thoughts are left aside.

    Raises `UnusableAnswerError` for anything else.
    """
    match reply:
        case {"promptFeedback": {"blockReason": str()}}:
            raise UnusableAnswerError(FILTERED)
        case {"candidates": [{"finishReason": "MAX_TOKENS"}, *_]}:
            raise UnusableAnswerError(CUT)
        case {"candidates": [{"finishReason": str(reason)}, *_]} if reason in _STOPPED:
            raise UnusableAnswerError(FILTERED)
        case {"candidates": [{"finishReason": "STOP", "content": {"role": "model", "parts": [*parts]}}, *_]}:
            found = "".join(_text(part) for part in parts)
        case _:
            raise unfinished("candidate")
    if not found.strip():
        raise unfinished("candidate")
    return found


def _text(part: Json) -> str:
    match part:
        case {"thought": True}:
            return ""
        case {"text": str(text)}:
            return text
        case _:
            raise unfinished("candidate")
