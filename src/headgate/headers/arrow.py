"""Headers and local types of an Arrow schema."""

from __future__ import annotations

import pyarrow as pa

from headgate.headers.table import Header, LocalType


def headers_of(schema: pa.Schema) -> tuple[Header, ...]:
    """The fields of the schema as headers, in its order; pandas index columns are headers like any other."""
    return tuple(Header(at, field.name, _local_type(field.type)) for at, field in enumerate(schema))


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
