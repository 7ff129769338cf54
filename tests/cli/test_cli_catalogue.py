"""`headgate catalogue`: what names mean, by themselves."""

from __future__ import annotations

import json

from tests.cli.commands import headgate


def test_a_line_that_is_no_table_is_refused_and_nothing_is_said() -> None:
    done = headgate("catalogue", "--rows", stdin='{"headers": "kWh"}\n')
    assert done.code == 2
    assert "line 1" in done.err
    assert done.out == ""


def test_each_name_gets_one_object_in_its_order() -> None:
    done = headgate("catalogue", stdin="timestamp\nUsage_kWh\nOutdoor temp (°C)\nQuillmark\n")
    assert done.code == 0
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [one["header"] for one in found] == ["timestamp", "Usage_kWh", "Outdoor temp (°C)", "Quillmark"]
    assert found[0]["role"] == "timestamp"
    assert (found[1]["quantity"], found[1]["unit"], found[1]["fold"]) == ("energy", "kWh", "sum")
    assert (found[2]["role"], found[2]["unit"]) == ("temperature_outdoor", "°C")
    assert (found[3]["role"], found[3]["quantity"], found[3]["unit"]) == ("unknown", None, None)
    assert all(set(one) == set(found[0]) and 0 <= one["confidence"] <= 1 for one in found)


def test_names_of_one_table_explain_each_other_and_those_of_another_do_not() -> None:
    row = ["SAT", "CHWVlvPos", "RAT", "RaTemp", "SaFanSpd", "ZN-T"]
    tables = [json.dumps({"headers": names}) for names in (row, ["RAT"])]
    found = [json.loads(line) for line in headgate("catalogue", "--rows", stdin="\n".join(tables)).out.splitlines()]
    assert len(found) == 7
    assert found[2]["quantity"] == "temperature"
    assert found[6]["quantity"] is None
