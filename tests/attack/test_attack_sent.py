"""What is shown of a send is what the server saw and the ledger commits to, whole, or nothing is shown."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.approvals import ACTOR
from tests.dialects import profile_of
from tests.tls_server import answers, completion, provider, response

from headgate.clock import now
from headgate.database import Database, open_database
from headgate.errors import InputError, IntegrityError, UnavailableError
from headgate.gate.send import Gate, facts_of
from headgate.gate.sent import Sent, find_sent
from headgate.gate.store import sent_records
from headgate.gate.transport import tls_context
from headgate.isolation import IsolationLevel
from headgate.ledger import DecidedBy, Digest, Entry, Ledger, ManifestId, Outcome, SendIntended, SendOutcome, TlsVersion
from headgate.manifest import ApprovedManifest, ManifestStore, wire_names
from headgate.policy import policy_id
from headgate.providers.profiles import Dialect, Profile
from headgate.screening.store import OwnLists

KEY = "sk-a-key-of-nobody"
PLAN_HASH = "42e9da47685f1d9e338eaa0c524214d06a22af37c407bbd7d669240691849a5f"
Approve = Callable[..., ApprovedManifest]
Open = Callable[[Profile], Gate]
Show = Callable[[int], Sent]


@pytest.fixture
def show(state: Database, ledger: Ledger) -> Show:
    return lambda index: find_sent(index, ledger, sent_records(state), ManifestStore(state))


def test_a_send_is_shown_whole_by_its_intent_and_by_its_outcome(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, ledger: Ledger, show: Show
) -> None:
    manifest = approve("energy", "Wärme")
    body = completion() + b" "
    with provider(answers(response(body)), certificate) as sink:
        there = replace(profile, port=sink.port)
        answer = gate(there).send(manifest.id, "plan-1", "sink")
    assert answer.tls is not None
    assert answer.isolation is IsolationLevel.L0
    for index in (1, 2):
        sent = show(index)
        assert sent.to_json() == {
            "index": 1,
            "left": "yes",
            "when": answer.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "to": {"provider": "sink", "host": "localhost", "port": sink.port},
            "request": sink.requests[0].decode().replace(KEY, "<key>"),
            "names": ["Wärme", "energy"],
            "manifest": {"id": manifest.id, "actor": "tester", "by": "person", "policy": policy_id()},
            "template": {"id": "plan-1", "sha256": PLAN_HASH},
            "profile": {
                "name": "sink",
                "dialect": "openai-chat",
                "host": "localhost",
                "path": "/v1/chat/completions",
                "model": "model-1",
                "key_env": "SINK_KEY",
                "key_header": "authorization",
                "port": sink.port,
                "ca_file": str(profile.ca_file),
                "loopback": True,
                "tls": True,
                "settings": {
                    "max_tokens": 8192,
                    "token_field": "max_tokens",
                    "temperature": 0,
                    "response_format": "json_schema",
                    "store": "false",
                    "timeout_seconds": 1,
                    "max_request_bytes": 262144,
                },
            },
            "isolation": "L0",
            "tls": {"version": "TLSv1.3", "suite": answer.tls.cipher, "spki_sha256": answer.tls.spki_sha256},
            "outcome": {"outcome": "answered", "status": 200, "bytes": len(body)},
            "ended": ledger.entry(2).at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "reply": body.decode(),
            "proof": {"intent": ledger.receipt(1).to_json(), "outcome": ledger.receipt(2).to_json()},
        }
        assert sent.proof.holds()
        assert sent.proof_of_end == ledger.receipt(2)


@pytest.mark.parametrize("dialect", Dialect)
def test_the_names_shown_are_those_in_the_request_and_not_those_a_later_rule_would_send(
    profile: Profile,
    certificate: Path,
    approve: Approve,
    gate: Open,
    show: Show,
    dialect: Dialect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest = approve("supply [°C]", *(f"meter {number} energy" for number in range(1, 102)))
    with provider(None, certificate) as sink, suppress(UnavailableError):
        of_the_dialect = profile_of(dialect)
        there = replace(of_the_dialect, name="sink", host="localhost", port=sink.port, key_env="SINK_KEY")
        there = replace(there, ca_file=profile.ca_file, loopback=True)
        gate(there).send(manifest.id, "plan-1", "sink")
    monkeypatch.setitem(wire_names.__globals__, "MOST_SENT_WHOLE", 1000)  # the later rule
    assert len(wire_names(manifest.names)) == 102
    assert show(1).names == ("meter 1 energy", "supply [°C]")
    columns = [{"id": "c1", "name": "meter 1 energy"}, {"id": "c2", "name": "supply [°C]"}]
    message = json.dumps({"columns": columns}, separators=(",", ":"), ensure_ascii=False)
    assert json.dumps(message, ensure_ascii=False) in sink.requests[0].decode()


def test_a_send_is_not_shown_as_approved_by_somebody_who_did_not_approve_it(
    profile: Profile,
    certificate: Path,
    approve: Approve,
    gate: Open,
    ledger: Ledger,
    state: Database,
    show: Show,
    tmp_path: Path,
) -> None:
    manifest = approve("energy")
    with provider(certificate=certificate) as sink:
        gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
    assert (show(1).actor, show(1).approval.by, show(1).approval.policy) == (ACTOR, DecidedBy.PERSON, policy_id())
    with closing(open_database(tmp_path / "other")) as elsewhere:
        forged = ManifestStore(elsewhere)
        forged.save(replace(manifest, actor="somebody else"))
        with pytest.raises(IntegrityError, match="not as the ledger says it was approved"):
            find_sent(1, ledger, sent_records(state), forged)


def test_each_of_several_sends_is_shown_with_its_own_end(
    profile: Profile, certificate: Path, approve: Approve, gate: Open, show: Show
) -> None:
    one, other = approve("energy"), approve("power", manifest_id="m_00000000000000aa")
    replies = iter([b"\xff\x00 not UTF-8", completion()])
    with provider(lambda channel: channel.sendall(response(next(replies))), certificate) as sink:
        there = gate(replace(profile, port=sink.port))
        with pytest.raises(UnavailableError):
            there.send(one.id, "plan-1", "sink")
        there.send(other.id, "plan-1", "sink")
    shown = [(show(index).index, show(index).names, show(index).to_json()["reply"]) for index in range(2, 6)]
    garbled = (2, ("energy",), "\ufffd\x00 not UTF-8")
    assert shown == [garbled, garbled, *[(4, ("power",), completion().decode())] * 2]
    assert [show(index).to_json()["outcome"] for index in (2, 4)] == [
        {"outcome": "unusable", "status": 200, "bytes": 12},
        {"outcome": "answered", "status": 200, "bytes": len(completion())},
    ]


@pytest.mark.parametrize(
    ("reply", "left", "status", "shown"),
    [
        (None, "no", None, None),
        (response(b"", "503 Away"), "yes", 503, None),
        (response(b"{}", "599 Odd"), "yes", 599, "{}"),
        (response(b"{}", "600 Odder"), "yes", None, "{}"),  # no HTTP status (RFC 9110 15)
    ],
    ids=["no connection", "nothing in it", "the last status", "no status"],
)
def test_what_became_of_a_send_that_failed_is_shown(
    profile: Profile,
    certificate: Path,
    approve: Approve,
    gate: Open,
    show: Show,
    reply: bytes | None,
    left: str,
    status: int | None,
    shown: str | None,
) -> None:
    manifest = approve("energy")
    with provider(None if reply is None else answers(reply), certificate) as sink:
        there = replace(profile, port=sink.port if reply else 1)
        with pytest.raises(UnavailableError) as refused:
            gate(there).send(manifest.id, "plan-1", "sink")
    said = "Your one name has left all the same: headgate ledger receipt 1" in str(refused.value)
    assert said == (left == "yes")
    found = show(1).to_json()
    told = {"outcome": "unavailable", "status": status, "bytes": len(shown or "")}
    assert (found["left"], found["outcome"], found["reply"]) == (left, told, shown)
    assert (found["tls"] is None) == (left == "no")


@pytest.mark.parametrize(
    ("ciphers", "number", "name"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", 0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", 0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    ],
)
def test_the_suite_that_was_agreed_is_told_by_its_number_and_its_name(
    profile: Profile,
    certificate: Path,
    approve: Approve,
    gate: Open,
    ledger: Ledger,
    show: Show,
    ciphers: str,
    number: int,
    name: str,
) -> None:
    """Numbers and names as in IANA's registry of TLS cipher suites."""
    manifest = approve("energy")
    with provider(None, certificate, (ssl.TLSVersion.TLSv1_2,) * 2, ciphers=ciphers) as sink:
        gate(replace(profile, port=sink.port)).send(manifest.id, "plan-1", "sink")
    ended = ledger.entry(2).event
    assert isinstance(ended, SendOutcome)
    assert (ended.tls, ended.cipher) == (TlsVersion.TLS_1_2, number)
    assert show(1).suite == name


