"""The gate's one operation: three ids in, an answer out, an intent and an outcome in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from headgate.canonical import Json, canonical_json
from headgate.clock import now
from headgate.database import Records
from headgate.errors import HeadgateError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.dialects import UnusableAnswerError
from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import Template, load_template
from headgate.gate.transport import Exchange, TlsFacts, checked_request, exchange
from headgate.isolation import IsolationLevel
from headgate.ledger import Digest, Entry, Ledger, ManifestId, Outcome, Receipt, SendIntended, SendOutcome, TlsVersion
from headgate.manifest import ApprovedManifest, ManifestStore, check_approval, wire_names
from headgate.manifest.public_name import flaw
from headgate.policy import policy_id
from headgate.providers.profiles import Profile, find_profile
from headgate.screening import Verdict, screen
from headgate.screening.own import OwnNames
from headgate.screening.store import OwnLists

DEFAULT_TEMPLATE = "plan-1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: its text, not yet trusted, and what proves the request.

    `intent` and `outcome` are the ledger's receipts, `envelope` is what left (without the key), `at` is when the intent
    was recorded, `tls` is None for plain HTTP to this machine, `reply` is the whole body the text was taken from, and
    `isolation` is the gate's own level.
    """

    text: str
    intent: Receipt
    outcome: Receipt
    envelope: Envelope
    at: datetime
    tls: TlsFacts | None
    reply: bytes
    isolation: IsolationLevel


class Gate:
    """What can send: the manifests, the ledger, what was sent, the own lists, the profiles, and where keys come from.

    `isolation` is that of this process, as it was proved when it started; `actor` is who sends.
    """

    def __init__(
        self,
        manifests: ManifestStore,
        ledger: Ledger,
        sent: Records,
        lists: OwnLists,
        profiles: Mapping[str, Profile],
        keys: Callable[[str], str | None],
        isolation: IsolationLevel,
        actor: str,
    ) -> None:
        self._manifests = manifests
        self._ledger = ledger
        self._sent = sent
        self._lists = lists
        self._profiles = profiles
        self._keys = keys
        self._isolation = isolation
        self._actor = actor

    def send(self, manifest_id: str, template_id: str, profile_id: str) -> Answer:
        """The names of the manifest were sent by the profile, and this came back.

        The steps are numbered as in docs/architecture.md, and each refuses by itself; no byte leaves before step 9 has
        passed, and nothing follows a refusal but the record of it. A crash between 7 and 10 leaves an intent without
        outcome. Raises `InputError`, `RefusalError`, `UnavailableError` or `IntegrityError`, as each step says.
        """
        template = load_template(template_id)
        profile = find_profile(self._profiles, profile_id)
        # 2 and 4 (purpose, assessment) are not there yet.
        manifest = self._approved(manifest_id)  # (3), and (1): the approval is bound to the policy
        names = wire_names(manifest.names)
        screen_again(manifest, self._lists.ready())  # (5)
        outgoing = envelope(template, names, profile)
        hold_budget(outgoing, profile)  # (6)
        key = self._keys(profile.key_env) if profile.key_env else None
        expected = expected_request(template, manifest.names, profile, key)
        checked_request(outgoing, key, profile, expected)  # (8), before anything is recorded
        at = now()
        intent = self._intend(at, manifest, template, profile, outgoing)  # (7)
        try:
            got = exchange(outgoing, key, profile, expected=expected)  # (8) once more, and (9)
        except HeadgateError as error:
            self._end(intent, _outcome_of(error), None)  # (10)
            raise
        try:
            text, outcome = self._answered(intent, got, profile)  # (10)
        except HeadgateError as error:
            raise type(error)(f"{str(error).removesuffix('.')}. {left(names, intent)}") from None
        return Answer(text, intent, outcome, outgoing, at, got.tls, got.body, self._isolation)

    def _approved(self, manifest_id: str) -> ApprovedManifest:
        """The manifest as it was saved; its approval in a ledger that is as it was written, and not ended."""
        manifest = self._manifests.load(manifest_id)
        if not self._ledger.verify().ok:
            raise IntegrityError("the ledger is not as it was written, so nothing is sent: see headgate ledger verify")
        check_approval(manifest, self._ledger, policy=policy_id(), actor=self._actor)
        return manifest

    def _intend(
        self, at: datetime, manifest: ApprovedManifest, template: Template, profile: Profile, outgoing: Envelope
    ) -> Receipt:
        """The request is kept and the intent is in the ledger, both on disk."""
        facts, request = canonical_json(facts_of(profile)), wire_bytes(outgoing)
        event = SendIntended(
            manifest=ManifestId(manifest.id),
            template=Digest(template.hash),
            profile=self._ledger.commitment(facts),
            envelope=self._ledger.commitment(request),
            size=len(outgoing.body),
            isolation=self._isolation,
        )
        self._sent.keep(event.profile, facts)
        self._sent.keep(event.envelope, request)
        return self._ledger.append(Entry(at, event))

    def _answered(self, intent: Receipt, got: Exchange, profile: Profile) -> tuple[str, Receipt]:
        """The answer's text and the record of the outcome, which is there whatever came back."""
        try:
            text = answer_text(got, profile)
        except HeadgateError as error:
            self._end(intent, _outcome_of(error), got)
            raise
        return text, self._end(intent, Outcome.ANSWERED, got)

    def _end(self, intent: Receipt, outcome: Outcome, got: Exchange | None) -> Receipt:
        """The outcome is in the ledger, and the reply, where there is one, is kept under the intent's leaf hash."""
        tls = got.tls if got else None
        event = SendOutcome(
            intent=intent.index,
            outcome=outcome,
            left=got is not None,
            status=got.status if got and got.status is not None and got.status <= 599 else None,
            tls=TlsVersion(tls.version) if tls else None,
            cipher=tls.suite if tls else None,
            spki=Digest(tls.spki_sha256) if tls else None,
            size=len(got.body) if got else 0,
        )
        if got and got.body:
            self._sent.keep(intent.leaf_hash, got.body)
        return self._ledger.append(Entry(now(), event))


