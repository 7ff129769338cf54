"""What an entry of the ledger may say: a closed set of events made of enums, numbers, opaque ids and commitments.

No field can hold free text: a string is one of the types below, each with its pattern, and every event checks its own
fields when it is made. The spelling is described in docs/formats/ledger.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_type_hints

from headgate.canonical import Json, canonical_json
from headgate.clock import stamp
from headgate.errors import IntegrityError
from headgate.isolation import IsolationLevel

VERSION = 1

_LARGEST = 2**53 - 1  # the largest integer that JSON carries exactly (RFC 8785)


class _Patterned(str):
    """A string that matches its type's pattern; anything else is a ValueError that does not repeat the string."""

    __slots__ = ()
    pattern: ClassVar[re.Pattern[str]]

    def __new__(cls, text: str) -> Self:
        if cls.pattern.fullmatch(text) is None:
            raise ValueError(f"not a {cls.__name__}: it must match {cls.pattern.pattern}")
        return super().__new__(cls, text)


class ManifestId(_Patterned):
    """The opaque id of an approved manifest."""

    __slots__ = ()
    pattern = re.compile(r"m_[0-9a-f]{16}")


class Digest(_Patterned):
    """A SHA-256 digest of something public (a template, a certificate's key), in lower-case hexadecimal digits."""

    __slots__ = ()
    pattern = re.compile(r"[0-9a-f]{64}")


class PolicyId(_Patterned):
    """The version and short hash of a policy text, which is public: `headgate.policy.policy_id`."""

    __slots__ = ()
    pattern = re.compile(r"[1-9][0-9]{0,5}-[0-9a-f]{12}")


class Commitment(_Patterned):
    """SHA-256(salt ‖ bytes) with a random salt of 32 bytes kept elsewhere; made by `Ledger.commitment`."""

    __slots__ = ()
    pattern = re.compile(r"[0-9a-f]{64}")


class EventKind(StrEnum):
    """The events a ledger can hold."""

    MANIFEST_APPROVED = "MANIFEST_APPROVED"
    SEND_INTENDED = "SEND_INTENDED"
    SEND_OUTCOME = "SEND_OUTCOME"
    ANALYSIS_RUN = "ANALYSIS_RUN"


class DecidedBy(StrEnum):
    """Who or what took the decisions of a manifest: a person at the terminal, a decisions file, the rule that approves
    what is clean, a program that uses the library, or nobody, where nothing was decided and every name is withheld.
    """

    PERSON = "person"
    FILE = "file"
    RULE = "rule"
    PROGRAM = "program"
    NOBODY = "nobody"


DECIDERS: Mapping[DecidedBy, str] = {
    DecidedBy.PERSON: "a person at the terminal",
    DecidedBy.FILE: "a file of decisions",
    DecidedBy.RULE: "the rule that approves what is clean",
    DecidedBy.PROGRAM: "a program that uses the library",
    DecidedBy.NOBODY: "nobody: every name is withheld",
}


class Outcome(StrEnum):
    """How a send ended: an answer in the contract, our refusal, no answer, or an answer outside the contract."""

    ANSWERED = "answered"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNUSABLE = "unusable"


class TlsVersion(StrEnum):
    """The versions of TLS that Headgate sends over."""

    TLS_1_2 = "TLSv1.2"
    TLS_1_3 = "TLSv1.3"


