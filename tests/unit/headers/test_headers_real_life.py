"""Exports as they come: everything that is odd about one of them at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from headgate.headers import Delimited, Layout, LocalType, Sheet, Table, read

HOURS = [f"{n:02d}:00" for n in range(24)]


def french_grid(path: Path) -> None:
    """Latin-1 text under the name of a workbook, a tab at the end of each row, and a note below the table."""
    lines = ["Périmètre\tDate\tHeures\tNucléaire\tÉolien\t"]
    lines += [f"France\t2016-06-01\t{hour}\t{40000 + n}\t{n * 3}\t" for n, hour in enumerate(HOURS)]
    lines += ["RTE ne pourra être tenu responsable de l'usage de ces données"]
    path.write_bytes("\r\n".join(lines).encode("latin-1"))


def german_meter(path: Path) -> None:
    """A title block, semicolons, decimal commas, grouped thousands, units in their own way, and a sum at the end."""
    lines = [
        "Zählerauswertung;;;",
        "Zeitraum: 01.01.2026 - 01.01.2026;;;",
        ";;;",
        "Datum;Uhrzeit;Wirkarbeit [kWh];cos φ",
    ]
    lines += [f"01.01.2026;{hour};1.{n + 100},5;0,9{n % 10}" for n, hour in enumerate(HOURS)]
    lines += [";Summe;26.900,0;", "Erstellt am 02.01.2026"]
    path.write_text("\r\n".join(lines), encoding="cp1252", errors="replace")


def italian_log(path: Path) -> None:
    """UTF-16 with tabs, as a spreadsheet saves `Unicode text`."""
    lines = ["Ora\tPotenza attiva (kW)\tNote", *(f"2026-01-01 {hour}\t{n},5\t" for n, hour in enumerate(HOURS))]
    path.write_bytes("\r\n".join(lines).encode("utf-16"))


def american_report(path: Path) -> None:
    """A workbook with a cover sheet, a title over the table, three header rows with merged cells, and notes below."""
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    sheet = book.create_sheet("Data")
    rows: list[list[object]] = [
        ["Monthly sales", None, None, None, None],
        [None, None, None, None, None],
        ["Utility", None, "Residential", None, "Total"],
        ["State", "Year", "Sales", "Revenue", "Sales"],
        [None, None, "MWh", "USD", "MWh"],
    ]
    rows += [["AK", 2019 + n, 1000.5 + n, 20000 + n, 3000 + n] for n in range(12)]
    rows += [[None], ["Note: revenue before tax."], ["Source: form 861"]]
    for row in rows:
        sheet.append(row)
    for merged in ("A1:E1", "A3:B3", "C3:D3", "A4:A5", "B4:B5"):
        sheet.merge_cells(merged)
    book.save(path)


NUMBER, WHOLE, TEXT = LocalType.NUMBER, LocalType.INTEGER, LocalType.TEXT
REAL: dict[str, tuple[Callable[[Path], None], Layout, dict[str, LocalType]]] = {
    "eco2mix.xls": (
        french_grid,
        Delimited("cp1252", "\t", '"', ".", 1),
        {"Périmètre": TEXT, "Date": LocalType.DATE, "Heures": LocalType.TIME, "Nucléaire": WHOLE, "Éolien": WHOLE},
    ),
    "lastgang.csv": (
        german_meter,
        Delimited("cp1252", ";", '"', ",", 4),
        {"Datum": LocalType.DATE, "Uhrzeit": LocalType.TIME, "Wirkarbeit [kWh]": NUMBER, "cos ?": NUMBER},
    ),
    "potenza.txt": (
        italian_log,
        Delimited("utf-16", "\t", '"', ",", 1),
        {"Ora": LocalType.DATETIME, "Potenza attiva (kW)": NUMBER, "Note": LocalType.EMPTY},
    ),
    "sales.xlsx": (
        american_report,
        Sheet("Data", 5),
        {
            "Utility / State": TEXT,
            "Utility / Year": WHOLE,
            "Residential / Sales / MWh": NUMBER,
            "Residential / Revenue / USD": WHOLE,
            "Total / Sales / MWh": WHOLE,
        },
    ),
}


def types(table: Table) -> dict[str, LocalType]:
    return {header.name: header.local_type for header in table.headers}


@pytest.mark.parametrize("name", REAL)
def test_an_export_is_read_as_a_person_would_read_it(name: str, tmp_path: Path) -> None:
    make, layout, expected = REAL[name]
    make(tmp_path / name)
    found = read(tmp_path / name)
    assert found.layout == layout
    assert types(found) == expected
    assert found.headless is None
