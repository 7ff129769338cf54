"""Headers of a Parquet file, from its schema alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import InputError
from headgate.headers.table import Header, LocalType, Parquet, Table


def read(path: Path) -> Table:
    """The table of a Parquet file; pandas index columns are headers like any other. Raises InputError where damaged."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError):
        raise InputError(f"{path.name}: the Parquet file is cut short or damaged; write or copy it again") from None
    headers = tuple(Header(at, field.name, _local_type(field.type)) for at, field in enumerate(schema))
    return Table(path, Parquet(), headers)


def _local_type(kind: pa.DataType) -> LocalType:
    if pa.types.is_dictionary(kind):
        return _local_type(kind.value_type)
    for test, local in (
        (pa.types.is_boolean, LocalType.BOOLEAN),
        (pa.types.is_integer, LocalType.INTEGER),
        (pa.types.is_floating, LocalType.NUMBER),
        (pa.types.is_decimal, LocalType.NUMBER),
        (pa.types.is_timestamp, LocalType.DATETIME),
        (pa.types.is_date, LocalType.DATE),
        (pa.types.is_time, LocalType.TIME),
        (pa.types.is_null, LocalType.EMPTY),
    ):
        if test(kind):
            return local
    return LocalType.TEXT
