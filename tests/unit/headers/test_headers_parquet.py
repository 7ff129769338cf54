"""Parquet: names and types are the schema's."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.headers import LocalType, Parquet, read

FIELDS = {
    pa.timestamp("us", "UTC"): LocalType.DATETIME,
    pa.date32(): LocalType.DATE,
    pa.time64("us"): LocalType.TIME,
    pa.int16(): LocalType.INTEGER,
    pa.uint64(): LocalType.INTEGER,
    pa.float32(): LocalType.NUMBER,
    pa.decimal128(9, 2): LocalType.NUMBER,
    pa.bool_(): LocalType.BOOLEAN,
    pa.string(): LocalType.TEXT,
    pa.list_(pa.int8()): LocalType.TEXT,
    pa.dictionary(pa.int8(), pa.string()): LocalType.TEXT,
    pa.null(): LocalType.EMPTY,
}


@pytest.mark.parametrize("kind", FIELDS, ids=str)
def test_the_schema_gives_names_and_types(tmp_path: Path, kind: pa.DataType) -> None:
    path = tmp_path / "plant.csv"  # its bytes, not its name, say that it is Parquet
    schema = pa.schema([("a", kind), ("__index_level_0__", pa.int64())])
    pq.write_table(schema.empty_table(), path)
    found = read(path)
    assert [(header.position, header.name, header.local_type) for header in found.headers] == [
        (0, "a", FIELDS[kind]),
        (1, "__index_level_0__", LocalType.INTEGER),
    ]
    assert found.layout == Parquet()
    assert found.headless is None
