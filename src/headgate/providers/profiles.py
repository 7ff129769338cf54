"""Provider profiles: which host, endpoint, model and dialect a name stands for, and with which settings.

A profile is written by a person in `profiles.toml`, one table `[profiles.NAME]` each. Everything here is closed: a key
that is not known, a type that is not right or a host that is not one exact name is refused, never guessed.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from headgate.errors import InputError

LOCAL = "local"


class Dialect(StrEnum):
    """The wire format a provider speaks."""

    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    ANTHROPIC_MESSAGES = "anthropic-messages"
    GEMINI_GENERATE = "gemini-generate"


class KeyHeader(StrEnum):
    """The header the key stands in: `authorization` holds it as a bearer token, the others as it is."""

    AUTHORIZATION = "authorization"
    API_KEY = "api-key"
    X_API_KEY = "x-api-key"
    X_GOOG_API_KEY = "x-goog-api-key"


class ResponseFormat(StrEnum):
    """How the answer's shape is asked for; `none` leaves it to the instructions alone."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    NONE = "none"


class Store(StrEnum):
    """`false` says `store: false`; `omit` is for a provider that has no such field and refuses unknown ones."""

    FALSE = "false"
    OMIT = "omit"


class TokenField(StrEnum):
    """What a provider calls the bound on the length of its answer."""

    MAX_TOKENS = "max_tokens"
    MAX_COMPLETION_TOKENS = "max_completion_tokens"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a profile of one dialect may say: the first of each is what it gets by saying nothing.

    An empty tuple or None means that the dialect has no such field, so that a profile which sets it is refused.
    `{model}` in the path is the profile's model.
    """

    path: str
    key_headers: tuple[KeyHeader, ...]
    response_formats: tuple[ResponseFormat, ...]
    stores: tuple[Store, ...] = ()
    token_fields: tuple[TokenField, ...] = ()
    max_temperature: int | None = 2
    min_tokens: int = 1


# Neither Anthropic nor Gemini takes a schema that refers to itself, as a plan's does: it is only sent where asked for.
TERMS: Mapping[Dialect, Terms] = {
    Dialect.OPENAI_CHAT: Terms(
        path="/v1/chat/completions",
        key_headers=(KeyHeader.AUTHORIZATION, KeyHeader.API_KEY),
        response_formats=(ResponseFormat.JSON_SCHEMA, ResponseFormat.JSON_OBJECT, ResponseFormat.NONE),
        stores=(Store.FALSE, Store.OMIT),
        token_fields=(TokenField.MAX_TOKENS, TokenField.MAX_COMPLETION_TOKENS),
    ),
    Dialect.OPENAI_RESPONSES: Terms(
        path="/v1/responses",
        key_headers=(KeyHeader.AUTHORIZATION, KeyHeader.API_KEY),
        response_formats=(ResponseFormat.JSON_SCHEMA, ResponseFormat.JSON_OBJECT, ResponseFormat.NONE),
        stores=(Store.FALSE,),  # left out, the provider keeps the exchange
        min_tokens=16,
    ),
    Dialect.ANTHROPIC_MESSAGES: Terms(
        path="/v1/messages",
        key_headers=(KeyHeader.X_API_KEY, KeyHeader.AUTHORIZATION),
        response_formats=(ResponseFormat.NONE, ResponseFormat.JSON_SCHEMA),
        max_temperature=None,
    ),
    Dialect.GEMINI_GENERATE: Terms(
        path="/v1beta/models/{model}:generateContent",
        key_headers=(KeyHeader.X_GOOG_API_KEY, KeyHeader.AUTHORIZATION),
        response_formats=(ResponseFormat.JSON_OBJECT, ResponseFormat.JSON_SCHEMA, ResponseFormat.NONE),
        stores=(Store.FALSE, Store.OMIT),
    ),
}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
# A last label a resolver may take for a number: `127.1` and `0x7f.1` are spellings of 127.0.0.1.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_SEGMENT = r"[A-Za-z0-9_~:-][A-Za-z0-9._~:-]*"
_PATH = re.compile(rf"(?:/{_SEGMENT})+(?:\?api-version=[a-z0-9-]{{1,32}})?")
_MODEL = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._:/@+-]{0,199}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a profile may set of a request.

    `max_tokens` bounds the answer's length, and `token_field` is the name `openai-chat` has for it. `temperature` has
    at most two decimals; None leaves it out, for a model that refuses it. `timeout_seconds` bounds the whole exchange.
    A request whose body is larger than `max_request_bytes` is refused by the gate.
    What the profile's dialect has no field for is not sent.
    """

    max_tokens: int = 8192
    token_field: TokenField = TokenField.MAX_TOKENS
    temperature: float | None = 0.0
    response_format: ResponseFormat = ResponseFormat.JSON_SCHEMA
    store: Store = Store.FALSE
    timeout_seconds: int = 120
    max_request_bytes: int = 262_144


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider as it may be used.

    `host` is one exact DNS name in lower case or one IP address. `key_env` names the environment variable that holds
    the key, None where a model on this machine or network asks for none; `key_header` is where the key stands in the
    request, never its path. `ca_file` None means the system's store.
    `loopback` turns the rule on addresses round: only loopback and private ones, instead of only public ones. `tls`
    False is for a loopback address alone.
    """

    name: str
    dialect: Dialect
    host: str
    path: str
    model: str
    key_env: str | None
    key_header: KeyHeader = KeyHeader.AUTHORIZATION
    port: int = 443
    ca_file: Path | None = None
    loopback: bool = False
    tls: bool = True
    settings: Settings = field(default_factory=Settings)


def load_profiles(path: Path) -> Mapping[str, Profile]:
    """The profiles of the file by name, each checked. A relative `ca_file` is taken from the file's own folder.

    Raises `InputError` for a file that is missing, unreadable or not TOML, and for the first profile that is not right.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"there is no {path}: write one with a table [profiles.NAME], or use '{LOCAL}'") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): give it read permission") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's own words may repeat a piece of the file, and somebody may have pasted a key there.
        place = re.search(r"at (?:line \d+, column \d+|end of document)", str(error))
        raise InputError(f"{path} is not TOML: look {place[0] if place else 'at its syntax'}") from None
    top = _Table(str(path), document)
    tables = top.table("profiles")
    top.finish()
    return {name: _profile(path, name, value) for name, value in tables.items()}


