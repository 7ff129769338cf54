"""An entry can say nothing but what its closed schema says, and spells it in one way."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from headgate.errors import IntegrityError
from headgate.isolation import IsolationLevel
from headgate.ledger import (
    AnalysisRun,
    Commitment,
    DecidedBy,
    Digest,
    Entry,
    Event,
    EventKind,
    ManifestApproved,
    ManifestId,
    Outcome,
    PolicyId,
    ProviderKind,
    SendIntended,
    SendOutcome,
    TlsVersion,
    parse_entry,
)

AT = datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)
MANIFEST = ManifestId("m_0123456789abcdef")
SEAL = Commitment("12" * 32)
POLICY = PolicyId("1-0a1b2c3d4e5f")
EVENTS: list[Event] = [
    ManifestApproved(MANIFEST, 7, 1, 3, DecidedBy.RULE, POLICY, SEAL, SEAL),
    SendIntended(MANIFEST, Digest("ab" * 32), SEAL, SEAL, 2048, IsolationLevel.L3),
    SendOutcome(1, Outcome.ANSWERED, True, 200, TlsVersion.TLS_1_3, 0x1302, Digest("cd" * 32), 5120),
    SendOutcome(1, Outcome.UNAVAILABLE, False, None, None, None, None, 0),
    AnalysisRun(MANIFEST, ProviderKind.REMOTE, IsolationLevel.L2, 12, 2, 1),
    AnalysisRun(None, ProviderKind.LOCAL, IsolationLevel.L0, 0, 0, 0),
]
FREE = ["", "Client Acme", "m_0123456789ABCDEF", "m_0123456789abcdef\n", "ab" * 31, "AB" * 32, "ab" * 32 + " "]
FREE += ["1-0a1b2c3d4e5f ", "0-0a1b2c3d4e5f", "1-0A1B2C3D4E5F", "1-client acme"]
LEAF = (
    b'{"at":"2026-11-24T08:00:04Z","cipher":4866,"intent":1,"kind":"SEND_OUTCOME","left":true,"outcome":"answered","size":5120,'
    b'"spki":"' + b"cd" * 32 + b'","status":200,"tls":"TLSv1.3","v":1}'
)


@pytest.mark.parametrize("kind", [ManifestId, Digest, Commitment, PolicyId])
@pytest.mark.parametrize("text", FREE)
def test_free_text_is_no_id_digest_or_commitment_and_is_not_repeated(kind: type[str], text: str) -> None:
    with pytest.raises(ValueError, match=kind.__name__) as caught:
        kind(text)
    assert not text.strip() or text not in str(caught.value)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_no_field_of_any_event_takes_free_text(event: Event) -> None:
    for field in fields(event):
        truth = () if field.name == "left" else (True,)
        for value in ("Client Acme", "", 1.5, *truth, b"x", ["Client Acme"]):
            with pytest.raises((TypeError, ValueError)):
                replace(event, **{field.name: value})


def test_a_plain_string_of_the_right_pattern_is_not_enough() -> None:
    with pytest.raises(TypeError, match=r"SendIntended\.envelope"):
        SendIntended(MANIFEST, Digest("ab" * 32), SEAL, "12" * 32, 1, IsolationLevel.L0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"ManifestApproved\.names"):
        ManifestApproved(MANIFEST, 1, 0, 0, DecidedBy.RULE, POLICY, Digest("12" * 32), SEAL)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [("intent", -1), ("size", 2**53), ("status", 99), ("status", 600), ("cipher", 0x10000), ("cipher", -1)],
)
def test_numbers_out_of_range_are_refused(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=name if name in {"status", "cipher"} else "out of range"):
        replace(EVENTS[2], **{name: value})


@pytest.mark.parametrize("at", [AT.replace(tzinfo=None), AT.replace(microsecond=1)])
def test_a_time_that_is_not_aware_and_to_the_second_is_refused(at: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        Entry(at, EVENTS[0])


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        LEAF.replace(b"SEND_OUTCOME", b"SEND_EVERYTHING"),
        LEAF.replace(b'"v":1', b'"v":2'),
        LEAF.replace(b'"v":1', b'"note":"Client Acme","v":1'),
        LEAF.replace(b'"size":5120,', b""),
        LEAF.replace(b"5120", b'"5120"'),
        LEAF.replace(b"5120", b"5120.0"),
        LEAF.replace(b"answered", b"Client Acme"),
        LEAF.replace(b"08:00:04Z", b"08:00:04+00:00"),
        LEAF.replace(b":1}", b": 1}"),
        LEAF + b"\n",
    ],
)
def test_bytes_that_are_not_exactly_an_entry_are_an_integrity_error(leaf: bytes) -> None:
    with pytest.raises(IntegrityError, match="ledger entry"):
        parse_entry(leaf)


def test_the_leaf_is_the_canonical_json_written_out_by_hand() -> None:
    entry = Entry(AT + timedelta(seconds=4), EVENTS[2])
    assert entry.leaf() == LEAF
    assert parse_entry(LEAF) == entry


def test_the_leaf_is_in_utc_wherever_the_clock_stands() -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert Entry(there, EVENTS[0]).leaf() == Entry(AT, EVENTS[0]).leaf()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_is_read_back_as_it_was(event: Event) -> None:
    entry = Entry(AT, event)
    found: Any = parse_entry(entry.leaf())
    assert found == entry
    assert [type(getattr(found.event, f.name)) for f in fields(event)] == [
        type(getattr(event, f.name)) for f in fields(event)
    ]


def test_every_kind_of_event_is_tried_here() -> None:
    assert {Entry(AT, event).kind for event in EVENTS} == set(EventKind)
