"""Headers of a Parquet file, from its schema alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import InputError
from headgate.headers.arrow import headers_of
from headgate.headers.table import Parquet, Table


def read(path: Path) -> Table:
    """The table of a Parquet file. Raises InputError where it is damaged."""
    try:
        return Table(path, Parquet(), headers_of(pq.read_schema(path)))
    except (pa.ArrowException, OSError, ValueError):
        raise InputError(f"{path.name}: the Parquet file is cut short or damaged; write or copy it again") from None