def test_a_model_on_this_machine_is_asked_without_a_key(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, show: Show
) -> None:
    manifest = approve("energy")
    with provider() as sink:
        there = replace(profile, host="127.0.0.1", port=sink.port, tls=False, ca_file=None, key_env=None)
        gate = Gate(
            ManifestStore(state),
            ledger,
            sent_records(state),
            OwnLists(state),
            {"sink": there},
            {}.__getitem__,
            IsolationLevel.L0,
            ACTOR,
        )
        answer = gate.send(manifest.id, "plan-1", "sink")
    found = show(answer.intent.index).to_json()
    assert sink.requests == [show(answer.intent.index).request]
    assert b"Authorization" not in sink.requests[0]
    assert (answer.tls, found["tls"], found["left"]) == (None, None, "yes")
    assert isinstance(found["profile"], dict)
    assert (found["profile"]["ca_file"], found["profile"]["key_env"], found["profile"]["tls"]) == (None, None, False)


def _intend(state: Database, ledger: Ledger, profile: Profile, template: str = PLAN_HASH) -> int:
    """An intent without an outcome, as a crash leaves one."""
    facts, request = json.dumps(facts_of(profile)).encode(), b"POST / HTTP/1.1\r\n\r\n{}"
    event = SendIntended(
        manifest=ManifestId("m_0123456789abcdef"),
        template=Digest(template),
        profile=ledger.commitment(facts),
        envelope=ledger.commitment(request),
        size=2,
        isolation=IsolationLevel.L0,
    )
    sent_records(state).keep(event.profile, facts)
    sent_records(state).keep(event.envelope, request)
    return ledger.append(Entry(now(), event)).index


