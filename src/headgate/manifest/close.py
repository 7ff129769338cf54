"""Decisions closed into an approved manifest, bound to the exact public names."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from headgate.canonical import canonical_json, nfc, sha256
from headgate.clock import now
from headgate.errors import RefusalError
from headgate.headers.table import Header
from headgate.ledger import DecidedBy
from headgate.manifest.approved import ApprovedManifest, Choice, Column, Decision
from headgate.manifest.public_name import blocked_message, flaw, likeness, shown
from headgate.screening import screen
from headgate.screening.finding import Verdict
from headgate.screening.own import NOBODY, OwnNames


def close(
    headers: Sequence[Header],
    decisions: Sequence[Decision],
    *,
    actor: str,
    by: DecidedBy,
    vocabulary: str,
    policy: str,
    headless: str | None,
    own: OwnNames = NOBODY,
) -> ApprovedManifest:
    """The approved manifest of these decisions by this actor, under a new random id; nothing approved is allowed.

    `by` is who or what took the decisions, `vocabulary` the id of the vocabulary the headers were screened with,
    `policy` that of the policy they were taken under; `headless` is the table's, `own` are the workspace's lists. A
    header without a decision is withheld. Raises RefusalError if a decision is not for the header that stands there
    now, if a public name breaks a rule, is blocked by screening or is like another, or if a placeholder of a table
    without header row is approved. A name that needs review is allowed: deciding is the review.
    """
    public = dict[int, str]()
    by_position = {header.position: header for header in headers}
    seen = set[int]()
    for decision in decisions:
        header = by_position.get(decision.position)
        if header is None or header.name != decision.header:
            raise RefusalError(
                f"header {shown(decision.header)} does not stand at position {decision.position} any more; "
                "review the table again"
            )
        if decision.position in seen:
            raise RefusalError(f"header {shown(decision.header)} is decided twice; keep one of the two decisions")
        seen.add(decision.position)
        name = _public_name(decision, headless)
        if name is not None:
            public[decision.position] = name
    flagged = _flagged(public, by_position, own)
    _refuse_alike(public, by_position)
    names = tuple(sorted(public.values()))
    return ApprovedManifest(
        id=f"m_{secrets.token_hex(8)}",
        columns=_columns(headers, public, names),
        names=names,
        digest=names_digest(names),
        actor=actor,
        by=by,
        vocabulary=vocabulary,
        policy=policy,
        flagged=flagged,
        listed=tuple(name for name in names if own.own_marks(name)),
        approved_at=now(),
    )


def names_digest(names: Sequence[str]) -> str:
    """The SHA-256 of the names' canonical JSON array, which an approval is bound to."""
    return sha256(canonical_json(list(names)))


def _public_name(decision: Decision, headless: str | None) -> str | None:
    """The name this decision lets out, or None; raises RefusalError if it may not let it out."""
    here = f"header {shown(decision.header)}"
    name = decision.public_name
    if decision.choice is Choice.WITHHOLD:
        if name is not None:
            raise RefusalError(f"{here} is withheld and has a public name; decide it again")
        return None
    if decision.choice is Choice.APPROVE:
        if headless is not None:
            raise RefusalError(f"{here} is no name: the table has no header row ({headless}); name the columns first")
        if name is None or nfc(name) != nfc(decision.header):
            raise RefusalError(f"{here} was approved under another name; an approval lets out the header itself")
    elif name is None or nfc(name) == nfc(decision.header):
        raise RefusalError(f"{here} is renamed without an alias of its own; give it one, or approve it")
    name = nfc(name)
    wrong = flaw(name)
    if wrong is not None:
        raise RefusalError(f"{here}: its public name {shown(name)} {wrong}; give it another, or withhold it")
    return name


def _flagged(public: dict[int, str], headers: dict[int, Header], own: OwnNames) -> tuple[str, ...]:
    """The names screening does not find clean, in code-point order; raises RefusalError where it blocks one.

    The row counts, so the names are screened in the order in which they are screened again before they are sent.
    """
    positions = sorted(public, key=lambda position: public[position])
    screened = screen([public[position] for position in positions], own)
    for position, found in zip(positions, screened, strict=True):
        if found.verdict is Verdict.BLOCKED:
            name = f"the public name {shown(public[position])} of header {shown(headers[position].name)}"
            raise RefusalError(blocked_message(name, found))
    return tuple(found.header for found in screened if found.verdict is not Verdict.CLEAN)


def _refuse_alike(public: dict[int, str], headers: dict[int, Header]) -> None:
    first = dict[str, int]()
    for position, name in public.items():
        other = first.setdefault(likeness(name), position)
        if other != position:
            raise RefusalError(
                f"header {shown(headers[other].name)} (position {other}) and header {shown(headers[position].name)} "
                f"(position {position}) would both be called {shown(name)}; rename or withhold one of them"
            )


def _columns(headers: Sequence[Header], public: dict[int, str], names: Sequence[str]) -> tuple[Column, ...]:
    number = {name: index for index, name in enumerate(names, start=1)}
    named = [header for header in headers if header.position in public]
    named.sort(key=lambda header: public[header.position])
    approved = [
        Column(f"c{number[public[each.position]]}", each.position, each.name, public[each.position]) for each in named
    ]
    rest = [header for header in headers if header.position not in public]
    withheld = [Column(f"c{len(names) + n}", each.position, each.name, None) for n, each in enumerate(rest, start=1)]
    return (*approved, *withheld)
