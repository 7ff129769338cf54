"""The first row of the data is the first row that is read, whatever stands before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.engines.opening import opened

ROWS = "2026-01-01 00:00,1\n2026-01-01 01:00,2\n2026-01-01 02:00,4\n"
BEFORE = {
    "a plain header": "timestamp,Usage_kWh\n",
    "quoted names": '"timestamp","Usage_kWh"\n',
    "a newline inside a name": 'timestamp,"Usage\nkWh"\n',
    "a quote that is never closed above the header": 'Report of "plant 5\n\ntimestamp,Usage_kWh\n',
    "a title": "Meter readings\n\ntimestamp,Usage_kWh\n",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", BEFORE)
def test_every_row_below_the_header_is_there(name: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes((BEFORE[name] + ROWS).encode(encoding))
    with opened(path, tmp_path) as frame:
        assert frame.count == 3
        assert frame.number(frame.rows[frame.ids[-1]].sum()) == 7
