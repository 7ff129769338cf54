"""Of a wide table one name of each family reaches the sink, and nothing of how many there are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dialects import ANSWERS
from tests.tls_server import PLAN as PLAN_TEXT
from tests.tls_server import answers, provider, response

from headgate.errors import IntegrityError, RefusalError
from headgate.gate import send
from headgate.gate.send import Gate
from headgate.ledger import Ledger, SendIntended
from headgate.manifest import ApprovedManifest
from headgate.providers.profiles import Profile

Approve = Callable[..., ApprovedManifest]
MEANINGS = ("HTG-O", "CLG-O", "DA-T", "DA-P")


def points(*numbers: int) -> list[str]:
    return [f"VAV-{number}.{each}" for number in (100, *numbers) for each in MEANINGS]


def names_at(request: bytes) -> list[str]:
    asked = json.loads(request.partition(b"\r\n\r\n")[2])
    return [each["name"] for each in json.loads(asked["messages"][1]["content"])["columns"]]


def test_tables_whose_families_begin_alike_give_the_same_bytes_however_many_members_they_have(
    profile: Profile, certificate: Path, approve: Approve, gate: Callable[[Profile], Gate]
) -> None:
    others = [["Date", *points(*numbers)] for numbers in (range(101, 126), range(300, 400), [*range(101, 160), 777])]
    with provider(answers(response(ANSWERS[profile.dialect](PLAN_TEXT))), certificate) as sink:
        there = gate(replace(profile, port=sink.port))
        for at, names in enumerate(others):
            there.send(approve(*names, manifest_id=f"m_{at:016}").id, "plan-1", "sink")
        there.send(approve("Date", *points(), manifest_id="m_1111111111111111").id, "plan-1", "sink")
        there.send(
            approve("Date", *points(99, *range(101, 125)), manifest_id="m_2222222222222222").id, "plan-1", "sink"
        )
    *wide, narrow, earlier = sink.requests
    assert names_at(wide[0]) == ["Date", *sorted(f"VAV-100.{each}" for each in MEANINGS)]
    assert len(set(wide)) == 1
    assert narrow == wide[0]
    assert earlier == wide[0]  # VAV-100 comes before VAV-99 by code point


def test_a_first_computation_that_takes_another_example_sends_nothing(
    profile: Profile,
    certificate: Path,
    approve: Approve,
    gate: Callable[[Profile], Gate],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest = approve("Date", *points(*range(101, 130)))
    skewed = [
        lambda names: names,
        lambda names: names[:1],
        lambda names: ("Date", *(f"VAV-129.{each}" for each in sorted(MEANINGS))),
    ]
    with provider(answers(response(ANSWERS[profile.dialect](PLAN_TEXT))), certificate) as sink:
        there = gate(replace(profile, port=sink.port))
        for reduce in skewed:
            monkeypatch.setattr(send, "wire_names", reduce)
            with pytest.raises(IntegrityError):
                there.send(manifest.id, "plan-1", "sink")
    assert sink.requests == []


def test_a_request_larger_than_the_profile_allows_is_refused_and_one_as_large_is_sent(
    profile: Profile, certificate: Path, approve: Approve, gate: Callable[[Profile], Gate], ledger: Ledger
) -> None:
    manifest = approve("Date", "Energy kWh")
    with provider(answers(response(ANSWERS[profile.dialect](PLAN_TEXT))), certificate) as sink:
        there = replace(profile, port=sink.port)
        size = len(gate(there).send(manifest.id, "plan-1", "sink").envelope.body)
        bounds = [replace(there, settings=replace(there.settings, max_request_bytes=size - less)) for less in (0, 1)]
        gate(bounds[0]).send(manifest.id, "plan-1", "sink")
        with pytest.raises(RefusalError, match=f"{size:,} bytes .* {size - 1:,}.*max_request_bytes"):
            gate(bounds[1]).send(manifest.id, "plan-1", "sink")
    assert len(sink.requests) == 2
    assert sum(isinstance(entry.event, SendIntended) for entry in ledger.entries()) == 2
