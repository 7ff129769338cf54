"""Names that differ in their numbers only are one family, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from string import ascii_lowercase

import pytest
from tests.approvals import BOUND

from headgate.catalogue.units import UNITS
from headgate.gate.examples import second_examples
from headgate.headers.table import Header, LocalType
from headgate.manifest import ApprovedManifest, Choice, Decision, Family, close, families, wire_columns, wire_names
from headgate.manifest.families import MOST_SENT_WHOLE
from headgate.screening.vocabulary import vocabulary

# As many names as are sent whole, no two of one family.
OTHERS = tuple("".join(letters) for letters in product("~" + ascii_lowercase, repeat=3))[:MOST_SENT_WHOLE]


def together(*names: str) -> bool:
    """Whether the names are one family in a table that is wide enough, for both reductions."""
    table = (*OTHERS, *names)
    assert list(wire_names(table)) == second_examples(table)
    found = [family for family in families(table) if set(family.members) & set(names)]
    return len(found) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("VAV-101.HTG-O", "VAV-102.HTG-O", "VAV-9.HTG-O"),
        ("421_U10_CLG_VLV", "441_U9_CLG_VLV"),
        ("42G_U1_DAT", "44G_U12_DAT"),
        ("B1F2 temp", "B3F14 temp"),
        ("RM_3200_T", "RM_3200B_T", "RM_11A_T"),
        ("AISLE-1.1_TRIGGER", "AISLE-2.13_TRIGGER"),
        ("Zone12Temp", "Zone7Temp"),
        ("code3 clg vlv", "code712 clg vlv"),
        ("Meter 12 kWh", "Meter 13 kWh"),
        ("1", "2"),
        ("cost_2030_USD", "cost_2040_USD"),
        ("zone 1 CO2", "zone 2 CO2"),
        ("option_01_name", "upgrade05.option_02_name", "upgrade11.option_01_name"),
    ],
    ids=lambda names: names[0],
)
def test_names_that_differ_in_their_numbers_only_are_one_family(names: tuple[str, ...]) -> None:
    assert together(*names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VAV-101.HTG-O", "VAV-101.CLG-O"),
        ("VAV-101.HTG-O", "VAV-101.HTG-T"),  # a single letter says what is measured
        ("AHU-A temp", "AHU-B temp"),
        ("AH-1.DA-T", "AH-1.DA-P"),
        ("T1", "P1"),
        ("Meter 1 kWh", "Meter 1 kW"),
        ("Meter 1 kWh", "Meter 1 MWh"),
        ("Meter 1 kWh", "Meter 1 kwh"),
        ("Meter 1 kWh", "Meter-1 kWh"),
        ("Meter 1 kWh", "Meter kWh"),
        ("Meter 1.2", "Meter 1"),
        ("Meter 1", "Meter #"),
        ("Room 3A", "Room 3B"),  # of one digit and a letter it is not known which of the two counts
        ("F 10F", "F 10"),  # only A to E tell apart what has the same number
        ("42G_U1", "421_U1"),
        ("CO2", "CO3"),
        ("co_2_e", "co_3_e"),
        ("CO 2", "CO 1"),
        ("H2O use", "H3O use"),
        ("PM2.5", "PM10"),
        ("PM2.5", "PM1.0"),
        ("area m2", "area m3"),
        ("Gas m^3", "Gas m^2"),
        ("floor ft_2", "floor ft_3"),
        ("ms-1", "ms-2"),
        ("kW15min", "kW60min"),
        ("max 15min", "max 60min"),
        ("last 24 hours", "last 48 hours"),
        ("mean_7_days", "mean_30_days"),
        ("24h mean", "48h mean"),
        ("load 15Min", "load 30Min"),
        ("cable 10kV", "cable 20kV"),
        ("cable 50Hz", "cable 60Hz"),
        ("mod 15", "mod 30"),
        ("valve 50%", "valve 80%"),
        ("upgrade.a", "a"),
        ("upgrade05a", "a"),
        ("scenario05.a", "a"),
    ],
)
def test_names_that_differ_in_anything_else_are_not(one: str, other: str) -> None:
    assert not together(one, other)


def test_no_number_of_a_known_unit_or_formula_counts() -> None:
    units = [unit for unit in vocabulary().units | set(UNITS) if any(sign.isdigit() for sign in unit)]
    assert len(units) > 60
    other = str.maketrans("0123456789", "7777777777")
    assert [unit for unit in units if together(f"x {unit}", f"x {unit.translate(other)}")] == []


def test_a_table_of_up_to_a_hundred_names_is_sent_whole() -> None:
    names = [f"Meter {number:03}" for number in range(1, MOST_SENT_WHOLE + 1)]
    assert MOST_SENT_WHOLE == 100
    assert wire_names(names) == tuple(names)
    assert wire_names([*names, "Meter 101"]) == ("Meter 001",)
    assert second_examples(names) == names
    assert second_examples([*names, "Meter 101"]) == ["Meter 001"]


def test_the_example_is_the_first_name_and_families_follow_their_examples() -> None:
    found = families((*OTHERS, "b 2", "a 3", "b 10", "a 20"))
    assert [family for family in found if len(family.members) > 1] == [
        Family("a 20", ("a 20", "a 3")),
        Family("b 10", ("b 10", "b 2")),
    ]
    assert [family.example for family in found] == sorted(family.example for family in found)


def manifest_of(names: Sequence[str], renamed: dict[str, str]) -> ApprovedManifest:
    headers = [Header(at, name, LocalType.NUMBER) for at, name in enumerate(names)]
    decisions = [
        Decision(each.position, each.name, Choice.RENAME, renamed[each.name])
        if each.name in renamed
        else Decision(each.position, each.name, Choice.APPROVE, each.name)
        for each in headers
        if each.name != "withheld"
    ]
    return close(headers, decisions, **BOUND)


def test_an_id_on_the_wire_stands_for_the_columns_of_its_family() -> None:
    words = [f"energy x{first}{second}" for first, second in product(ascii_lowercase, repeat=2)][:99]
    manifest = manifest_of(["zone 2 temp", "withheld", "Acme", *words], {"Acme": "zone 1 temp"})
    ids = {column.public_name: column.id for column in manifest.columns}
    wire = wire_columns(manifest)
    names = wire_names(manifest.names)
    assert (len(manifest.names), len(names)) == (101, 100)
    assert list(wire) == [f"c{number}" for number in range(1, 101)]
    assert [wire_id for wire_id, columns in wire.items() if len(columns) > 1] == ["c100"]
    assert wire["c100"] == (ids["zone 1 temp"], ids["zone 2 temp"])
    assert [columns[0] for columns in wire.values()] == [ids[name] for name in names]


def test_in_a_narrow_table_every_id_stands_for_itself() -> None:
    manifest = manifest_of(["zone 1 temp", "zone 2 temp", "withheld"], {})
    assert wire_columns(manifest) == {"c1": ("c1",), "c2": ("c2",)}
