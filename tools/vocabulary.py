"""Check, normalise and describe the screening vocabulary.

    python tools/vocabulary.py check            fails when the file is not in its normal form
    python tools/vocabulary.py write [DRAFT…]   writes the normal form, merging drafts in the same notation

The file is its own source. The normal form: sections in their fixed order, words in NFC lower case (unit spellings keep
theirs), each word once in a section and in the first only of those that give it no special role, sorted, wrapped.
"""

from __future__ import annotations

import sys
import textwrap
import unicodedata
from pathlib import Path

from headgate.screening.vocabulary import PLAIN, ROLES, SECTIONS, identify, parse

FILE = Path(__file__).parents[1] / "src" / "headgate" / "screening" / "vocabulary.txt"
WIDTH = 118
HEADER = """\
# The words a header may be made of and still pass without a person being asked.
# Version 2
#
# Source: written by hand from general knowledge of units (SI, trade usage), statistics, building services (common
# point-name abbreviations), production, commerce and IT, in English, German, French, Spanish, Italian, Portuguese and
# Dutch. No published word list was copied. Gaps were found by screening public tables, and general words were added for
# them; column names that only one data set has were left out. It lets no name of a person, place or company pass: a
# word that is generic and also a name stands in [companions] (passes only beside one of the words after the colon), in
# [also names] (passes unless the row reads as a list of names and it is not in its [ordinary company]) or, as a phrase,
# in [known names] (never passes). A word of [name openers] before one of [name features] reads as a place or a firm and
# never passes either.
# [name parts] are generic words that belong to a name when they stand beside an unknown word. [camel parts] are the
# three-letter words of the Modelica Buildings naming convention and pass only inside a camel-case name. [compound
# heads] end a compound (orderdate, partkey) that begins with a word that is no part of names. [published codes] are the
# codes of published formats: GHCN-Daily, NSRDB, PVGIS, ERA5 and NASA POWER weather, Sandia and CEC photovoltaic models.
#
# Change it with tools/vocabulary.py, which sorts and checks it.
"""


def normal(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold()


def phrases(body: str) -> str:
    return "\n".join(sorted({" ".join(normal(part).split()) for part in body.replace("\n", " / ").split("/")} - {""}))


def pairs(body: str) -> str:
    table: dict[str, set[str]] = {}
    for line in filter(str.strip, body.splitlines()):
        word, _, beside = line.partition(":")
        table.setdefault(normal(word.strip()), set()).update(normal(w) for w in beside.split())
    return "\n".join(f"{word}: {' '.join(sorted(table[word]))}" for word in sorted(table))


def render(sections: dict[str, str]) -> str:
    unknown = set(sections) - set(SECTIONS)
    if unknown:
        raise SystemExit(f"unknown sections: {sorted(unknown)}")
    conditional = {line.partition(":")[0] for line in pairs(sections.get("companions", "")).splitlines()}
    seen: set[str] = set()
    out = [HEADER]
    for name in SECTIONS:
        body = sections.get(name, "")
        match name:
            case "companions" | "ordinary company":
                text = pairs(body)
            case "known names":
                text = phrases(body)
            case "unit spellings":
                text = textwrap.fill(" ".join(sorted(set(body.split()))), WIDTH)
            case _:
                words = {normal(word) for word in body.split()} - conditional
                if name in PLAIN and name not in ROLES:
                    words -= seen
                    seen |= words
                text = textwrap.fill(" ".join(sorted(words)), WIDTH, break_on_hyphens=False)
        out.append(f"[{name}]\n{text}\n")
    return "\n".join(out)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check"]:
            text = FILE.read_text(encoding="utf-8")
            if render(parse(text)) != text:
                print("vocabulary.txt is not in its normal form: run `python tools/vocabulary.py write`")
                return 1
        case ["write", *drafts]:
            merged: dict[str, str] = {}
            for path in [*([FILE] if FILE.exists() else []), *map(Path, drafts)]:
                for name, body in parse(path.read_text(encoding="utf-8")).items():
                    merged[name] = f"{merged.get(name, '')}\n{body}"
            FILE.write_text(render(merged), encoding="utf-8")
        case _:
            print(__doc__)
            return 2
    text = FILE.read_text(encoding="utf-8")
    words = sum(len(parse(text)[name].split()) for name in PLAIN)
    print(f"{identify(text)}: {words} words, {len(text.encode())} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
