"""A private authority, a profile for a server of the tests' own, and a gate whose state is this test's alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.approvals import ACTOR, manifest_of
from tests.dialects import profile_of
from tests.tls_server import Authority

from headgate.database import Database, open_database
from headgate.gate.send import Gate
from headgate.gate.store import sent_records
from headgate.isolation import IsolationLevel
from headgate.ledger import Ledger
from headgate.manifest import ApprovedManifest, ManifestStore, record_approval
from headgate.providers.profiles import Dialect, Profile
from headgate.screening.store import OwnLists

KEY = "sk-a-key-of-nobody"


@pytest.fixture
def profile(request: pytest.FixtureRequest, authority: Authority) -> Profile:
    """A profile of a server on this machine; `port` is to be replaced. A test may ask for one of each dialect."""
    usual = profile_of(getattr(request, "param", Dialect.OPENAI_CHAT))
    return replace(
        usual,
        name="sink",
        host="localhost",
        port=1,
        key_env="SINK_KEY",
        ca_file=authority.file,
        loopback=True,
        settings=replace(usual.settings, timeout_seconds=1),
    )


@pytest.fixture
def state(own_home: Path) -> Iterator[Database]:
    database = open_database(own_home)
    yield database
    database.close()


@pytest.fixture
def ledger(state: Database) -> Ledger:
    return Ledger(state)


@pytest.fixture
def approve(state: Database, ledger: Ledger) -> Callable[..., ApprovedManifest]:
    """Names become an approved manifest, saved and recorded, as after a review that approved each as it is."""

    def close(*names: str, manifest_id: str = "m_0123456789abcdef", **other: object) -> ApprovedManifest:
        approved = manifest_of(*names, manifest_id=manifest_id, **other)
        ManifestStore(state).save(approved)
        record_approval(approved, ledger)
        return approved

    return close


@pytest.fixture
def gate(state: Database, ledger: Ledger) -> Callable[..., Gate]:
    """A gate that knows one profile and one key, for who approves in these tests unless another actor is named."""
    return lambda profile, actor=ACTOR: Gate(
        ManifestStore(state),
        ledger,
        sent_records(state),
        OwnLists(state),
        {profile.name: profile},
        {"SINK_KEY": KEY}.get,
        IsolationLevel.L0,
        actor,
    )
