"""An approval in the ledger: recorded when the manifest is closed, and looked for again before anything is sent."""

from __future__ import annotations

from headgate.canonical import nfc
from headgate.errors import IntegrityError, RefusalError
from headgate.ledger import Entry, Ledger, ManifestApproved, ManifestId, PolicyId, Receipt
from headgate.manifest.approved import ApprovedManifest
from headgate.manifest.close import names_digest


def record_approval(approved: ApprovedManifest, ledger: Ledger) -> Receipt:
    """The ledger's last entry says that this manifest was approved, and is bound to its names, policy and actor."""
    kept = [column for column in approved.columns if column.public_name == nfc(column.header)]
    event = ManifestApproved(
        manifest=ManifestId(approved.id),
        approved=len(kept),
        renamed=len(approved.names) - len(kept),
        withheld=len(approved.columns) - len(approved.names),
        by=approved.by,
        policy=PolicyId(approved.policy),
        names=ledger.commitment(approved.digest.encode("ascii")),
        actor=ledger.commitment(approved.actor.encode()),
    )
    return ledger.append(Entry(approved.approved_at, event))


def check_approval(approved: ApprovedManifest, ledger: Ledger, *, policy: str, actor: str) -> None:
    """The ledger holds the approval of this manifest: of exactly these names, under today's `policy`, by who acts now.

    Raises RefusalError if it holds no approval of this manifest, or if that has ended: it was given under another
    policy or by another actor. Raises IntegrityError if it holds one of other names, or not of the manifest's own
    policy and actor. That is so even where somebody with the master key changed the manifest together with its digest.
    """
    recorded = ledger.approvals(ManifestId(approved.id))
    if not recorded:
        raise RefusalError(f"the ledger has no approval of manifest {approved.id}; approve it again")
    if names_digest(approved.names) != approved.digest or not ledger.opens(
        recorded[0].names, approved.digest.encode("ascii")
    ):
        raise IntegrityError(f"the ledger has the approval of other names for manifest {approved.id}; approve it again")
    if recorded[0].policy != approved.policy or not ledger.opens(recorded[0].actor, approved.actor.encode()):
        raise IntegrityError(
            f"the ledger has manifest {approved.id} approved by somebody else or under another policy; approve it again"
        )
    if approved.policy != policy:
        raise RefusalError(
            f"manifest {approved.id} was approved under policy {approved.policy}, and today's is {policy}: "
            "review the table again"
        )
    if approved.actor != actor:
        raise RefusalError(
            f"manifest {approved.id} was approved by another person than the one who sends it now: who sends has to "
            "review the table first"
        )
