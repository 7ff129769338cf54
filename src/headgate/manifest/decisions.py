"""Decisions as a file holds them: read strictly, every unknown word refused by name, and written to be read again.

[[decision]]
header = "Energy_kWh"
choice = "rename"            # approve | rename | withhold
public_name = "site energy"  # for rename
position = 3                 # from 0; only needed where two columns have the same header

[names]                      # the short form: an alias, true to approve, false to withhold
"Lagging PF" = true
"Client" = false
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from headgate.canonical import Json, nfc
from headgate.errors import InputError, RefusalError
from headgate.headers.table import Header
from headgate.manifest.approved import Choice, Decision
from headgate.manifest.public_name import blocked_message, shown
from headgate.manifest.review import withhold_all
from headgate.screening.finding import Screened, Verdict

_KEYS = {"header", "choice", "public_name", "position"}


@dataclass(frozen=True, slots=True)
class _Wish:
    """One line of the file, before it is known whether the table has such a header."""

    header: str
    position: int | None
    choice: Choice
    alias: str | None


def from_mapping(
    mapping: Mapping[str, object], headers: Sequence[Header], screened: Sequence[Screened]
) -> tuple[Decision, ...]:
    """The decisions of a parsed TOML or JSON file for this table, in the order of the headers; the rest is withheld.

    Raises as `named_in` does.
    """
    decided = {each.position: each for each in named_in(mapping, headers, screened)}
    return tuple(decided.get(each.position, each) for each in withhold_all(headers))


def named_in(
    mapping: Mapping[str, object], headers: Sequence[Header], screened: Sequence[Screened]
) -> tuple[Decision, ...]:
    """The decisions of a parsed TOML or JSON file on the headers of this table that it names.

    `screened` is the screening of the same names in the same order. Headers are matched by their NFC form. Raises
    InputError naming an unknown key, choice or header, a header decided twice, and one that several columns have where
    no `position` tells which; RefusalError where a blocked header is approved. Names are judged when they are closed.
    """
    unknown = set(mapping) - {"decision", "names"}
    if unknown:
        raise InputError(f"decisions: unknown key {_listed(unknown)}; there are [[decision]] and [names]")
    places = dict[str, list[Header]]()
    for header in headers:
        places.setdefault(nfc(header.name), []).append(header)
    verdicts = {header.position: found for header, found in zip(headers, screened, strict=True)}
    decided = dict[int, Decision]()
    for wish in [*_long_form(mapping.get("decision", [])), *_short_form(mapping.get("names", {}))]:
        header = _find(wish, places.get(nfc(wish.header), []))
        if header.position in decided:
            raise InputError(f"decisions: header {shown(wish.header)} is decided twice; keep one of the two")
        decided[header.position] = _decision(wish, header, verdicts[header.position])
    return tuple(decided.values())


def to_mapping(decisions: Sequence[Decision]) -> dict[str, Json]:
    """The decisions as `from_mapping` reads them, in the order of the headers, each with its position."""
    return {"decision": [_line(each) for each in sorted(decisions, key=lambda each: each.position)]}


def _line(decision: Decision) -> dict[str, Json]:
    line: dict[str, Json] = {
        "header": decision.header,
        "position": decision.position,
        "choice": decision.choice.value,
    }
    if decision.choice is Choice.RENAME:
        line["public_name"] = decision.public_name
    return line


def _long_form(lines: object) -> Iterator[_Wish]:
    if not isinstance(lines, list):
        raise InputError("decisions: `decision` is not a list of tables; write [[decision]]")
    for number, line in enumerate(lines, start=1):
        where = f"decision {number}"
        if not isinstance(line, dict):
            raise InputError(f"decisions: {where} is not a table")
        unknown = set(line) - _KEYS
        if unknown:
            raise InputError(f"decisions: unknown key {_listed(unknown)} in {where}; there are {_listed(_KEYS)}")
        yield _wish(line, where)


def _wish(line: Mapping[str, object], where: str) -> _Wish:
    header, position, alias = line.get("header"), line.get("position"), line.get("public_name")
    if not isinstance(header, str):
        raise InputError(f"decisions: {where} has no `header` that is a text")
    where = f"{where} (header {shown(header)})"
    if position is not None and (isinstance(position, bool) or not isinstance(position, int)):
        raise InputError(f"decisions: `position` of {where} is not a whole number")
    if alias is not None and not isinstance(alias, str):
        raise InputError(f"decisions: `public_name` of {where} is not a text")
    try:
        choice = Choice(str(line.get("choice")))
    except ValueError:
        raise InputError(f"decisions: `choice` of {where} is none of {_listed(set(Choice))}") from None
    if choice is Choice.RENAME and alias is None:
        raise InputError(f"decisions: {where} is to be renamed, and `public_name` is missing")
    if choice is Choice.APPROVE and alias is not None and nfc(alias) != nfc(header):
        raise InputError(f"decisions: {where} is approved under another `public_name`; that is choice = 'rename'")
    if choice is Choice.WITHHOLD and alias is not None:
        raise InputError(f"decisions: {where} is withheld and has a `public_name`; leave one of the two out")
    return _Wish(header, position, choice, alias if choice is Choice.RENAME else None)


def _short_form(names: object) -> Iterator[_Wish]:
    if not isinstance(names, dict):
        raise InputError("decisions: `names` is not a table; write [names]")
    for header, said in names.items():
        match said:
            case True:
                yield _Wish(header, None, Choice.APPROVE, None)
            case False:
                yield _Wish(header, None, Choice.WITHHOLD, None)
            case str():
                yield _Wish(header, None, Choice.RENAME, said)
            case _:
                raise InputError(f"decisions: header {shown(header)} is none of an alias, true and false in [names]")


def _find(wish: _Wish, alike: Sequence[Header]) -> Header:
    """The header that is meant, of those that have its name."""
    if not alike:
        raise InputError(f"decisions: the table has no header {shown(wish.header)}")
    if wish.position is None:
        if len(alike) > 1:
            places = ", ".join(str(each.position) for each in alike)
            raise InputError(
                f"decisions: {len(alike)} columns have the header {shown(wish.header)} (positions {places}); "
                "say which with [[decision]] and `position`"
            )
        return alike[0]
    for each in alike:
        if each.position == wish.position:
            return each
    raise InputError(f"decisions: the column at position {wish.position} does not have the header {shown(wish.header)}")


def _decision(wish: _Wish, header: Header, screened: Screened) -> Decision:
    if wish.choice is Choice.APPROVE and screened.verdict is Verdict.BLOCKED:
        raise RefusalError(blocked_message(f"header {shown(header.name)}", screened))
    name = nfc(header.name) if wish.choice is Choice.APPROVE else wish.alias
    return Decision(header.position, header.name, wish.choice, name)


def _listed(words: set[str]) -> str:
    return ", ".join(shown(str(word)) for word in sorted(words, key=str))
