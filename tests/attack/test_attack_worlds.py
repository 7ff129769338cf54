"""Non-interference as a property: whatever else differs, the same approved names are the same bytes at a TLS sink."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.canaries import Canaries, Kind
from tests.dialects import ANSWERS, parts, profile_of
from tests.scale import times
from tests.tls_server import PLAN, Authority, Provider, answers, provider, response
from tests.worlds import POOL, WORLDS, World, table

from headgate import settings as ours
from headgate.analysis import closing, screened_headers
from headgate.database import open_database
from headgate.gate.envelope import envelope
from headgate.gate.recompute import expected_request
from headgate.gate.send import Gate
from headgate.gate.store import sent_records
from headgate.gate.template import load_template
from headgate.gate.transport import exchange
from headgate.headers import read
from headgate.isolation import IsolationLevel
from headgate.ledger import AnalysisRun, DecidedBy, Entry, Ledger, ProviderKind
from headgate.manifest import ApprovedManifest, Decided, ManifestStore, from_mapping, record_approval, wire_names
from headgate.providers.profiles import Dialect, Profile
from headgate.screening.store import OwnLists

KEY = "sk-a-key-of-nobody"
NAMES = st.lists(st.sampled_from(POOL), min_size=1, max_size=6, unique=True)
FIRST = World(seed=0, form="csv", rows=3, order=0, kinds="w", renamed=frozenset(), withheld=0)

Sinks = Mapping[Dialect, tuple[Provider, Profile]]


@pytest.fixture(scope="module")
def sinks(authority: Authority, certificate: Path) -> Iterator[Sinks]:
    """A TLS sink for each dialect, and the profile that leads to it."""
    with ExitStack() as stack:
        yield {dialect: _sink(dialect, authority, certificate, stack) for dialect in Dialect}


def _sink(dialect: Dialect, authority: Authority, certificate: Path, stack: ExitStack) -> tuple[Provider, Profile]:
    sink = stack.enter_context(provider(answers(response(ANSWERS[dialect](PLAN))), certificate))
    there = replace(
        profile_of(dialect),
        name="sink",
        host="localhost",
        port=sink.port,
        key_env="SINK_KEY",
        ca_file=authority.file,
        loopback=True,
    )
    return sink, there


@contextmanager
def user(canaries: Canaries) -> Iterator[None]:
    """Somebody else, elsewhere: a login, an actor, a home, a time zone and a variable of their own."""
    before = dict(os.environ)
    os.environ |= {
        "HEADGATE_ACTOR": canaries.word(Kind.ACTOR),
        "LOGNAME": canaries.word(Kind.LOGIN),
        "USER": canaries.word(Kind.LOGIN),
        "HOME": f"/home/{canaries.word(Kind.HOME)}",
        "HOSTNAME": canaries.word(Kind.VARIABLE),
        f"V{canaries.word(Kind.VARIABLE)}": canaries.word(Kind.VARIABLE),
        "LANG": canaries.chance.choice(["C", "de_DE.UTF-8", "tr_TR.UTF-8"]),
        "TZ": canaries.chance.choice(["UTC", "Asia/Kathmandu", "America/St_Johns"]),
    }
    time.tzset()
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ |= before
        time.tzset()


def approved(world: World, names: Sequence[str], folder: Path, canaries: Canaries) -> ApprovedManifest:
    """The manifest of the world's table in which a person approved exactly these names, at some time."""
    made = table(world, names, folder, canaries)
    found = read(made.path)
    if found.headless is not None:
        found = read(made.path, names=made.columns)
    decisions = from_mapping(made.decisions(), found.headers, screened_headers(found))
    actor = ours.from_environment().actor
    closed = closing(found, Decided(decisions, DecidedBy.FILE), actor)
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=canaries.chance.randrange(10**9))
    return replace(closed, approved_at=at)


Send = Callable[[ApprovedManifest], object]


@contextmanager
def whole_gate(there: Profile, home: Path) -> Iterator[Send]:
    """What sends through the gate with its ledger and its stores, in a state folder that each world adds to."""
    state = open_database(home)
    ledger, manifests = Ledger(state), ManifestStore(state)
    sent = sent_records(state)

    def send(manifest: ApprovedManifest) -> object:
        keys, actor = {"SINK_KEY": KEY}.get, manifest.actor
        gate = Gate(manifests, ledger, sent, OwnLists(state), {"sink": there}, keys, IsolationLevel.L0, actor)
        run = AnalysisRun(None, ProviderKind.LOCAL, IsolationLevel.L0, len(manifest.columns), 0, 0)
        ledger.append(Entry(manifest.approved_at, run))
        manifests.save(manifest)
        record_approval(manifest, ledger)
        return gate.send(manifest.id, "plan-1", "sink")

    yield send
    state.close()


@contextmanager
def bare_wire(there: Profile, _home: Path) -> Iterator[Send]:
    """What computes and sends as the gate does, and keeps nothing: a tenth of the time."""
    template = load_template("plan-1")

    def send(manifest: ApprovedManifest) -> object:
        expected = expected_request(template, manifest.names, there, KEY)
        return exchange(envelope(template, wire_names(manifest.names), there), KEY, there, expected=expected)

    yield send


Way = Callable[[Profile, Path], AbstractContextManager[Send]]


