"""Provider profiles: which host, endpoint, model and dialect a name stands for, and with which settings.

A profile is written by a person in `profiles.toml`, one table `[profiles.NAME]` each. Everything here is closed: a key
that is not known, a type that is not right or a host that is not one exact name is refused, never guessed.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from headgate.errors import InputError

LOCAL = "local"


class Dialect(StrEnum):
    """The wire format a provider speaks."""

    OPENAI_CHAT = "openai-chat"


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


DEFAULT_PATHS: Mapping[Dialect, str] = {Dialect.OPENAI_CHAT: "/v1/chat/completions"}

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

    `max_tokens` bounds the answer's length, and `token_field` is the name the provider has for it. `temperature` has at
    most two decimals; None leaves it out, for a model that refuses it. `timeout_seconds` bounds the whole exchange.
    A request whose body is larger than `max_request_bytes` is refused by the gate.
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
    the key, None where a model on this machine or network asks for none. `ca_file` None means the system's store.
    `loopback` turns the rule on addresses round: only loopback and private ones, instead of only public ones. `tls`
    False is for a loopback address alone.
    """

    name: str
    dialect: Dialect
    host: str
    path: str
    model: str
    key_env: str | None
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

    def word(self, key: str, words: type[_Word], default: _Word | None = None) -> _Word:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or value not in set(words):
            raise self.wrong(key, "must be one of " + ", ".join(f'"{word}"' for word in words))
        return words(value)

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
    profile = Profile(
        name=name,
        dialect=dialect,
        host=_host(table),
        port=table.whole("port", 443, 1, 65535),
        path=table.text("path", "a plain path such as /v1/chat/completions", _PATH, DEFAULT_PATHS[dialect]),
        model=table.text("model", "the model's name, without spaces", _MODEL),
        key_env=_key_env(table, loopback),
        ca_file=_ca_file(table, path.parent),
        loopback=loopback,
        tls=tls,
        settings=_settings(_Table(f"{path} [profiles.{name}.settings]", table.table("settings"))),
    )
    table.finish()
    return profile


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


def _settings(table: _Table) -> Settings:
    settings = Settings(
        max_tokens=table.whole("max_tokens", 8192, 1, 1_000_000),
        token_field=table.word("token_field", TokenField, TokenField.MAX_TOKENS),
        temperature=_temperature(table),
        response_format=table.word("response_format", ResponseFormat, ResponseFormat.JSON_SCHEMA),
        store=table.word("store", Store, Store.FALSE),
        timeout_seconds=table.whole("timeout_seconds", 120, 1, 3600),
        max_request_bytes=table.whole("max_request_bytes", 262_144, 1, 16_777_216),
    )
    table.finish()
    return settings


def _temperature(table: _Table) -> float | None:
    value = table.raw("temperature")
    if value is None:
        return 0.0
    if value == "omit":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 2 or round(value, 2) != value:
        raise table.wrong("temperature", 'must be a number from 0 to 2 with at most two decimals, or "omit"')
    return abs(float(value))
