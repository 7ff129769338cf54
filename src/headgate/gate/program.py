"""Inside the gate's own process: it takes three ids and nothing else, and opens nothing but its state folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headgate.canonical import Json
from headgate.database import open_database
from headgate.errors import IntegrityError
from headgate.gate.send import Gate
from headgate.gate.store import sent_records
from headgate.isolation import IsolationLevel
from headgate.ledger import Ledger
from headgate.manifest import ManifestStore
from headgate.providers import load_profiles
from headgate.sandbox.channel import Message
from headgate.sandbox.process import Answering, Tell
from headgate.sandbox.record import from_json, to_json
from headgate.screening.store import OwnLists


@dataclass(frozen=True, slots=True)
class Sending:
    """All that the gate can be asked."""

    manifest_id: str
    template_id: str
    profile_id: str


def gate(home: Path, keys: Callable[[str], str | None], isolation: IsolationLevel, actor: str) -> Answering:
    """What answers in the gate's process, for this actor alone. Raises as opening state folder and profiles does."""
    database = open_database(home)
    written = home / "profiles.toml"
    profiles = load_profiles(written) if written.exists() else {}
    manifests, ledger, sent = ManifestStore(database), Ledger(database), sent_records(database)
    sender = Gate(manifests, ledger, sent, OwnLists(database), profiles, keys, isolation, actor)

    def answer(message: Message, _tell: Tell) -> Json:
        if message.kind != "send":
            raise IntegrityError("the gate sends, and does nothing else")
        asked = from_json(Sending, message.value)
        return to_json(sender.send(asked.manifest_id, asked.template_id, asked.profile_id))

    return answer
