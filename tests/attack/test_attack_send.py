"""The gate takes ids, refuses in order before anything leaves, and records an intent before and an outcome after."""

from __future__ import annotations

import inspect
import json
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.approvals import ACTOR, manifest_of
from tests.tls_server import PLAN as PLAN_TEXT
from tests.tls_server import Reply, answers, completion, cut, provider, response

from headgate.database import Database
from headgate.errors import HeadgateError, InputError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.envelope import wire_bytes
from headgate.gate.send import Gate
from headgate.gate.store import sent_records
from headgate.isolation import IsolationLevel
from headgate.ledger import Ledger, Outcome, SendIntended, SendOutcome
from headgate.manifest import ApprovedManifest, ManifestStore, names_digest, record_approval
from headgate.providers.profiles import Profile
from headgate.screening.store import OwnLists

KEY = "sk-a-key-of-nobody"
Approve = Callable[..., ApprovedManifest]
Open = Callable[[Profile], Gate]


def sends(ledger: Ledger) -> list[SendIntended | SendOutcome]:
    return [entry.event for entry in ledger.entries() if isinstance(entry.event, SendIntended | SendOutcome)]


def test_the_gate_has_no_parameter_but_three_ids() -> None:
    parameters = inspect.signature(Gate.send).parameters
    assert list(parameters) == ["self", "manifest_id", "template_id", "profile_id"]


def test_what_is_not_known_is_refused_and_leaves_no_trace(
    profile: Profile, approve: Approve, gate: Open, ledger: Ledger
) -> None:
    manifest = approve("energy")
    for ids in (
        ("m_ffffffffffffffff", "plan-1", "sink"),
        (manifest.id, "plan-9", "sink"),
        (manifest.id, "plan-1", "other"),
        ("energy; 17.3", "plan-1", "sink"),
    ):
        with pytest.raises(InputError):
            gate(profile).send(*ids)
    assert sends(ledger) == []


def test_a_manifest_without_names_an_approval_or_its_own_names_is_refused(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, gate: Open
) -> None:
    empty = approve(manifest_id="m_0000000000000001")
    with pytest.raises(RefusalError, match="nothing to send"):
        gate(profile).send(empty.id, "plan-1", "sink")
    loose = manifest_of("energy", manifest_id="m_0000000000000002")
    ManifestStore(state).save(loose)
    with pytest.raises(RefusalError, match="no approval"):
        gate(profile).send(loose.id, "plan-1", "sink")
    record_approval(replace(loose, names=("cost",), digest=names_digest(("cost",))), ledger)
    with pytest.raises(IntegrityError, match="the approval of other names"):
        gate(profile).send(loose.id, "plan-1", "sink")
    assert sends(ledger) == []


def test_an_approval_that_has_ended_sends_nothing(
    profile: Profile, certificate: Path, ledger: Ledger, approve: Approve, gate: Callable[..., Gate]
) -> None:
    older = approve("energy", manifest_id="m_0000000000000001", policy="9-0a1b2c3d4e5f")
    newly_found = approve("Qwzxia", manifest_id="m_0000000000000002", flagged=())
    seen = approve("Qwzxia", manifest_id="m_0000000000000003", flagged=("Qwzxia",))
    with provider(certificate=certificate) as sink:
        there = replace(profile, port=sink.port)
        with pytest.raises(RefusalError, match="under policy 9-0a1b2c3d4e5f, and today's is"):
            gate(there).send(older.id, "plan-1", "sink")
        with pytest.raises(RefusalError, match="screening now flags 'Qwzxia'"):
            gate(there).send(newly_found.id, "plan-1", "sink")
        with pytest.raises(RefusalError, match="by another person"):
            gate(there, "somebody else").send(seen.id, "plan-1", "sink")
        assert (sink.connections, sends(ledger)) == (0, [])
        gate(there).send(seen.id, "plan-1", "sink")  # the control: seen, by who sends, under today's policy
        assert sink.connections == 1


@pytest.mark.parametrize("key", [None, "", "a\r\nX-Leak: 1", "ключ"])
def test_a_missing_or_broken_key_is_refused_before_the_intent(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, key: str | None
) -> None:
    manifest = approve("energy")
    keyless = Gate(
        ManifestStore(state),
        ledger,
        sent_records(state),
        OwnLists(state),
        {"sink": profile},
        {"SINK_KEY": key}.get,
        IsolationLevel.L0,
        ACTOR,
    )
    with pytest.raises(InputError, match="SINK_KEY"):
        keyless.send(manifest.id, "plan-1", "sink")
    assert sends(ledger) == []


def test_an_answer_comes_with_what_left_and_the_proof_of_it(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, ledger: Ledger
) -> None:
    manifest = approve("energy", "time")
    with provider(certificate=certificate) as sink:
        answer = gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
    assert answer.text == PLAN_TEXT
    assert answer.reply == completion()
    assert sink.requests == [wire_bytes(answer.envelope, KEY)]
    assert KEY not in repr(answer)
    intended, ended = sends(ledger)
    assert isinstance(intended, SendIntended)
    assert isinstance(ended, SendOutcome)
    assert intended.manifest == manifest.id
    assert intended.size == len(answer.envelope.body)
    assert ledger.opens(intended.envelope, wire_bytes(answer.envelope))
    assert (ended.intent, ended.outcome, ended.status) == (answer.intent.index, Outcome.ANSWERED, 200)
    assert answer.tls is not None
    assert (ended.tls, ended.cipher, ended.spki) == (answer.tls.version, answer.tls.suite, answer.tls.spki_sha256)
    assert ended.size == len(completion())
    assert answer.intent.holds()
    assert answer.outcome.holds()
    assert answer.outcome.index == answer.intent.index + 1