@pytest.mark.parametrize(
    ("outcome", "left", "tls", "told"),
    [
        (None, "unknown", None, None),
        (
            SendOutcome(1, Outcome.UNAVAILABLE, False, None, None, None, None, 0),
            "no",
            None,
            {"outcome": "unavailable", "status": None, "bytes": 0},
        ),
        (
            SendOutcome(1, Outcome.UNAVAILABLE, True, 503, None, None, None, 7),
            "yes",
            None,
            {"outcome": "unavailable", "status": 503, "bytes": 7},
        ),
        # A suite of a later version, told by its number (RFC 8446 B.4).
        (
            SendOutcome(1, Outcome.ANSWERED, True, 200, TlsVersion.TLS_1_3, 0x00FE, Digest("ab" * 32), 7),
            "yes",
            {"version": "TLSv1.3", "suite": "0x00FE", "spki_sha256": "ab" * 32},
            {"outcome": "answered", "status": 200, "bytes": 7},
        ),
    ],
    ids=["a crash", "no connection", "without TLS", "another suite"],
)
def test_what_is_not_known_of_a_send_is_not_made_up(
    profile: Profile,
    state: Database,
    ledger: Ledger,
    approve: Approve,
    show: Show,
    outcome: SendOutcome | None,
    left: str,
    tls: object,
    told: object,
) -> None:
    approve("energy")
    assert _intend(state, ledger, profile, "cd" * 32) == 1
    if outcome is not None:
        ledger.append(Entry(now(), outcome))
    found = show(1).to_json()
    assert (found["left"], found["tls"], found["outcome"], found["reply"]) == (left, tls, told, None)
    assert found["template"] == {"id": None, "sha256": "cd" * 32}
    assert (found["ended"] is None) == (outcome is None)
    assert found["proof"] == {
        "intent": ledger.receipt(1).to_json(),
        "outcome": None if outcome is None else ledger.receipt(2).to_json(),
    }


