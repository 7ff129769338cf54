"""The gate's one operation: three ids in, an answer out, an intent and an outcome in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from headgate.canonical import Json, canonical_json
from headgate.clock import now
from headgate.errors import HeadgateError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.dialects import UnusableAnswerError
from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.gate.transport import Exchange, TlsFacts, checked_request, exchange
from headgate.ledger import Digest, Entry, Ledger, ManifestId, Outcome, Receipt, SendIntended, SendOutcome, TlsVersion
from headgate.manifest import ManifestStore, check_approval
from headgate.providers.profiles import Profile, find_profile
from headgate.screening import Verdict, screen

DEFAULT_TEMPLATE = "plan-1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: its text, not yet trusted, and what proves the request.

    `intent` and `outcome` are the ledger's receipts, `envelope` is what left (without the key), `at` is when the intent
    was recorded, `tls` is None for plain HTTP to this machine, and `reply` is the whole body the text was taken from.
    """

    text: str
    intent: Receipt
    outcome: Receipt
    envelope: Envelope
    at: datetime
    tls: TlsFacts | None
    reply: bytes


class Gate:
    """What can send: the approved manifests, the ledger, the profiles, and where keys come from."""

    def __init__(
        self,
        manifests: ManifestStore,
        ledger: Ledger,
        profiles: Mapping[str, Profile],
        keys: Callable[[str], str | None],
    ) -> None:
        self._manifests = manifests
        self._ledger = ledger
        self._profiles = profiles
        self._keys = keys

    def send(self, manifest_id: str, template_id: str, profile_id: str) -> Answer:
        """The names of the manifest were sent by the profile, and this came back.

        Each step refuses by itself, and nothing has left until step 8: (1) template and profile are known; (2) the
        manifest is as it was saved; (3) the ledger is as it was written and holds the approval of exactly these names;
        (4) there are names, and an envelope of them; (5) screening them with today's vocabulary blocks none; (6) the
        key is there, and the second computation gives the same bytes; (7) the intent is durable; (8) address, TLS,
        equality once more, and the exchange; (9) the outcome is recorded, whatever it is. A crash between 7 and 9
        leaves an intent without outcome.

        Raises `InputError`, `RefusalError`, `UnavailableError` or `IntegrityError`, as each step says.
        """
        template = load_template(template_id)
        profile = find_profile(self._profiles, profile_id)
        manifest = self._manifests.load(manifest_id)
        if not self._ledger.verify().ok:
            raise IntegrityError("the ledger is not as it was written, so nothing is sent: see headgate ledger verify")
        check_approval(manifest, self._ledger)
        outgoing = envelope(template, manifest.names, profile)
        _screen_again(manifest.names)
        key = self._keys(profile.key_env) if profile.key_env else None
        expected = expected_request(template, manifest.names, profile, key)
        checked_request(outgoing, key, profile, expected)
        at = now()
        intended = SendIntended(
            manifest=ManifestId(manifest.id),
            template=Digest(template.hash),
            profile=self._ledger.commitment(canonical_json(_facts(profile))),
            envelope=self._ledger.commitment(wire_bytes(outgoing)),
            size=len(outgoing.body),
        )
        intent = self._ledger.append(Entry(at, intended))
        got: Exchange | None = None
        try:
            got = exchange(outgoing, key, profile, expected=expected)
            text = answer_text(got, profile)
        except HeadgateError as error:
            self._record(intent, _outcome_of(error), got)
            raise
        outcome = self._record(intent, Outcome.ANSWERED, got)
        return Answer(text, intent, outcome, outgoing, at, got.tls, got.body)

    def _record(self, intent: Receipt, outcome: Outcome, got: Exchange | None) -> Receipt:
        tls = got.tls if got else None
        ended = SendOutcome(
            intent=intent.index,
            outcome=outcome,
            status=got.status if got and got.status is not None and got.status <= 599 else None,
            tls=TlsVersion(tls.version) if tls else None,
            cipher=tls.suite if tls else None,
            spki=Digest(tls.spki_sha256) if tls else None,
            size=len(got.body) if got else 0,
        )
        return self._ledger.append(Entry(now(), ended))


def _screen_again(names: tuple[str, ...]) -> None:
    """Today's vocabulary blocks no name; else `RefusalError`. The approval may be of an older vocabulary."""
    blocked = [each for each in screen(names) if each.verdict is Verdict.BLOCKED]
    if blocked:
        listed = ", ".join(repr(each.header) for each in blocked[:5]) + (" and more" if len(blocked) > 5 else "")
        raise RefusalError(f"screening now blocks {listed}: rename or withhold them and approve the table again")


def _outcome_of(error: HeadgateError) -> Outcome:
    match error:
        case UnusableAnswerError():
            return Outcome.UNUSABLE
        case UnavailableError():
            return Outcome.UNAVAILABLE
        case _:
            return Outcome.REFUSED


def _facts(profile: Profile) -> dict[str, Json]:
    """The profile as JSON, for its commitment; the key is no part of a profile."""
    facts: dict[str, Json] = asdict(profile)
    return facts | {"ca_file": str(profile.ca_file) if profile.ca_file else None}
