"""Headers of a folder: files with one schema, read as one table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from headgate.errors import InputError
from headgate.headers.table import Folder, Header, LocalType, Part, Postgres, Table

_MOST_FILES = 10_000
_WIDER = {
    frozenset({LocalType.INTEGER, LocalType.NUMBER}): LocalType.NUMBER,
    frozenset({LocalType.DATE, LocalType.DATETIME}): LocalType.DATETIME,
}


def read(path: Path, read_file: Callable[[Path], Table]) -> Table:
    """The table of all files in the folder, hidden ones and folders left out, in the order of their names.

    Raises InputError where there are none, more than 10,000, or two whose column names or their order differ.
    """
    try:
        files = sorted(each for each in path.iterdir() if not each.name.startswith(".") and not each.is_dir())
    except OSError as error:
        raise InputError(f"{path.name} cannot be read ({error.strerror}); check your right to read it") from None
    if not 0 < len(files) <= _MOST_FILES:
        raise InputError(f"the folder {path.name} holds {len(files):,} files; it takes 1 to {_MOST_FILES:,}")
    tables = [read_file(each) for each in files]
    first = tables[0]
    for table in tables:
        if [header.name for header in table.headers] != [header.name for header in first.headers]:
            raise InputError(
                f"{table.path.name} and {first.path.name} do not have the same columns in the same order; "
                "give a folder whose files do"
            )
    headers = tuple(
        Header(header.position, header.name, _common([table.headers[header.position].local_type for table in tables]))
        for header in first.headers
    )
    parts = tuple(
        Part(table.path.name, table.layout) for table in tables if not isinstance(table.layout, Folder | Postgres)
    )
    headless = next((table.headless for table in tables if table.headless), None)
    doubt = next((table.doubt for table in tables if table.doubt), None)
    return Table(path, Folder(parts), headers, headless, None if headless else doubt)


def _common(types: list[LocalType]) -> LocalType:
    """The type of a column over all files: empty ones say nothing, and the wider of two related ones holds."""
    found = frozenset(types) - {LocalType.EMPTY}
    if len(found) == 1:
        return next(iter(found))
    return _WIDER.get(found, LocalType.TEXT) if found else LocalType.EMPTY
