"""`headgate lists`: the workspace's own clients, sites and people, read from a file or pasted, and kept here."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from headgate import app
from headgate.cli import show
from headgate.errors import InputError
from headgate.screening.spelling import OwnKind

KINDS = {"clients": OwnKind.CLIENT, "sites": OwnKind.SITE, "people": OwnKind.PERSON}
_MOST = 1 << 24
# What a table of names calls its first column.
_HEADINGS = frozenset(
    {"name", "names", "client", "clients", "client name", "customer", "customers", "customer name", "company", "site"}
    | {"sites", "site name", "location", "person", "people", "employee", "full name"}
)


def add(kind: str, source: str) -> None:
    """The names of the file, or pasted on standard input for `-`, are on the list."""
    wanted = _kind(kind)
    read = _first_column if source.lower().endswith((".csv", ".tsv")) else _pasted
    names = list(read(_text(source)))
    if not names:
        raise InputError("there is no name in what was given: write one on each line")
    show.out.print(f"{len(names)} read; {app.add_own(wanted, names)} on the list of {kind}. They stay here.")


def listed(kind: str | None, *, entries: bool, as_json: bool) -> None:
    """How many names each list has or, where they are asked for, which."""
    wanted = {kind: _kind(kind)} if kind is not None else KINDS
    found = app.own_entries()
    texts = {word: [name.text for name in found if name.kind is one] for word, one in wanted.items()}
    if as_json:
        said = {word: {"count": len(names), "names": names if entries else None} for word, names in texts.items()}
        show.document(said)
        return
    for word, names in texts.items():
        show.out.print(f"{word}: {len(names)}")
        for name in names if entries else ():
            show.out.print(show.shown(name), soft_wrap=True)


def remove(kind: str, names: list[str], *, everything: bool) -> None:
    """These names, or all, are not on the list any more."""
    if everything == bool(names):
        raise InputError("name what is to be removed, or give --all")
    gone = app.remove_own(_kind(kind), None if everything else names)
    if not gone and not everything:
        raise InputError(f"none of these is on the list of {kind}: headgate lists show {kind} --entries shows what is")
    show.out.print(f"{gone} removed from the list of {kind}.")


def _kind(word: str) -> OwnKind:
    if word not in KINDS:
        raise InputError(f"there is no list {word[:40]!r}: {', '.join(KINDS)}")
    return KINDS[word]


def _text(source: str) -> str:
    """What the file holds, or standard input for `-`. Raises InputError where that is no text, or more than 16 MB."""
    path = Path(source)
    try:
        if source == "-":
            data = sys.stdin.buffer.read(_MOST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(_MOST + 1)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except OSError:
        raise InputError(f"{path}: the file cannot be read") from None
    if len(data) > _MOST:
        raise InputError(f"{path}: more than {_MOST >> 20} MB are no list of names")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: the list is not UTF-8 text") from None


def _pasted(text: str) -> Iterator[str]:
    """One name a line, up to a tab; blank lines and those that begin with # say nothing."""
    for line in text.splitlines():
        name = line.partition("\t")[0].strip().strip('"').strip()
        if name and not line.lstrip().startswith("#"):
            yield name


def _first_column(text: str) -> Iterator[str]:
    """The first cell of each row, without a heading; the sign between cells is the one the first row has most of."""
    first = text.partition("\n")[0]
    rows = csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count))
    for number, row in enumerate(rows):
        name = row[0].strip() if row else ""
        if name and not name.startswith("#") and not (number == 0 and name.casefold() in _HEADINGS):
            yield name
