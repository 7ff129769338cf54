"""What an approval is bound to, in tests: the same actor, policy and way of deciding everywhere unless one is tried."""

from __future__ import annotations

from typing import Any

from headgate.clock import now
from headgate.ledger import DecidedBy
from headgate.manifest import ApprovedManifest, Column, names_digest
from headgate.policy import policy_id

ACTOR = "tester"
# What `close` is told beside the headers and the decisions.
BOUND: dict[str, Any] = {
    "actor": ACTOR,
    "by": DecidedBy.PERSON,
    "vocabulary": "v1",
    "policy": policy_id(),
    "headless": None,
}


def manifest_of(*names: str, manifest_id: str = "m_0123456789abcdef", **other: Any) -> ApprovedManifest:
    """The manifest of a review that approved each of these names as it is; `other` are fields to have otherwise."""
    ordered = tuple(sorted(names))
    fields: dict[str, Any] = {
        "columns": tuple(Column(f"c{number}", number - 1, name, name) for number, name in enumerate(ordered, 1)),
        "names": ordered,
        "digest": names_digest(ordered),
        "actor": ACTOR,
        "by": DecidedBy.PERSON,
        "vocabulary": "test",
        "policy": policy_id(),
        "flagged": ordered,  # a person looked at each
        "listed": (),
        "approved_at": now(),
    }
    return ApprovedManifest(id=manifest_id, **(fields | other))
