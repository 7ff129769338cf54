"""What the words of a header speak of: tags, from the word lists `words.txt` and `points.txt` beside this module."""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files


def _read(name: str) -> dict[str, frozenset[str]]:
    """The tags of each word of a list; a line that begins with a blank goes on with the tag of the line before."""
    found: dict[str, set[str]] = {}
    tag = ""
    for line in (files(__package__) / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        begins = not line.startswith(" ")
        if begins:
            tag = line.partition(":")[0]
        for word in line.partition(":")[2].split() if begins else line.split():
            found.setdefault(word, set()).add(tag)
    return {word: frozenset(tags) for word, tags in found.items()}


_BY_WORD = _read("words.txt")
_BY_POINT = _read("points.txt")
_SPLIT = re.compile(r"[^\W\d_]+|\d+")
# The part of a data set a column is in (NREL's ResStock and ComStock), which says nothing of the column itself.
_SCHEME = re.compile(r"(?i)^(?:upgrade\d+\.)?(?:report_simulation_output|build_existing_model)\.")
# What stands in an alias for a name that may not leave: it says nothing of the column.
_PLACEHOLDER = re.compile(r"(?i)(?<![^\W_])(?:group\d{1,3} )?(?:site|name|code|contact)\d{1,3}(?![^\W_])")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SHORTEST_TO_SPLIT, _LONGEST_TO_SPLIT = 5, 32


def plain(text: str) -> str:
    """The text without accents, signs decomposed by Unicode compatibility."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def without_scheme(header: str) -> str:
    """The header without the part of a published data set it is in: `build_existing_model.bedrooms` → `bedrooms`."""
    return _SCHEME.sub("", header)


def without_placeholders(header: str) -> str:
    """The header without what stands in an alias for a name: `site1 boiler2 steam kWh` → `boiler2 steam kWh`."""
    return _PLACEHOLDER.sub(" ", header).strip()


def words_in(text: str) -> tuple[str, ...]:
    """The words of a header in order, accents gone, case kept, `CO2` whole, numbers left out."""
    bare = without_scheme(plain(text))
    bare = re.sub(r"(?i)co[_ ]?2(?![0-9])(?:[_ ]?e(?![a-z]))?", " carbondioxide ", bare)
    bare = re.sub(r"(?i)\bset[ _]point", "setpoint", bare)
    bare = re.sub(r"(?<![A-Za-z])[Ss][_/][Ss](?![A-Za-z])", " startstop ", bare)
    pieces = [piece for run in _SPLIT.findall(bare) if not run.isdigit() for piece in _CAMEL.split(run)]
    return tuple("co2" if piece == "carbondioxide" else piece for piece in pieces)


def tags_of(word: str, as_point: bool) -> frozenset[str]:
    """The tags of one word; `as_point` also reads the short forms of building automation, and run-together ones."""
    lowered = word.casefold()
    found = _BY_POINT.get(lowered) if as_point else None
    if found is None and len(lowered) > 1:
        found = _BY_WORD.get(lowered) or _BY_WORD.get(lowered.removesuffix("s"))
    if found is None:
        found = frozenset()
    if not found and _SHORTEST_TO_SPLIT <= len(lowered) <= _LONGEST_TO_SPLIT:
        found = _run_together(lowered, as_point)
    return found


def is_point_word(word: str) -> bool:
    """Whether a word is a short form that only building automation uses."""
    return "strong" in _BY_POINT.get(word.casefold(), ())


def _run_together(word: str, as_point: bool) -> frozenset[str]:
    """The tags of a word made of known words without a break (`OCCHTGFL`, `floorarea`), empty where a rest remains."""
    least = 2 if as_point else 4
    best: list[frozenset[str] | None] = [frozenset()] + [None] * len(word)
    for end in range(least, len(word) + 1):
        for start in range(0, end - least + 1):
            before, piece = best[start], word[start:end]
            tags = _BY_WORD.get(piece, frozenset()) | (_BY_POINT.get(piece, frozenset()) if as_point else frozenset())
            if before is not None and tags:
                best[end] = before | tags
                break
    return best[len(word)] or frozenset()
