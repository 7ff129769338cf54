"""The ledger's head, and the small file beside the database that remembers it, so that an older copy is noticed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from headgate.canonical import Json, canonical_json
from headgate.database import write_durably

FILE = "ledger.head"

_ROOT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Head:
    """How many entries the ledger has, and the root hash over them (64 lower-case hexadecimal digits)."""

    size: int
    root: str

    def to_json(self) -> dict[str, Json]:
        """The head as a JSON object."""
        return {"root": self.root, "size": self.size}


def write_head(home: Path, head: Head) -> None:
    """The folder's `ledger.head` holds this head, on disk. Raises InputError or UnavailableError."""
    write_durably(home / FILE, canonical_json(head.to_json()) + b"\n")


def read_head(home: Path) -> Head | None:
    """The head the folder's `ledger.head` remembers; None where the file is missing or holds anything else."""
    try:
        text = (home / FILE).read_bytes()
        found = json.loads(text)
        head = Head(found["size"], found["root"])
        whole = type(head.size) is int and head.size >= 0 and _ROOT.fullmatch(head.root) is not None
        return head if whole and canonical_json(head.to_json()) + b"\n" == text else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
