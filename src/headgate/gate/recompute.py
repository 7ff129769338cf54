"""The second computation of what leaves, independent of the first.

It shares no code with `envelope.py`, `dialects/`, `canonical.py` or `manifest/families.py`: it reduces the names and
spells JSON and the request by itself, so that a slip or a change in one of them shows as a difference and nothing is
sent. Change it only with a golden envelope.
"""

from __future__ import annotations

import re
from typing import assert_never

from headgate.gate.examples import second_examples
from headgate.gate.template import Template
from headgate.providers.profiles import Dialect, KeyHeader, Profile, ResponseFormat, Store

# RFC 8785 3.2.2.2: seven characters are escaped by letter, other controls by number, all else stands for itself.
_ESCAPED = re.compile('[\x00-\x1f"\\\\]')
_LETTERS = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def expected_request(template: Template, names: tuple[str, ...], profile: Profile, key: str | None) -> bytes:
    """The bytes of the one request these names allow, key included where the profile has one.

    `names` are all the approved ones: which of them go on the wire is found again here.
    """
    columns = ",".join(f'{{"id":"c{n + 1}","name":{_string(name)}}}' for n, name in enumerate(second_examples(names)))
    message = f'{{"columns":[{columns}]}}'
    version = ""
    match profile.dialect:
        case Dialect.OPENAI_CHAT:
            body = _openai_chat(template, message, profile).encode()
        case Dialect.OPENAI_RESPONSES:
            body = _openai_responses(template, message, profile).encode()
        case Dialect.ANTHROPIC_MESSAGES:
            body = _anthropic_messages(template, message, profile).encode()
            version = "anthropic-version: 2026-10-21\r\n"
        case Dialect.GEMINI_GENERATE:
            body = _gemini_generate(template, message, profile).encode()
        case _:
            assert_never(profile.dialect)
    credentials = ""
    if profile.key_env:
        bearer = profile.key_header is KeyHeader.AUTHORIZATION
        credentials = f"Authorization: Bearer {key}\r\n" if bearer else f"{profile.key_header}: {key}\r\n"
    authority = f"[{profile.host}]" if profile.host.count(":") else profile.host
    if (profile.tls, profile.port) not in {(True, 443), (False, 80)}:
        authority += f":{profile.port}"
    head = (
        f"POST {profile.path} HTTP/1.1\r\n"
        f"Host: {authority}\r\n"
        "User-Agent: headgate\r\n"
        "Accept: application/json\r\n"
        "Accept-Encoding: identity\r\n"
        "Connection: close\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"{version}{credentials}\r\n"
    )
    return head.encode() + body


def _openai_chat(template: Template, message: str, profile: Profile) -> str:
    """The body, its members written in the order RFC 8785 sorts them."""
    settings = profile.settings
    members = [
        f'"{settings.token_field}":{settings.max_tokens}',
        f'"messages":[{{"content":{_string(template.instructions)},"role":"system"}},'
        f'{{"content":{_string(message)},"role":"user"}}]',
        f'"model":{_string(profile.model)}',
    ]
    if settings.response_format is ResponseFormat.JSON_SCHEMA:
        shape = f'{{"name":{_string(template.id)},"schema":{template.spelling},"strict":true}}'
        members.append(f'"response_format":{{"json_schema":{shape},"type":"json_schema"}}')
    elif settings.response_format is ResponseFormat.JSON_OBJECT:
        members.append('"response_format":{"type":"json_object"}')
    if settings.store is Store.FALSE:
        members.append('"store":false')
    return f"{{{','.join([*members, *_temperature(profile)])}}}"


def _openai_responses(template: Template, message: str, profile: Profile) -> str:
    members = [
        f'"input":[{{"content":{_string(template.instructions)},"role":"system"}},'
        f'{{"content":{_string(message)},"role":"user"}}]',
        f'"max_output_tokens":{profile.settings.max_tokens}',
        f'"model":{_string(profile.model)}',
        '"store":false',
        *_temperature(profile),
    ]
    if profile.settings.response_format is ResponseFormat.JSON_SCHEMA:
        shape = f'"name":{_string(template.id)},"schema":{template.spelling},"strict":true,"type":"json_schema"'
        members.append(f'"text":{{"format":{{{shape}}}}}')
    elif profile.settings.response_format is ResponseFormat.JSON_OBJECT:
        members.append('"text":{"format":{"type":"json_object"}}')
    return f"{{{','.join(members)}}}"


def _anthropic_messages(template: Template, message: str, profile: Profile) -> str:
    members = [
        f'"max_tokens":{profile.settings.max_tokens}',
        f'"messages":[{{"content":{_string(message)},"role":"user"}}]',
        f'"model":{_string(profile.model)}',
    ]
    if profile.settings.response_format is ResponseFormat.JSON_SCHEMA:
        members.append(f'"output_config":{{"format":{{"schema":{template.spelling},"type":"json_schema"}}}}')
    members.append(f'"system":{_string(template.instructions)}')
    return f"{{{','.join(members)}}}"


def _gemini_generate(template: Template, message: str, profile: Profile) -> str:
    """The body; it holds no model, which stands in the path."""
    config = [f'"maxOutputTokens":{profile.settings.max_tokens}']
    if profile.settings.response_format is ResponseFormat.JSON_SCHEMA:
        config.append(f'"responseJsonSchema":{template.spelling}')
    if profile.settings.response_format in {ResponseFormat.JSON_SCHEMA, ResponseFormat.JSON_OBJECT}:
        config.append('"responseMimeType":"application/json"')
    store = '"store":false,' if profile.settings.store is Store.FALSE else ""
    return (
        f'{{"contents":[{{"parts":[{{"text":{_string(message)}}}],"role":"user"}}],'
        f'"generationConfig":{{{",".join([*config, *_temperature(profile)])}}},'
        f'{store}"systemInstruction":{{"parts":[{{"text":{_string(template.instructions)}}}],"role":"user"}}}}'
    )


def _temperature(profile: Profile) -> list[str]:
    """The member, where it is sent: two decimals at most, so the fixed spelling without its closing zeros."""
    set_to = profile.settings.temperature
    return [] if set_to is None else [f'"temperature":{f"{set_to:.2f}".rstrip("0").rstrip(".")}']


def _string(text: str) -> str:
    escaped = _ESCAPED.sub(lambda found: _LETTERS.get(found[0], f"\\u{ord(found[0]):04x}"), text)
    return f'"{escaped}"'
