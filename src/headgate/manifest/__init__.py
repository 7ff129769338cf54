"""A person's decisions about the headers of one table, closed into an approved manifest."""

from headgate.manifest.approval import check_approval, record_approval
from headgate.manifest.approved import ApprovedManifest, Choice, Column, Decision
from headgate.manifest.close import close, names_digest
from headgate.manifest.decisions import from_mapping, named_in, to_mapping
from headgate.manifest.families import Family, families, wire_columns, wire_names
from headgate.manifest.memory import Memory, Remembered
from headgate.manifest.review import Decided, Proposal, approve_clean, propose, withhold_all
from headgate.manifest.store import ManifestStore

__all__ = [
    "ApprovedManifest",
    "Choice",
    "Column",
    "Decided",
    "Decision",
    "Family",
    "ManifestStore",
    "Memory",
    "Proposal",
    "Remembered",
    "approve_clean",
    "check_approval",
    "close",
    "families",
    "from_mapping",
    "named_in",
    "names_digest",
    "propose",
    "record_approval",
    "to_mapping",
    "wire_columns",
    "wire_names",
    "withhold_all",
]
