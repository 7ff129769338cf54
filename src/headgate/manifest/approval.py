"""An approval in the ledger: recorded when the manifest is closed, and looked for again before anything is sent."""

from __future__ import annotations

from headgate.canonical import nfc
from headgate.errors import IntegrityError, RefusalError
from headgate.ledger import Entry, Ledger, ManifestApproved, ManifestId, Receipt
from headgate.manifest.approved import ApprovedManifest
from headgate.manifest.close import names_digest


def record_approval(approved: ApprovedManifest, ledger: Ledger) -> Receipt:
    """The ledger's last entry says that this manifest was approved, and commits to the digest of its names."""
    kept = [column for column in approved.columns if column.public_name == nfc(column.header)]
    event = ManifestApproved(
        manifest=ManifestId(approved.id),
        approved=len(kept),
        renamed=len(approved.names) - len(kept),
        withheld=len(approved.columns) - len(approved.names),
        names=ledger.commitment(approved.digest.encode("ascii")),
    )
    return ledger.append(Entry(approved.approved_at, event))


def check_approval(approved: ApprovedManifest, ledger: Ledger) -> None:
    """The ledger holds the approval of this manifest with exactly these names.

    Raises RefusalError if it holds no approval of this manifest, IntegrityError if it holds one of other names. That is
    so even where somebody with the master key changed the manifest together with its digest.
    """
    recorded = ledger.approvals(ManifestId(approved.id))
    if not recorded:
        raise RefusalError(f"the ledger has no approval of manifest {approved.id}; approve it again")
    if names_digest(approved.names) != approved.digest or not ledger.opens(
        recorded[0].names, approved.digest.encode("ascii")
    ):
        raise IntegrityError(f"the ledger has the approval of other names for manifest {approved.id}; approve it again")
