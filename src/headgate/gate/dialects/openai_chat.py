"""Chat Completions, as OpenAI, Azure OpenAI, Mistral, OpenRouter, Groq, Ollama, vLLM, llama.cpp and LM Studio speak it.

Source: OpenAI API reference, POST /v1/chat/completions, and its error and refusal shapes.
"""

from __future__ import annotations

from headgate.canonical import Json
from headgate.gate.dialects import CUT, FILTERED, REFUSED, UnusableAnswerError, unfinished
from headgate.gate.template import Template
from headgate.providers.profiles import Profile, ResponseFormat, Store


def body(template: Template, message: str, profile: Profile) -> dict[str, Json]:
    """The request's body: instructions, one user message, and the profile's settings.

    Never in it: `user`, `safety_identifier`, `metadata`, `prompt_cache_key`, tools, files. `store` is false where the
    provider knows the field.
    """
    settings = profile.settings
    asked: dict[str, Json] = {
        "model": profile.model,
        "messages": [
            {"role": "system", "content": template.instructions},
            {"role": "user", "content": message},
        ],
        settings.token_field.value: settings.max_tokens,
    }
    if settings.temperature is not None:
        asked["temperature"] = settings.temperature
    if settings.store is Store.FALSE:
        asked["store"] = False
    match settings.response_format:
        case ResponseFormat.JSON_SCHEMA:
            shape: Json = {"name": template.id, "strict": True, "schema": template.schema}
            asked["response_format"] = {"type": "json_schema", "json_schema": shape}
        case ResponseFormat.JSON_OBJECT:
            asked["response_format"] = {"type": "json_object"}
        case ResponseFormat.NONE:
            pass
    return asked


def text(reply: Json) -> str:
    """The text of the first choice, finished and not empty. Raises `UnusableAnswerError` for anything else."""
    match reply:
        case {"choices": [{"message": {"refusal": str(refusal)}}, *_]} if refusal:
            raise UnusableAnswerError(REFUSED)
        case {"choices": [{"finish_reason": "length"}, *_]}:
            raise UnusableAnswerError(CUT)
        case {"choices": [{"finish_reason": "content_filter"}, *_]}:
            raise UnusableAnswerError(FILTERED)
        case {"choices": [{"finish_reason": "stop", "message": {"content": str(content)}}, *_]} if content.strip():
            return content
        case _:
            raise unfinished("chat completion")
