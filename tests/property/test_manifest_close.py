"""Whatever headers and decisions there are: they are refused, or what comes out is exactly what the gate may take."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from tests.approvals import BOUND

from headgate.errors import RefusalError
from headgate.headers.table import Header, LocalType
from headgate.manifest import ApprovedManifest, Choice, Decision, close

WORDS = st.sampled_from(
    ["energy", "Energy", "kWh", "Ra\u0308ume", "R\u00e4ume", "Temp", "Qwzx", "a@b.de", "a\u200bb", ""]
)
NAMES = WORDS | st.text(max_size=12)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Header], list[Decision]]:
    headers = [Header(at, name, LocalType.TEXT) for at, name in enumerate(draw(st.lists(NAMES, max_size=6)))]
    decisions = []
    for header in headers:
        choice = draw(st.sampled_from(Choice))
        alias = draw(NAMES) if choice is Choice.RENAME else header.name if choice is Choice.APPROVE else None
        decisions.append(Decision(header.position, header.name, choice, alias))
    return headers, draw(st.permutations(decisions))


def attempt(headers: list[Header], decisions: list[Decision]) -> ApprovedManifest | None:
    try:
        return close(headers, decisions, **BOUND)
    except RefusalError:
        return None


@given(tables())
def test_a_manifest_holds_only_names_that_were_decided_and_every_header_once(
    table: tuple[list[Header], list[Decision]],
) -> None:
    headers, decisions = table
    manifest = attempt(headers, decisions)
    if manifest is None:
        return
    decided = {each.position: each for each in decisions if each.choice is not Choice.WITHHOLD}
    columns = {column.position: column for column in manifest.columns}
    assert sorted(columns) == [header.position for header in headers]
    assert [columns[header.position].header for header in headers] == [header.name for header in headers]
    for position, column in columns.items():
        wanted = decided[position].public_name if position in decided else None
        assert column.public_name == (None if wanted is None else unicodedata.normalize("NFC", wanted))
    assert [column.id for column in manifest.columns] == [f"c{n}" for n in range(1, len(headers) + 1)]
    assert tuple(column.public_name for column in manifest.columns)[: len(manifest.names)] == manifest.names
    assert list(manifest.names) == sorted(manifest.names)
    assert all(
        unicodedata.is_normalized("NFC", name) and name.isprintable() and name.strip() for name in manifest.names
    )
    assert len({name.casefold() for name in manifest.names}) == len(manifest.names)


@given(tables(), st.randoms())
def test_neither_the_order_of_decisions_nor_that_of_columns_shows_in_the_names(
    table: tuple[list[Header], list[Decision]], random
) -> None:
    headers, decisions = table
    first = attempt(headers, decisions)
    places = list(range(len(headers)))
    random.shuffle(places)
    moved = [Header(places[each.position], each.name, each.local_type) for each in headers]
    again = [Decision(places[d.position], d.header, d.choice, d.public_name) for d in decisions]
    second = attempt(sorted(moved, key=lambda each: each.position), again)
    assert (first and (first.names, first.digest)) == (second and (second.names, second.digest))
