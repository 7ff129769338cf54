"""A DuckDB that can read nothing but what was loaded into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from headgate.errors import HeadgateError, InputError, UnavailableError

THREADS = 2


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection whose database and spill files lie in `folder`, in UTC, that never fetches an extension.

    It can still open files until `lock` is called.
    """
    connection = duckdb.connect(
        str(folder / "rows.duckdb"),
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": str(folder / "spill"),
            "threads": str(THREADS),
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From now on the connection opens no file, attaches nothing, and no setting can be changed back."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


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
