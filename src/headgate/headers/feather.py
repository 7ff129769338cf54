"""Headers of an Arrow IPC file (Feather version 2), from its schema alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from headgate.errors import InputError
from headgate.headers.arrow import headers_of
from headgate.headers.table import Feather, Table


def read(path: Path) -> Table:
    """The table of an Arrow IPC file. Raises InputError where it is damaged or a stream instead of a file."""
    try:
        with pa.memory_map(str(path)) as source:
            return Table(path, Feather(), headers_of(pa.ipc.open_file(source).schema))
    except (pa.ArrowException, OSError, ValueError):
        raise InputError(f"{path.name}: the Feather file is cut short or damaged; write or copy it again") from None
