"""kill -9 at every step of a send: the ledger tells the truth of what left, and takes the next entry."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.tls_server import Authority, provider

from headgate.database import Database, Records
from headgate.gate.store import sent_records
from headgate.ledger import Ledger, SendIntended, SendOutcome
from headgate.manifest import ApprovedManifest

ROOT = Path(__file__).parents[2]
# From which function of the gate on, and how many steps a send has from there, at least.
REACHES = {"send": 3000, "_intend": 800, "exchange": 120, "_end": 500}
SOME = 20  # places of each; `make attack` tries far more


@dataclass
class Crash:
    """A send that was killed at a place: what the ledger gained, and what arrived."""

    place: str
    entries: range
    arrived: bytes = b""


@contextmanager
def crashing(home: Path) -> Iterator[Callable[[str], str]]:
    """Kill a send at a place; gives how it ended: killed, whole or failed."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.attack.crashing", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    given, said = running.stdin, running.stdout
    assert given is not None
    assert said is not None

    def kill(place: str) -> str:
        given.write(f"{place}\n")
        given.flush()
        return said.readline().strip()

    yield kill
    given.close()
    running.wait(60)
    said.close()


@pytest.fixture
def profiles(own_home: Path, authority: Authority) -> Callable[[int], None]:
    def write(port: int) -> None:
        own_home.mkdir(exist_ok=True)
        (own_home / "profiles.toml").write_text(
            f'[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = {port}\nmodel = "m"\n'
            f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n',
            encoding="utf-8",
        )

    return write


def test_whenever_a_gate_is_killed_the_ledger_tells_the_truth(
    own_home: Path,
    profiles: Callable[[int], None],
    certificate: Path,
    approve: Callable[..., ApprovedManifest],
    ledger: Ledger,
    state: Database,
    pytestconfig: pytest.Config,
) -> None:
    approve("Energy kWh", "Gas m3")
    crashes = list[Crash]()
    with provider(None, certificate) as sink, crashing(own_home) as kill:
        profiles(sink.port)
        chance = random.Random(1)
        some = SOME if pytestconfig.getoption("hypothesis_profile", None) != "attack" else 50 * SOME
        for place in (f"{name}-{n}" for name, most in REACHES.items() for n in _some_of(most, some, chance)):
            before = ledger.head().size
            ended = kill(place)
            assert ended in {"killed", "whole"}, place
            assert ledger.verify().ok, place
            if ended == "killed":
                crashes.append(Crash(place, range(before, ledger.head().size)))
        # What was still on its way when a process died has been read when the next whole send has been.
        assert kill("send-0") == "whole"
        arrived = list(sink.requests)
    for crash in crashes:
        start = f"POST /step/{crash.place} ".encode()
        crash.arrived = next((each for each in arrived if each.startswith(start)), b"")
        _tells_the_truth(crash, ledger, sent_records(state))
    # Every kind of end is among them: nothing recorded, an intent without and with a request, and an outcome.
    assert {len(crash.entries) for crash in crashes} == {0, 1, 2}
    assert {bool(crash.arrived) for crash in crashes if len(crash.entries) == 1} == {True, False}


def _some_of(most: int, some: int, chance: random.Random) -> list[int]:
    """Different numbers from 1 on, in order, spread over all."""
    return sorted(chance.sample(range(1, most), min(some, most - 1)))


def _tells_the_truth(crash: Crash, ledger: Ledger, sent: Records) -> None:
    events = [ledger.entry(index).event for index in crash.entries]
    match events:
        case []:
            assert crash.arrived == b"", crash
        case [SendIntended() as intent]:
            assert sent.find(intent.envelope) is not None, crash
            assert crash.entries.start in ledger.unfinished(), crash
        case [SendIntended() as intent, SendOutcome() as outcome]:
            assert (outcome.intent, outcome.left) == (crash.entries.start, True), crash
            assert crash.arrived.replace(b"Bearer sk-a-key-of-nobody", b"Bearer <key>") == sent.find(intent.envelope)
        case _:
            pytest.fail(f"a killed send left {events}")


def test_an_untruthful_ledger_would_be_told(
    approve: Callable[..., ApprovedManifest], ledger: Ledger, state: Database
) -> None:
    approve("Energy kWh")
    with pytest.raises(AssertionError):
        _tells_the_truth(Crash("send-1", range(1, 1), b"POST /step/send-1 HTTP/1.1"), ledger, sent_records(state))
    with pytest.raises(pytest.fail.Exception):
        _tells_the_truth(Crash("send-1", range(0, 1)), ledger, sent_records(state))
