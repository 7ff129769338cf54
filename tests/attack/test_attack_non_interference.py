"""Tables with the same approved names give byte-identical requests, whatever else differs; measured at a TLS sink."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dialects import ANSWERS
from tests.tls_server import PLAN as PLAN_TEXT
from tests.tls_server import answers, provider, response

from headgate.analysis import closing
from headgate.errors import IntegrityError, RefusalError
from headgate.gate.envelope import envelope
from headgate.gate.recompute import expected_request
from headgate.gate.send import Gate
from headgate.gate.template import load_template
from headgate.gate.transport import exchange
from headgate.headers import read
from headgate.ledger import DecidedBy, Ledger
from headgate.manifest import ApprovedManifest, Decided, ManifestStore, approve_clean, record_approval
from headgate.providers.profiles import Dialect, Profile
from headgate.screening import screen

KEY = "sk-a-key-of-nobody"
NAMES = ("Date", "Energy kWh", "Temperature", "Machine")
PLAN = load_template("plan-1")
Approve = Callable[[Path, str], ApprovedManifest]


@pytest.fixture
def approve_file(state: object, ledger: Ledger) -> Approve:
    """A file's clean names become an approved manifest, saved and recorded."""

    def approved(path: Path, actor: str) -> ApprovedManifest:
        table = read(path)
        decisions = approve_clean(table.headers, screen([header.name for header in table.headers]))
        made = closing(table, Decided(decisions, DecidedBy.RULE), actor)
        ManifestStore(state).save(made)  # type: ignore[arg-type]
        record_approval(made, ledger)
        return made

    return approved


def table(folder: Path, seed: int) -> Path:
    """A table with the same names and another order, separator, file name, number of rows, types and values."""
    chance = random.Random(seed)
    order = list(NAMES)
    chance.shuffle(order)
    separator = chance.choice([",", ";", "\t"])
    values: dict[str, Callable[[], str]] = {
        "Date": lambda: f"20{chance.randrange(10, 30)}-01-{chance.randrange(1, 28):02} 00:00",
        "Energy kWh": lambda: str(chance.randrange(10**6)) if seed % 2 else f"{chance.random() * 1e4:.3f}",
        "Temperature": lambda: str(chance.randrange(-20, 40)) if seed % 3 else chance.choice(["ND", "12.5"]),
        "Machine": lambda: f"canary-{seed}-{chance.randrange(10**9):x}",
    }
    rows = [[values[name]() for name in order] for _ in range(chance.randrange(3, 60))]
    file = folder / f"secret-site-{seed}.csv"
    file.write_text("\n".join(separator.join(row) for row in [order, *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("profile", Dialect, indirect=True)
def test_tables_with_the_same_approved_names_give_the_same_bytes(
    profile: Profile, certificate: Path, tmp_path: Path, approve_file: Approve, gate: Callable[..., Gate]
) -> None:
    said = answers(response(ANSWERS[profile.dialect](PLAN_TEXT)))
    with provider(said, certificate) as sink:
        there = replace(profile, port=sink.port)
        for seed in range(12):
            manifest = approve_file(table(tmp_path, seed), f"user-{seed}")
            assert manifest.names == tuple(sorted(NAMES))
            gate(there, f"user-{seed}").send(manifest.id, "plan-1", "sink")
    assert len(sink.requests) == 12
    assert len(set(sink.requests)) == 1
    assert not [word for word in (b"canary", b"secret-site", b"user-1") if word in sink.requests[0]]


def test_one_value_slipped_in_among_the_names_would_be_seen(
    profile: Profile, certificate: Path, tmp_path: Path, approve_file: Approve, gate: Callable[..., Gate]
) -> None:
    manifest = approve_file(table(tmp_path, 1), "user")
    slipped = tuple(sorted((*manifest.names, "canary-1")))
    with provider(certificate=certificate) as sink:
        there = replace(profile, port=sink.port)
        gate(there, "user").send(manifest.id, "plan-1", "sink")
        other = envelope(PLAN, slipped, there)
        exchange(other, KEY, there, expected=expected_request(PLAN, slipped, there, KEY))
        assert len(set(sink.requests)) == 2
        assert b"canary-1" in sink.requests[1]
        with pytest.raises(IntegrityError, match="nothing was sent"):
            exchange(other, KEY, there, expected=expected_request(PLAN, manifest.names, there, KEY))
        assert sink.connections == 2


def test_a_manifest_with_a_value_slipped_in_is_not_sent(
    profile: Profile,
    certificate: Path,
    state: object,
    tmp_path: Path,
    approve_file: Approve,
    gate: Callable[..., Gate],
) -> None:
    manifest = approve_file(table(tmp_path, 1), "user")
    forged = replace(manifest, id="m_00000000000000ff", names=tuple(sorted((*manifest.names, "canary-1"))))
    ManifestStore(state).save(forged)  # type: ignore[arg-type]
    with provider(certificate=certificate) as sink:
        with pytest.raises((IntegrityError, RefusalError)):
            gate(replace(profile, port=sink.port), "user").send(forged.id, "plan-1", "sink")
        assert sink.connections == 0
