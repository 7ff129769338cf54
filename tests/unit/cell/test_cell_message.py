"""A table that comes out of the cell is whole, or it is not used."""

from __future__ import annotations

import struct

import pyarrow as pa
import pytest

from headgate.cell.message import Found, unpacked
from headgate.engines.interface import Result
from headgate.errors import IntegrityError
from headgate.plan.language import Analysis

ANALYSIS = Analysis("kpi_summary", {}, {}, "", "", 1)


def found(data: bytes) -> Found:
    return Found(ANALYSIS, {"t": data}, {}, (), (), (), ())


def stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def test_a_table_that_is_broken_inside_is_not_used() -> None:
    whole = stream(pa.table({"a": ["one", "two"]}))
    ends, text = struct.pack("<3i", 0, 3, 6), b"onetwo"
    assert (whole.count(ends), whole.count(text)) == (1, 1)
    outcome = unpacked(found(whole))
    assert isinstance(outcome, Result)
    assert outcome.tables["t"].column("a").to_pylist() == ["one", "two"], "the control"
    beyond = whole.replace(ends, struct.pack("<3i", 0, 3, 1 << 20))
    assert pa.ipc.open_stream(beyond).read_all().num_rows == 2, "the control: Arrow itself takes it"
    for data in (
        b"",
        b"not Arrow",
        whole[:-40],
        b"\xff\xff\xff\xff\xff\xff\xff\x7f" + whole[8:],
        beyond,
        whole.replace(ends, struct.pack("<3i", 0, 7, 6)),
        whole.replace(ends, struct.pack("<3i", -9, 3, 6)),
        whole.replace(text, b"one\xfftw"),
    ):
        with pytest.raises(IntegrityError):
            unpacked(found(data))
