"""A DuckDB that can read nothing but what was loaded into it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from headgate.errors import HeadgateError, InputError, IntegrityError, UnavailableError

THREADS = 2
_AROUND = 300_000_000  # bytes that Python, the libraries and the buffers of a text file take besides the rows


def connect(folder: Path, memory: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection whose database and spill files lie in `folder`, in UTC, that never fetches an extension.

    It can still open files until `lock` is called. What would make the process larger than `memory` bytes (None: rows
    alone may take four fifths of this machine's) is put on disk.
    """
    connection = duckdb.connect(
        str(folder / "rows.duckdb"),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
            # Its time grows with the square of a query's expressions: minutes for a table of 20,000 columns.
            "disabled_optimizers": "common_subexpressions",
            "temp_directory": str(folder / "spill"),
            "threads": str(THREADS),
            **({} if memory is None else {"memory_limit": f"{(memory - _AROUND) // 1000}KB"}),
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From now on the connection opens no file, attaches nothing, and no setting can be changed back."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def probe_lock() -> None:
    """A locked connection refuses to open a file and to be unlocked, and the same connection did open it before.

    Raises IntegrityError where one of the three is not so, UnavailableError without room for a private folder.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            probe = Path(folder) / "probe.csv"
            probe.write_text("1\n", encoding="utf-8")
            connection = connect(Path(folder))
            try:
                _probe(connection, probe)
            finally:
                connection.close()
    except OSError as error:
        raise UnavailableError(f"no private folder can be made for the lock probe ({error.strerror})") from None


def _probe(connection: duckdb.DuckDBPyConnection, probe: Path) -> None:
    reading = f"SELECT * FROM read_csv({quoted(str(probe))}, header=false)"  # noqa: S608
    if not _runs(connection, reading):
        raise IntegrityError(
            "the lock probe proves nothing: DuckDB cannot open the probe file even before it is locked"
        )
    lock(connection)
    for refused in (reading, "SET enable_external_access = true", "SET lock_configuration = false"):
        if _runs(connection, refused):
            raise IntegrityError("a locked DuckDB still opens files or lets itself be unlocked; do not analyse with it")


def _runs(connection: duckdb.DuckDBPyConnection, statement: str) -> bool:
    try:
        connection.execute(statement).fetchall()
    except duckdb.Error:
        return False
    return True


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def plain_errors(doing: str) -> Iterator[None]:
    """What DuckDB raises inside becomes one of our errors; its text may quote cells, so only its class name is kept."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise _unavailable(doing, error) from None
    except duckdb.Error as error:
        raise InputError(f"{doing}: the rows do not fit what the headers promise ({type(error).__name__})") from None


def _unavailable(doing: str, error: duckdb.Error) -> HeadgateError:
    return UnavailableError(
        f"{doing}: this machine could not store or read enough ({type(error).__name__}); "
        "free disk space or memory, then try again"
    )
