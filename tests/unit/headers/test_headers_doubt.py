"""Names that may be data are approved by a person, never by a rule."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from headgate.analysis import screened_headers
from headgate.headers import read
from headgate.manifest import approve_clean
from headgate.screening import Verdict

DOUBTED = {
    "words over words": "Mark,Stone,female,married\nRose,Bishop,male,single\nMay,Long,female,single\n",
    "one row and no other": "Mark,Stone,cancer\n",
    "a title block as wide as the table": "Client,Stone\nsalary,high\ntime,kWh\n2026-01-01,1\n2026-01-02,2\n",
    "a title row over many rows": "Patient,Stone\ntime,kWh\n"
    + "".join(f"2026-01-01 {n:02d}:00,{n}\n" for n in range(24)),
}
CERTAIN = {
    "a meter": "timestamp,Usage_kWh\n2026-01-01 00:00,1\n2026-01-01 01:00,2\n",
    "a first value that is missing": "timestamp,Usage_kWh\n2026-01-01 00:00,ND\n2026-01-01 01:00,2\n",
    "words beside numbers": "product,amount\nbolt,3\nnut,4\n",
}


def approved(path: Path) -> list[str | None]:
    table = read(path)
    decisions = approve_clean(table.headers, screened_headers(table))
    return [decision.public_name for decision in decisions if decision.public_name is not None]


@pytest.mark.parametrize("name", DOUBTED)
def test_no_rule_approves_a_name_that_may_be_data(name: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(DOUBTED[name], encoding="utf-8")
    assert approved(tmp_path / "t.csv") == []
    table = read(tmp_path / "t.csv")
    assert table.doubt or table.headless
    assert all(one.verdict is not Verdict.CLEAN for one in screened_headers(table))


@pytest.mark.parametrize("name", CERTAIN)
def test_names_over_numbers_are_names(name: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CERTAIN[name], encoding="utf-8")
    assert read(tmp_path / "t.csv").doubt is None
    assert len(approved(tmp_path / "t.csv")) == 2


def test_a_row_of_data_taken_into_the_names_of_a_sheet_is_noticed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Contact", None, "Status", "Energy kWh"], ["Max", "Lange", "open", 12], ["Rosa", "Long", "shut", 15]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    book.save(tmp_path / "t.xlsx")
    assert approved(tmp_path / "t.xlsx") == []


def test_keys_that_differ_from_object_to_object_are_not_approved(tmp_path: Path) -> None:
    lines = [f'{{"power": {n}, "Customer {n}": 1}}' for n in range(9)]
    (tmp_path / "t.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert approved(tmp_path / "t.jsonl") == []
    (tmp_path / "t.jsonl").write_text('{"power": 1}\n{"power": 2}\n', encoding="utf-8")
    assert approved(tmp_path / "t.jsonl") == ["power"]