def test_what_is_no_send_is_not_shown_as_one(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, show: Show
) -> None:
    approve("energy")
    index = _intend(state, ledger, profile)
    for other, words in ((0, "entry 0 is no send"), (index + 1, "has no entry"), (-1, "has no entry")):
        with pytest.raises(InputError, match=words):
            show(other)
    assert show(index).index == index, "the control"


def test_what_was_sealed_anew_is_not_what_the_ledger_commits_to(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, show: Show
) -> None:
    """By somebody who has the master key: the seal is right, and the bytes are others."""
    approve("energy")
    index = _intend(state, ledger, profile)
    intent = show(index).intent  # the control
    for reference in (intent.envelope, intent.profile):
        kept = sent_records(state).find(reference)
        assert kept is not None
        for other in (b"POST / HTTP/1.1\r\n\r\n{ }", kept):
            with state.begin() as connection:
                connection.exec_driver_sql("DELETE FROM sent WHERE id = ?", (reference,))
            with pytest.raises(IntegrityError, match="not what the ledger commits to"):
                show(index)
            sent_records(state).keep(reference, other)
            if other == kept:
                assert show(index).intent == intent, "the control: the same bytes sealed again are shown"
                continue
            with pytest.raises(IntegrityError, match="not what the ledger commits to"):
                show(index)


def test_nothing_is_shown_from_a_ledger_that_is_not_as_it_was_written(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, show: Show
) -> None:
    approve("energy")
    index = _intend(state, ledger, profile)
    with state.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_entries_keep")
        connection.exec_driver_sql(
            "UPDATE ledger_entries SET leaf = CAST(replace(leaf, '\"approved\":1', '\"approved\":9') AS BLOB)"
        )
    with pytest.raises(IntegrityError, match="the ledger is not as it was written"):
        show(index)


def test_what_is_kept_is_kept_once_and_never_changed(state: Database) -> None:
    store = sent_records(state)
    store.keep("a", b"one")
    with pytest.raises(IntegrityError):
        store.keep("a", b"two")
    with state.begin() as connection, pytest.raises(Exception, match="a sealed record is never changed"):
        connection.exec_driver_sql("UPDATE sent SET cipher = zeroblob(64)")
    assert (store.find("a"), store.find("b")) == (b"one", None)


def test_every_suite_that_is_offered_is_told_by_its_name(
    profile: Profile, state: Database, ledger: Ledger, approve: Approve, show: Show
) -> None:
    """Judged by the names OpenSSL has for them, in the spelling of IANA's registry of TLS cipher suites."""
    approve("energy")
    sent = show(_intend(state, ledger, profile))
    offered = {int(each["id"]) & 0xFFFF: str(each["name"]) for each in tls_context(profile).get_ciphers()}
    assert len(offered) > 3
    for number, name in offered.items():
        outcome = SendOutcome(1, Outcome.ANSWERED, True, 200, TlsVersion.TLS_1_3, number, Digest("ab" * 32), 7)
        spelled = re.sub(r"-(AES|CHACHA20)", r"_WITH_\1", name).replace("-", "_")
        spelled = re.sub(r"AES(\d)", r"AES_\1", spelled) + ("_SHA256" if name.endswith("POLY1305") else "")
        told = replace(sent, ended=Entry(now(), outcome)).suite
        assert told == (spelled if name.startswith("TLS") else f"TLS_{spelled}")