def sent(
    way: Way, worlds: Sequence[World], names: Sequence[str], sink: Provider, there: Profile
) -> tuple[list[bytes], list[Canaries]]:
    """The one request of each world, as it came to the sink, and each world's tokens."""
    requests, tokens = [], []
    with tempfile.TemporaryDirectory() as place, way(there, Path(place) / "home") as send:
        for world in worlds:
            canaries = Canaries(random.Random(world.seed))
            folder = Path(place) / canaries.word(Kind.FILE)
            folder.mkdir(exist_ok=True)
            with user(canaries):
                manifest = approved(world, names, folder, canaries)
                before = len(sink.requests)
                send(manifest)
            (request,) = sink.requests[before:]
            requests.append(request)
            tokens.append(canaries)
    return requests, tokens


def same(way: Way, dialect: Dialect, names: list[str], worlds: list[World], sinks: Sinks) -> None:
    requests, tokens = sent(way, [FIRST, *worlds], names, *sinks[dialect])
    assert set(requests) == {requests[0]}
    if len(worlds) % 8 == 0:  # a search takes as long as twenty worlds
        assert tokens[-1].spotted(requests[0], depth=1) == set()


@settings(max_examples=times(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(dialect=st.sampled_from(Dialect), names=NAMES, worlds=st.lists(WORLDS, min_size=1, max_size=6))
def test_worlds_that_share_their_approved_names_give_the_same_bytes(
    dialect: Dialect, names: list[str], worlds: list[World], sinks: Sinks
) -> None:
    same(whole_gate, dialect, names, worlds, sinks)


@settings(max_examples=times(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(dialect=st.sampled_from(Dialect), names=NAMES, worlds=st.lists(WORLDS, min_size=10, max_size=20))
def test_thousands_of_pairs_of_worlds_give_the_same_bytes(
    dialect: Dialect, names: list[str], worlds: list[World], sinks: Sinks
) -> None:
    same(bare_wire, dialect, names, worlds, sinks)


@settings(max_examples=times(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(dialect=st.sampled_from(Dialect), names=NAMES, world=WORLDS, withheld=st.integers(5, 40))
def test_columns_that_are_withheld_leave_the_bytes_as_they_are(
    dialect: Dialect, names: list[str], world: World, withheld: int, sinks: Sinks
) -> None:
    same(bare_wire, dialect, names, [world, replace(world, withheld=world.withheld + withheld)], sinks)


@settings(max_examples=times(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(dialect=st.sampled_from(Dialect), names=NAMES, world=WORLDS, added=st.sampled_from(POOL))
def test_one_name_more_is_that_name_more_and_nothing_else(
    dialect: Dialect, names: list[str], world: World, added: str, sinks: Sinks
) -> None:
    assume(added not in names)
    (few,), _ = sent(bare_wire, [world], names, *sinks[dialect])
    (more,), _ = sent(bare_wire, [world], [*names, added], *sinks[dialect])
    assert columns(dialect, few) == sorted(names)
    assert columns(dialect, more) == sorted([*names, added])
    assert without_names(dialect, few) == without_names(dialect, more)


def columns(dialect: Dialect, request: bytes) -> list[str]:
    """The names in a request, by their ids, which count them."""
    _, user, _ = parts(dialect, request.partition(b"\r\n\r\n")[2])
    found = json.loads(user)
    assert found.keys() == {"columns"}
    assert [each["id"] for each in found["columns"]] == [f"c{n}" for n in range(1, len(found["columns"]) + 1)]
    return [each["name"] for each in found["columns"]]


def without_names(dialect: Dialect, request: bytes) -> tuple[object, ...]:
    """A request but for the names and its own length."""
    head, _, body = request.partition(b"\r\n\r\n")
    instructions, _, rest = parts(dialect, body)
    return re.sub(rb"Content-Length: \d+", b"", head), instructions, rest


# A leak is a world that is seen in the request: each of these ways lets one through, in this test alone.
LEAKS: Mapping[str, Callable[[ApprovedManifest, World], Sequence[str]]] = {
    "a cell among the names": lambda manifest, world: [*manifest.names, f"cell {world.seed}"],
    "base64 of a cell in a name": lambda manifest, world: [
        *manifest.names[:-1],
        manifest.names[-1] + base64.b64encode(str(world.seed).encode()).decode(),
    ],
    "the original of a renamed header": lambda manifest, _world: [each.header for each in manifest.columns],
    "the order of the source": lambda manifest, _world: [
        f"{place} {each.public_name}"
        for place, each in enumerate(sorted(manifest.columns, key=lambda each: each.position))
        if each.public_name is not None
    ],
    "how many are withheld": lambda manifest, _world: [*manifest.names, f"{len(manifest.columns)} columns"],
    "who approved": lambda manifest, _world: [*manifest.names, manifest.actor],
    "when it was approved": lambda manifest, _world: [*manifest.names, manifest.approved_at.isoformat()],
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_leak_of_each_kind_would_be_seen(leak: str, sinks: Sinks) -> None:
    @contextmanager
    def leaking(there: Profile, home: Path) -> Iterator[Send]:
        with bare_wire(there, home) as send:
            todo = iter(worlds)
            yield lambda manifest: send(replace(manifest, names=tuple(sorted(set(LEAKS[leak](manifest, next(todo)))))))

    worlds = [World(seed, "csv", 3, seed, "w", frozenset({seed % 3}), seed % 4) for seed in range(5, 9)]
    requests, _ = sent(leaking, worlds, POOL[:4], *sinks[Dialect.OPENAI_CHAT])
    assert len(set(requests)) > 1