class ProviderKind(StrEnum):
    """Where a plan came from: the built-in planner, or a provider behind the gate."""

    LOCAL = "local"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class ManifestApproved:
    """A manifest was closed, its decisions taken `by` a person, or by what a person set.

    The approval is bound to three things: `names` commits to the manifest's `digest` (64 ASCII digits), `actor` to who
    approved (UTF-8), and `policy` says under which policy.
    """

    manifest: ManifestId
    approved: int
    renamed: int
    withheld: int
    by: DecidedBy
    policy: PolicyId
    names: Commitment
    actor: Commitment

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True)
class SendIntended:
    """An envelope of `size` body bytes was about to be sent, by a gate of this isolation; durable before a connection
    is opened.
    """

    manifest: ManifestId
    template: Digest
    profile: Commitment
    envelope: Commitment
    size: int
    isolation: IsolationLevel

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of the intent at index `intent`; `left` is False only where no byte of the request was written.

    `status` is the HTTP status; `tls`, `cipher` (IANA cipher suite number) and `spki` (SHA-256 of the leaf
    certificate's SubjectPublicKeyInfo) are None where no such connection was made; `size` counts the answer's bytes.
    """

    intent: int
    outcome: Outcome
    left: bool
    status: int | None
    tls: TlsVersion | None
    cipher: int | None
    spki: Digest | None
    size: int

    def __post_init__(self) -> None:
        _check(self)
        if self.status is not None and not 100 <= self.status <= 599:
            raise ValueError("SendOutcome.status is not an HTTP status")
        if self.cipher is not None and self.cipher > 0xFFFF:
            raise ValueError("SendOutcome.cipher is not an IANA cipher suite number")


@dataclass(frozen=True, slots=True)
class AnalysisRun:
    """A plan was run in a cell of this isolation: counts of analyses run, skipped (precondition not met) and dropped
    (not in the contract).
    """

    manifest: ManifestId | None
    provider: ProviderKind
    isolation: IsolationLevel
    run: int
    skipped: int
    dropped: int

    def __post_init__(self) -> None:
        _check(self)


Event = ManifestApproved | SendIntended | SendOutcome | AnalysisRun

_KINDS: dict[EventKind, type[Event]] = {
    EventKind.MANIFEST_APPROVED: ManifestApproved,
    EventKind.SEND_INTENDED: SendIntended,
    EventKind.SEND_OUTCOME: SendOutcome,
    EventKind.ANALYSIS_RUN: AnalysisRun,
}
_FIELD_TYPES = {event: get_type_hints(event) for event in _KINDS.values()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: an event and the moment it was recorded, aware, in UTC, to the second."""

    at: datetime
    event: Event

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None or self.at.microsecond:
            raise ValueError("Entry.at is not an aware time to the second")

    @property
    def kind(self) -> EventKind:
        """The event's kind."""
        return next(kind for kind, event in _KINDS.items() if isinstance(self.event, event))

    def to_json(self) -> dict[str, Json]:
        """The entry as a JSON object: `at`, `kind`, `v`, and the event's own fields beside them."""
        facts: dict[str, Json] = {field.name: getattr(self.event, field.name) for field in fields(self.event)}
        return {"v": VERSION, "at": stamp(self.at), "kind": self.kind.value, **facts}

    def leaf(self) -> bytes:
        """The bytes that are hashed into the tree: the canonical JSON (RFC 8785) of `to_json`."""
        return canonical_json(self.to_json())


def parse_entry(leaf: bytes) -> Entry:
    """The entry these leaf bytes spell; raises IntegrityError for bytes that no entry of this version spells."""
    try:
        found = json.loads(leaf)
        event = _KINDS[EventKind(found["kind"])]
        facts: dict[str, Any] = {name: _typed(found[name], hint) for name, hint in _FIELD_TYPES[event].items()}
        entry = Entry(datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC), event(**facts))
    except (ValueError, TypeError, KeyError):
        raise IntegrityError("a ledger entry is not one this version of Headgate writes") from None
    if entry.leaf() != leaf:
        raise IntegrityError("a ledger entry is not spelled as Headgate writes it")
    return entry


def _typed(value: Json, hint: object) -> object:
    """The JSON value as the field's own type; numbers and null as they are, to be checked by the event."""
    if not isinstance(value, str):
        return value
    kind = next(each for each in (*get_args(hint), hint) if each is not NoneType)
    return kind(value) if isinstance(kind, type) else value


def _check(event: Event) -> None:
    """Every field has exactly its declared type, and numbers are from 0 to 2**53 - 1; else TypeError or ValueError."""
    for name, hint in _FIELD_TYPES[type(event)].items():
        value = getattr(event, name)
        if type(value) not in (get_args(hint) or (hint,)):
            raise TypeError(f"{type(event).__name__}.{name} does not take a {type(value).__name__}")
        if isinstance(value, int) and not 0 <= value <= _LARGEST:
            raise ValueError(f"{type(event).__name__}.{name} is out of range")
