"""What left, when, to whom and under what: put together from the ledger and the sealed store, each checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headgate.canonical import Json
from headgate.clock import stamp
from headgate.database import Records
from headgate.errors import InputError, IntegrityError
from headgate.gate.template import HASHES
from headgate.ledger import Commitment, Entry, Ledger, ManifestApproved, Receipt, SendIntended, SendOutcome
from headgate.manifest import ManifestStore

# Every suite the transport offers, by its IANA number.
SUITES: Mapping[int, str] = {
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One send, whole.

    `request` is what was written but for the key, whose place is marked, and `reply` what came back, None where nothing
    did. `names` are read out of the request; `approval` is that of their manifest, by `actor`. `ended` is None for an
    intent without an outcome: something may have left. `profile` holds the profile's facts as they were then. The two
    proofs are for the ledger as it is now.
    """

    index: int
    intended: Entry
    ended: Entry | None
    request: bytes
    reply: bytes | None
    profile: Mapping[str, Json]
    names: tuple[str, ...]
    approval: ManifestApproved
    actor: str
    proof: Receipt
    proof_of_end: Receipt | None

    @property
    def intent(self) -> SendIntended:
        """What the ledger says was intended."""
        assert isinstance(self.intended.event, SendIntended)
        return self.intended.event

    @property
    def outcome(self) -> SendOutcome | None:
        """What the ledger says became of it."""
        event = self.ended.event if self.ended else None
        assert event is None or isinstance(event, SendOutcome)
        return event

    @property
    def left(self) -> str:
        """Whether something left: yes, no, or unknown where a crash came between."""
        return "unknown" if self.outcome is None else "yes" if self.outcome.left else "no"

    @property
    def template(self) -> str | None:
        """The id of the template, None where this version has none of that hash (any more)."""
        return next((name for name, known in HASHES.items() if known == self.intent.template), None)

    @property
    def suite(self) -> str | None:
        """The name of the cipher suite (IANA TLS Cipher Suites)."""
        number = self.outcome.cipher if self.outcome else None
        return None if number is None else SUITES.get(number, f"0x{number:04X}")

    def to_json(self) -> dict[str, Json]:
        """The send as a JSON object: `request` is the exact text of the request."""
        intent, outcome = self.intent, self.outcome
        return {
            "index": self.index,
            "left": self.left,
            "when": stamp(self.intended.at),
            "to": {"provider": self.profile.get("name"), "host": self.profile["host"], "port": self.profile["port"]},
            "request": self.request.decode(),
            "names": list(self.names),
            "manifest": {
                "id": intent.manifest,
                "actor": self.actor,
                "by": self.approval.by.value,
                "policy": self.approval.policy,
            },
            "template": {"id": self.template, "sha256": intent.template},
            "profile": self.profile,
            "isolation": intent.isolation.value,
            "tls": {"version": outcome.tls.value, "suite": self.suite, "spki_sha256": outcome.spki}
            if outcome and outcome.tls
            else None,
            "outcome": {"outcome": outcome.outcome.value, "status": outcome.status, "bytes": outcome.size}
            if outcome
            else None,
            "ended": stamp(self.ended.at) if self.ended else None,
            "reply": None if self.reply is None else self.reply.decode("utf-8", "replace"),
            "proof": {
                "intent": self.proof.to_json(),
                "outcome": self.proof_of_end.to_json() if self.proof_of_end else None,
            },
        }


def find_sent(index: int, ledger: Ledger, store: Records, manifests: ManifestStore) -> Sent:
    """The send whose intent or outcome is this entry of the ledger.

    The ledger is verified, and request and profile are the ones it commits to. Raises `InputError` for an entry that is
    no send, `IntegrityError` where the ledger, or what is kept, is not as it was written.
    """
    if not ledger.verify().ok:
        raise IntegrityError("the ledger is not as it was written: see headgate ledger verify")
    asked = ledger.entry(index)
    at = asked.event.intent if isinstance(asked.event, SendOutcome) else index
    intended = ledger.entry(at)
    if not isinstance(intended.event, SendIntended):
        raise InputError(f"entry {index} is no send, so nothing left with it: headgate ledger list shows which are")
    end, ended = _outcome(at, ledger)
    proof = ledger.receipt(at)
    manifest = manifests.load(intended.event.manifest)
    approval = next(iter(ledger.approvals(intended.event.manifest)), None)
    if approval is None or not ledger.opens(approval.actor, manifest.actor.encode()):
        raise IntegrityError("the manifest of this send is not as the ledger says it was approved")
    request = _kept(intended.event.envelope, ledger, store)
    return Sent(
        index=at,
        intended=intended,
        ended=ended,
        request=request,
        reply=store.find(proof.leaf_hash),
        profile=json.loads(_kept(intended.event.profile, ledger, store)),
        names=tuple(_names_in(json.loads(request.partition(b"\r\n\r\n")[2]))),
        approval=approval,
        actor=manifest.actor,
        proof=proof,
        proof_of_end=None if end is None else ledger.receipt(end),
    )


def _outcome(intent: int, ledger: Ledger) -> tuple[int | None, Entry | None]:
    """The entry that ends the intent, and its index; none where a crash came between."""
    for index, entry in enumerate(ledger.entries()):
        if isinstance(entry.event, SendOutcome) and entry.event.intent == intent:
            return index, entry
    return None, None


def _names_in(body: Json) -> Iterator[str]:
    """The names in a body, whatever the dialect: they are the JSON in one of its texts (docs/formats/envelope.md)."""
    match body:
        case str() if body.startswith('{"columns":'):
            yield from (column["name"] for column in json.loads(body)["columns"])
        case list():
            for part in body:
                yield from _names_in(part)
        case dict():
            for part in body.values():
                yield from _names_in(part)


def _kept(commitment: Commitment, ledger: Ledger, store: Records) -> bytes:
    """The bytes kept under the commitment, which they open."""
    found = store.find(commitment)
    if found is None or not ledger.opens(commitment, found):
        raise IntegrityError("what is kept of this send is not what the ledger commits to")
    return found