def test_the_intent_is_in_the_ledger_before_the_first_byte_arrives(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, ledger: Ledger
) -> None:
    manifest = approve("energy")
    seen: list[int] = []

    def reply(channel: object) -> None:
        seen.append(len(sends(ledger)))
        answers(response())(channel)  # type: ignore[arg-type]

    with provider(reply, certificate) as sink:
        gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
    assert seen == [1]


@pytest.mark.parametrize(
    ("reply", "kind", "outcome", "status"),
    [
        (answers(response(b"{}", "401 Unauthorized")), UnavailableError, Outcome.UNAVAILABLE, 401),
        (answers(response(b"{}", "429 Too Many Requests")), UnavailableError, Outcome.UNAVAILABLE, 429),
        (answers(response(b"{}", "302 Found", "Location: /x")), RefusalError, Outcome.REFUSED, 302),
        (answers(response(b"{}", "999 Odd")), UnavailableError, Outcome.UNAVAILABLE, None),
        (cut(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), UnavailableError, Outcome.UNAVAILABLE, 200),
        (cut(b""), UnavailableError, Outcome.UNAVAILABLE, None),
        (answers(response(b"<html>", kind="text/html")), UnavailableError, Outcome.UNUSABLE, 200),
        (answers(response(completion(finish_reason="length"))), UnavailableError, Outcome.UNUSABLE, 200),
    ],
    ids=["401", "429", "redirect", "odd status", "truncated", "nothing", "wrong type", "cut by length"],
)
def test_whatever_comes_back_the_outcome_is_recorded_once(
    profile: Profile,
    certificate: Path,
    approve: Approve,
    gate: Open,
    ledger: Ledger,
    reply: Reply,
    kind: type[HeadgateError],
    outcome: Outcome,
    status: int | None,
) -> None:
    manifest = approve("energy")
    with provider(reply, certificate) as sink:
        with pytest.raises(kind):
            gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
        assert sink.connections == 1
    _, ended = sends(ledger)
    assert isinstance(ended, SendOutcome)
    assert (ended.outcome, ended.status) == (outcome, status)
    assert ended.tls == "TLSv1.3"
    assert ledger.unfinished() == ()


def test_an_outcome_that_cannot_be_recorded_is_no_reason_to_think_that_nothing_left(
    profile: Profile,
    certificate: Path,
    approve: Callable[..., ApprovedManifest],
    gate: Callable[[Profile], Gate],
    ledger: Ledger,
    own_home: Path,
) -> None:
    manifest = approve("energy")

    def lose(channel: socket.socket) -> None:
        """The request has arrived, and what is kept is lost before the answer goes."""
        with closing(sqlite3.connect(own_home / "headgate.db")) as connection, connection:
            connection.execute("DROP TABLE sent")
        answers(response())(channel)

    with provider(lose, certificate) as sink, pytest.raises(IntegrityError, match=r"Your one name has left") as lost:
        gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
    assert "headgate ledger receipt 1" in str(lost.value)
    assert ledger.unfinished() == (1,)


@pytest.mark.parametrize(("loopback", "kind"), [(False, RefusalError), (True, UnavailableError)])
def test_an_attempt_that_never_connected_is_recorded_without_facts(
    profile: Profile, approve: Approve, gate: Open, ledger: Ledger, loopback: bool, kind: type[HeadgateError]
) -> None:
    manifest = approve("energy")
    with pytest.raises(kind):
        gate(replace(profile, loopback=loopback)).send(manifest.id, "plan-1", "sink")
    _, ended = sends(ledger)
    assert isinstance(ended, SendOutcome)
    wanted = Outcome.UNAVAILABLE if loopback else Outcome.REFUSED
    assert (ended.outcome, ended.status, ended.tls, ended.size) == (wanted, None, None, 0)


def test_a_name_the_key_and_the_host_are_in_no_entry_of_the_ledger(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, ledger: Ledger
) -> None:
    manifest = approve("energy")
    with provider(certificate=certificate) as sink:
        gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
    kept = json.dumps([entry.to_json() for entry in ledger.entries()])
    assert manifest.id in kept
    assert not [word for word in ("energy", KEY, "localhost", "model-1") if word in kept]


def test_nothing_leaves_where_the_intent_cannot_be_recorded(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, own_home: Path
) -> None:
    manifest = approve("energy")
    (own_home / "ledger.head").write_text('{"size": 7, "root": "00"}')
    with provider(certificate=certificate) as sink:
        with pytest.raises(IntegrityError):
            gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
        assert sink.connections == 0


def test_nothing_leaves_where_an_old_entry_of_the_ledger_was_altered(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, own_home: Path
) -> None:
    first, second = approve("energy"), approve("power", manifest_id="m_00000000000000aa")
    with provider(certificate=certificate) as sink:
        there = gate(replace(profile, port=sink.port))
        there.send(second.id, "plan-1", "sink")
        assert sink.connections == 1, "the control: as it was written, the ledger lets it pass"
        with closing(sqlite3.connect(own_home / "headgate.db")) as connection, connection:
            connection.execute("DROP TRIGGER ledger_entries_keep")
            leaf = connection.execute("SELECT leaf FROM ledger_entries WHERE position = 0").fetchone()[0]
            changed = leaf.replace(b'"approved":1', b'"approved":9')
            assert changed != leaf
            connection.execute("UPDATE ledger_entries SET leaf = ? WHERE position = 0", (changed,))
        for manifest in (first, second):
            with pytest.raises(IntegrityError, match="ledger"):
                there.send(manifest.id, "plan-1", "sink")
        assert sink.connections == 1
