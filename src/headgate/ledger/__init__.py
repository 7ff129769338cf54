"""The append-only log of what was approved, what was sent and what was run, which can show that it was not changed."""

from headgate.ledger.entry import (
    DECIDERS,
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
from headgate.ledger.head import Head
from headgate.ledger.log import Ledger, Receipt
from headgate.ledger.verification import Problem, Verification

__all__ = [
    "DECIDERS",
    "AnalysisRun",
    "Commitment",
    "DecidedBy",
    "Digest",
    "Entry",
    "Event",
    "EventKind",
    "Head",
    "Ledger",
    "ManifestApproved",
    "ManifestId",
    "Outcome",
    "PolicyId",
    "Problem",
    "ProviderKind",
    "Receipt",
    "SendIntended",
    "SendOutcome",
    "TlsVersion",
    "Verification",
    "parse_entry",
]
