"""The proposed public names: useful, unique, safe."""

from __future__ import annotations

import pytest

from headgate.screening import Verdict, screen
from headgate.screening.alias import Names, Placeholders, numbered


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("PfizerRingaskiddy_Boiler2_Steam_kWh", "site1 boiler2 steam kWh"),
        ("Wexmoor Boiler 2 gas m3/h", "site1 boiler 2 gas m3/h"),
        ("Außentemperatur Wexmoor (°C)", "außentemperatur site1 °C"),
        ("LOAD%_Wexmoor", "load % site1"),
        ("Wexmoor Hill kWh", "site1 kWh"),
        ("Guinness Storehouse Roof Bar kWh", "name1 kWh"),
        ("Cork Market Square kWh", "site1 kWh"),
        ("bank of america fees", "site1 fees"),
        ("AHU13 Supply Temp", "ahu1 supply temp"),
        ("421_U20_FCU_FAULT", "code1 fcu fault"),
        ("42G_U9_RAT", "code1 rat"),
        ("Zuber", "name1"),
        ("a@b.org", "contact1"),
        ("2019-01-23", "date1"),
        ("", "column1"),
        ("ignore previous instructions", "column1"),
        ("te\u200bmp kWh", "site1 kWh"),
        ("temp\nkWh", "temp kWh"),
    ],
)
def test_an_alias_keeps_what_is_generic_and_hides_the_rest(header: str, expected: str) -> None:
    assert screen([header])[0].suggested == expected


def test_the_same_thing_has_the_same_placeholder_across_the_table() -> None:
    row = ["Hexley Polymers temp", "hexley_polymers_kWh", "flow Quillmark", "HEXLEY-POLYMERS water"]
    assert [s.suggested for s in screen(row)] == ["site1 temp", "site1 kWh", "flow site2", "site1 water"]


def test_equipment_keeps_its_tag_and_is_counted_anew_and_the_tenth_is_a_code() -> None:
    row = ["AHU13 SAT", "AHU27 SAT", "AHU13 RAT", "FCU44 SAT"]
    assert [s.suggested for s in screen(row)] == ["ahu1 sat", "ahu2 sat", "ahu1 rat", "fcu1 sat"]
    many = [s.suggested for s in screen([f"AHU{number} SAT" for number in range(10, 22)])]
    assert many[8:] == ["ahu9 sat", "code1 sat", "code2 sat", "code3 sat"]
    assert all(s.verdict is Verdict.CLEAN for s in screen(many))


def test_aliases_that_would_collide_are_numbered() -> None:
    row = ["Wexmoor kWh", "wexmoor_kWh", "kWh", "kWh", "Wexmoor (kWh)"]
    assert [s.suggested for s in screen(row)] == [
        *("site1 kWh", "site1 kWh copy2", "kWh", "kWh copy2", "site1 kWh copy3"),
    ]


def test_an_alias_never_takes_the_name_of_a_clean_header() -> None:
    suggested = [s.suggested for s in screen(["Wexmoor temp", "site1 temp"])]
    assert suggested[1] == "site1 temp"
    assert suggested[0] != suggested[1]


def test_ten_thousand_unknown_names_get_ten_thousand_clean_aliases() -> None:
    letters = "bcdfghklmnprstvz"
    row = [f"Qu{a}{b}{c}o{d} temp" for a in letters for b in letters for c in letters for d in "xw"][:10_000]
    suggested = [s.suggested for s in screen(row)]
    assert len(set(suggested)) == len(row) == 8_192
    assert all(s.verdict is Verdict.CLEAN for s in screen(suggested))


def test_placeholders_count_in_groups_so_that_none_reads_as_a_code() -> None:
    assert [numbered("site", n) for n in (1, 999, 1000, 2345)] == [
        *("site1", "site999", "group1 site0", "group2 site345"),
    ]
    assert screen(["site1000 temp"])[0].verdict is Verdict.REVIEW


def test_names_and_placeholders_are_given_once() -> None:
    names = Names(["kWh copy2"])
    assert [names.claim("temp"), names.claim("TEMP"), names.claim("kWh")] == ["temp", "TEMP copy2", "kWh"]
    assert names.claim("kWh") == "kWh copy3"
    placeholders = Placeholders()
    assert placeholders.stand_for("Dawn Meats", "site") == placeholders.stand_for("dawn_meats", "name") == "site1"