def find_profile(profiles: Mapping[str, Profile], name: str) -> Profile:
    """The profile of that name. Raises `InputError`, listing the known names, where there is none."""
    try:
        return profiles[name]
    except KeyError:
        known = ", ".join(sorted({LOCAL, *profiles}))
        raise InputError(f"there is no provider '{name}': choose one of {known}, or add [profiles.NAME]") from None


class _Table:
    """One TOML table, read key by key; `finish` refuses the keys nobody asked for. `where` names it in messages."""

    def __init__(self, where: str, values: Mapping[str, object]) -> None:
        self.where = where
        self._values = dict(values)

    def wrong(self, key: str, rule: str) -> InputError:
        """The error to raise for a key. It never repeats the value: that may be a key pasted in the wrong place."""
        return InputError(f"{self.where}: '{key}' {rule}")

    def text(self, key: str, rule: str, shape: re.Pattern[str], default: str | None = None) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise self.wrong(key, f"must be {rule}")
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        value = self._values.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key, f"must be a whole number from {low} to {high}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._values.pop(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def word(self, key: str, words: Iterable[_Word], default: _Word | None = None) -> _Word:
        value = self._values.pop(key, default)
        known = {str(word): word for word in words}
        if not isinstance(value, str) or value not in known:
            few = "must be one of " if len(known) > 1 else "must be "
            raise self.wrong(key, few + ", ".join(f'"{word}"' for word in known))
        return known[value]

    def term(self, key: str, words: tuple[_Word, ...], unsent: _Word) -> _Word:
        """One of a dialect's words, the first by default; `unsent` where it has none and the table says none."""
        if words:
            return self.word(key, words, words[0])
        self.absent(key)
        return unsent

    def absent(self, key: str) -> None:
        """The table does not set the key, which its dialect has no field for."""
        if key in self._values:
            raise self.wrong(key, "is no field of this dialect: take it out")

    def raw(self, key: str) -> object:
        return self._values.pop(key, None)

    def table(self, key: str) -> Mapping[str, object]:
        value = self._values.pop(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a table")
        return value

    def finish(self) -> None:
        for key in self._values:
            if key in {"key", "api_key", "token"}:
                raise self.wrong(key, "is not known: put the key in an environment variable and name that in 'key_env'")
            raise self.wrong(
                key if key.isidentifier() else "?", "is not known: take it out, or look for a slip of spelling"
            )


def _profile(path: Path, name: str, values: object) -> Profile:
    if name == LOCAL:
        raise InputError(f"{path}: the name '{LOCAL}' is the built-in planner's: give the profile another one")
    if not _NAME.fullmatch(name):
        raise InputError(f"{path}: a profile's name has only A-Z, a-z, 0-9, '-' and '_' (64 at most): rename '{name}'")
    if not isinstance(values, dict):
        raise InputError(f"{path}: 'profiles.{name}' must be a table [profiles.{name}]")
    table = _Table(f"{path} [profiles.{name}]", values)
    dialect = table.word("dialect", Dialect)
    loopback = table.flag("loopback", False)
    tls = table.flag("tls", True)
    if not tls and not loopback:
        raise table.wrong(
            "tls", "may be false only together with loopback = true: nothing leaves this machine unencrypted"
        )
    terms = TERMS[dialect]
    model = table.text("model", "the model's name, without spaces", _MODEL)
    key_header = table.word("key_header", terms.key_headers, terms.key_headers[0])
    profile = Profile(
        name=name,
        dialect=dialect,
        host=_host(table),
        port=table.whole("port", 443, 1, 65535),
        path=_path(table, terms, model),
        model=model,
        key_env=_key_env(table, loopback),
        key_header=key_header,
        ca_file=_ca_file(table, path.parent),
        loopback=loopback,
        tls=tls,
        settings=_settings(_Table(f"{path} [profiles.{name}.settings]", table.table("settings")), dialect, key_header),
    )
    table.finish()
    return profile


def _path(table: _Table, terms: Terms, model: str) -> str:
    """The path. One that holds the model holds the profile's: what a person allowed is what is asked."""
    path = table.text("path", f"a plain path such as {terms.path}", _PATH, terms.path.format(model=model))
    _, holds_model, end = terms.path.partition("{model}")
    if holds_model and not path.endswith(f"/{model}{end}"):
        raise table.wrong("path", f"must end with the profile's model and '{end}', as in {terms.path}")
    return path


def _host(table: _Table) -> str:
    host = table.raw("host")
    rule = "must be one exact name in lower case, or one IP address: no scheme, user, port, path, wildcard or space"
    if not isinstance(host, str):
        raise table.wrong("host", rule)
    if not host.isascii():
        raise table.wrong(
            "host", "holds a letter that is not ASCII and may only look like one: spell it in ASCII (xn--…)"
        )
    if _is_address(host):
        return host
    if not _HOST.fullmatch(host) or _NUMERIC.fullmatch(host):
        raise table.wrong("host", rule)
    return host


def _is_address(host: str) -> bool:
    """Whether the host is an IP address in its one usual spelling, without a zone."""
    try:
        return str(ipaddress.ip_address(host)) == host and "%" not in host
    except ValueError:
        return False


def _key_env(table: _Table, loopback: bool) -> str | None:
    value = table.raw("key_env")
    if value in (None, ""):
        if loopback:
            return None
        raise table.wrong("key_env", "is missing: name the environment variable that holds the key")
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise table.wrong("key_env", "must be the name of an environment variable, not the key itself")
    return value


def _ca_file(table: _Table, folder: Path) -> Path | None:
    value = table.raw("ca_file")
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        raise table.wrong("ca_file", "must be the path of a file of PEM certificates")
    found = folder / value
    if not found.is_file():
        raise table.wrong("ca_file", f"names {found}, which is not a file: give the path of a file of PEM certificates")
    return found


def _settings(table: _Table, dialect: Dialect, key_header: KeyHeader) -> Settings:
    terms = TERMS[dialect]
    settings = Settings(
        max_tokens=table.whole("max_tokens", 8192, terms.min_tokens, 1_000_000),
        token_field=table.term("token_field", terms.token_fields, TokenField.MAX_TOKENS),
        temperature=_temperature(table, terms.max_temperature),
        response_format=table.term("response_format", terms.response_formats, ResponseFormat.NONE),
        store=table.term("store", terms.stores, Store.OMIT),
        timeout_seconds=table.whole("timeout_seconds", 120, 1, 3600),
        max_request_bytes=table.whole("max_request_bytes", 262_144, 1, 16_777_216),
    )
    table.finish()
    # Vertex has no such field; the Gemini API keeps what it is sent where a project's settings say so.
    if (dialect, settings.store) == (Dialect.GEMINI_GENERATE, Store.OMIT) and key_header != KeyHeader.AUTHORIZATION:
        raise table.wrong("store", 'may be "omit" only for Vertex, with key_header = "authorization"')
    return settings


def _temperature(table: _Table, highest: int | None) -> float | None:
    if highest is None:
        table.absent("temperature")
        return None
    value = table.raw("temperature")
    if value is None:
        return 0.0
    if value == "omit":
        return None
    rule = f'must be a number from 0 to {highest} with at most two decimals, or "omit"'
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise table.wrong("temperature", rule)
    if not 0 <= value <= highest or round(value, 2) != value:
        raise table.wrong("temperature", rule)
    return abs(float(value))
