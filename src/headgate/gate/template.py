"""Templates: versioned instructions and the constant schema of the answer, each version pinned by its hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from headgate.canonical import Json, sha256
from headgate.errors import InputError, IntegrityError

# A released template is never rewritten: what it says is part of what leaves, so a change is a new version.
HASHES: Mapping[str, str] = {
    "plan-1": "42e9da47685f1d9e338eaa0c524214d06a22af37c407bbd7d669240691849a5f",
}


@dataclass(frozen=True, slots=True)
class Template:
    """What is asked, the same for every table: the instructions, the answer's schema, and the hash over both.

    `spelling` is the schema as its file spells it, in canonical JSON: what the second computation sends.
    """

    id: str
    instructions: str
    schema: Mapping[str, Json]
    spelling: str
    hash: str


def load_template(template_id: str) -> Template:
    """The template of that id, equal to its pinned hash: SHA-256 of instructions, a zero byte and the schema.

    Raises `InputError` for an id that is not known and `IntegrityError` for files that are not the pinned ones.
    """
    if template_id not in HASHES:
        raise InputError(f"there is no template '{template_id}': choose one of {', '.join(HASHES)}")
    folder = files("headgate.gate") / "templates"
    try:
        instructions = (folder / f"{template_id}.md").read_bytes()
        schema = (folder / f"{template_id}.schema.json").read_bytes()
    except OSError:
        raise IntegrityError(f"the files of template '{template_id}' are missing: install Headgate again") from None
    return verified(template_id, instructions, schema)


def verified(template_id: str, instructions: bytes, schema: bytes) -> Template:
    """The template of these bytes. Raises `IntegrityError` where they are not the pinned ones of that id."""
    found = sha256(b"\0".join((instructions, schema)))
    if found != HASHES[template_id]:
        raise IntegrityError(
            f"template '{template_id}' is not the one this version was made with: install Headgate again"
        )
    return Template(template_id, instructions.decode(), json.loads(schema), schema.decode(), found)