def left(names: tuple[str, ...], intent: Receipt) -> str:
    """What to add to an error after a send: that names have left, and where it is shown which."""
    said = "Your one name has" if len(names) == 1 else f"Your {len(names)} names have"
    return f"{said} left all the same: headgate ledger receipt {intent.index}"


def screen_again(manifest: ApprovedManifest, own: OwnNames) -> None:
    """Each name can be a public name, and today's screening with today's own lists blocks none; nor does it find
    anything in a name that was clean, or a list anything in one it had nothing in, when it was approved. Else
    `RefusalError`: the approval may be of an older vocabulary, and of shorter lists.
    """
    screened = screen(manifest.names, own)
    blocked = [each.header for each in screened if each.verdict is Verdict.BLOCKED or flaw(each.header) is not None]
    if blocked:
        raise RefusalError(
            f"screening now blocks {_listed(blocked)}: rename or withhold them and review the table again"
        )
    seen = frozenset(manifest.flagged)
    new = [each.header for each in screened if each.verdict is not Verdict.CLEAN and each.header not in seen]
    if new:
        raise RefusalError(
            f"screening now flags {_listed(new)}, and found nothing in them when they were approved: "
            "review the table again"
        )
    added = [name for name in manifest.names if name not in manifest.listed and own.own_marks(name)]
    if added:
        raise RefusalError(
            f"your own lists now have to do with {_listed(added)}, and had not when they were approved: "
            "review the table again"
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:5])) + (" and more" if len(names) > 5 else "")


def hold_budget(outgoing: Envelope, profile: Profile) -> None:
    """The body is not larger than the profile allows; else `RefusalError`, and nothing is sent."""
    most = profile.settings.max_request_bytes
    if len(outgoing.body) > most:
        raise RefusalError(
            f"the request would hold {len(outgoing.body):,} bytes and {profile.name} allows {most:,}: approve fewer "
            "names, or raise 'max_request_bytes' in the profile's settings"
        )


def _outcome_of(error: HeadgateError) -> Outcome:
    match error:
        case UnusableAnswerError():
            return Outcome.UNUSABLE
        case UnavailableError():
            return Outcome.UNAVAILABLE
        case _:
            return Outcome.REFUSED


def facts_of(profile: Profile) -> dict[str, Json]:
    """The profile as JSON, for its commitment; the key is no part of a profile."""
    facts: dict[str, Json] = asdict(profile)
    return facts | {"ca_file": str(profile.ca_file) if profile.ca_file else None}
