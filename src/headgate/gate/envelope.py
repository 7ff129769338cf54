"""What leaves this machine? This file answers it: one envelope, and nothing else.

An envelope is computed from three things and from nothing else: a template (the same for every table), the approved
names, and the provider's profile. There is no other argument, so there is no way for a row, a type, a file's name, a
count, a user or a question to get into it. Two tables with the same approved names give the same bytes.

    POST <profile.path> HTTP/1.1
    <the headers listed in `_headers`, in that order>

    <canonical JSON: the template's instructions and schema, the profile's model and settings, and, as the one user
     message, {"columns":[{"id":"c1","name":"…"}, …]}>

`recompute.py` computes the same bytes a second time with code of its own; the transport writes nothing that is not
equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from headgate.canonical import canonical_json, nfc
from headgate.errors import IntegrityError, RefusalError
from headgate.gate.dialects import anthropic_messages, gemini_generate, openai_chat, openai_responses
from headgate.gate.template import Template
from headgate.providers.profiles import Dialect, KeyHeader, Profile

# Stands where the provider's key goes. The key itself is put in when the bytes are written and is in no envelope.
KEY_PLACE = "<key>"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One request, whole: everything that is written to the connection but the key. `headers` are in wire order."""

    method: str
    host: str
    port: int
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def envelope(template: Template, names: tuple[str, ...], profile: Profile) -> Envelope:
    """The one envelope of a template, approved names and a profile: a pure function.

    `names` are NFC, unique and sorted by code point, as an approved manifest holds them. Raises `RefusalError` where
    there are none, `IntegrityError` where they are not what an approved manifest holds.
    """
    body = _body(template, _message(names), profile)
    return Envelope("POST", profile.host, profile.port, profile.path, _headers(profile, len(body)), body)


def wire_bytes(sent: Envelope, key: str | None = None) -> bytes:
    """The request as it is written (RFC 9112): request line, headers, empty line, body.

    `key` takes the place kept for it; without one the place itself stands there, which is how an envelope is shown.
    Raises `IntegrityError` for a line that would end early.
    """
    head = [f"{sent.method} {sent.path} HTTP/1.1"]
    for name, value in sent.headers:
        head.append(f"{name}: {value if key is None else value.replace(KEY_PLACE, key)}")
    if not all(line.isascii() and line.isprintable() for line in head):
        raise IntegrityError("a header of the request would hold more than one plain line: nothing was sent")
    return "\r\n".join([*head, "", ""]).encode("ascii") + sent.body


def _message(names: tuple[str, ...]) -> str:
    """The one user message: the names as JSON data under opaque ids, in code-point order, so that no order shows."""
    if not names:
        raise RefusalError("no column name is approved, so there is nothing to send: approve or rename some first")
    if list(names) != sorted(set(names)) or any(name != nfc(name) or not name for name in names):
        raise IntegrityError("the approved names are not NFC, unique and in code-point order: approve the table again")
    if any("\ud800" <= letter <= "\udfff" for name in names for letter in name):
        raise IntegrityError("an approved name holds half a character: rename that column and approve the table again")
    columns = [{"id": f"c{number}", "name": name} for number, name in enumerate(names, 1)]
    return canonical_json({"columns": columns}).decode()


def _body(template: Template, message: str, profile: Profile) -> bytes:
    match profile.dialect:
        case Dialect.OPENAI_CHAT:
            return canonical_json(openai_chat.body(template, message, profile))
        case Dialect.OPENAI_RESPONSES:
            return canonical_json(openai_responses.body(template, message, profile))
        case Dialect.ANTHROPIC_MESSAGES:
            return canonical_json(anthropic_messages.body(template, message, profile))
        case Dialect.GEMINI_GENERATE:
            return canonical_json(gemini_generate.body(template, message, profile))
        case _:
            assert_never(profile.dialect)


def _headers(profile: Profile, size: int) -> tuple[tuple[str, str], ...]:
    """Every header there is. The user agent says neither version nor system nor language."""
    host = f"[{profile.host}]" if ":" in profile.host else profile.host
    usual = 443 if profile.tls else 80
    return (
        ("Host", host if profile.port == usual else f"{host}:{profile.port}"),
        ("User-Agent", "headgate"),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(size)),
        *((("anthropic-version", "2026-10-21"),) if profile.dialect is Dialect.ANTHROPIC_MESSAGES else ()),
        *(_credentials(profile.key_header) if profile.key_env else ()),
    )


def _credentials(header: KeyHeader) -> tuple[tuple[str, str], ...]:
    match header:
        case KeyHeader.AUTHORIZATION:
            return (("Authorization", f"Bearer {KEY_PLACE}"),)
        case KeyHeader.API_KEY | KeyHeader.X_API_KEY | KeyHeader.X_GOOG_API_KEY:
            return ((header.value, KEY_PLACE),)
        case _:
            assert_never(header)
