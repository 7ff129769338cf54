"""Measure screening, the first-row check and aliases on a labelled corpus of headers; write docs/measurements.md.

    python tools/corpora.py [FILE] [--misses | --alarms | --aliases] [--sources FOLDER]

FILE holds one JSON object a line: header, row_headers (the first row of its file), label (public, identifying; others
are left out), spans, file_id, file_kind. It defaults to ../shared/corpora/headers/dev.jsonl. A header is screened in
its row. FOLDER holds the sources of tools/dictionary.py; with it, names that no shipped list holds are measured too.
The lists that the options print are for reading here: nothing of a corpus is written into the project.
"""

from __future__ import annotations

import json
import platform
import random
import re
import statistics
import sys
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from headgate.catalogue import understand
from headgate.headers.table import LocalType
from headgate.screening import Screened, Verdict, screen, vocabulary_id
from headgate.screening.first_row import looks_like_data
from headgate.screening.gazetteers import known_as
from headgate.screening.token import RUN
from headgate.screening.vocabulary import fold, vocabulary

ROOT = Path(__file__).parents[1]
DEFAULT = ROOT.parent / "shared" / "corpora" / "headers" / "dev.jsonl"
PAGE = ROOT / "docs" / "measurements.md"
BEGIN, END = "<!-- measured: written by make corpora -->\n", "<!-- /measured -->\n"
Labelled = dict[str, Any]
Judged = list[tuple[Labelled, Screened]]
Line = tuple[str, str, str]


def judge(rows: list[Labelled]) -> list[Screened]:
    """Each labelled header screened in its row, each row once."""
    by_row: dict[tuple[str, ...], dict[str, Screened]] = {}
    out = []
    for row in rows:
        context = _context(row)
        if context not in by_row:
            by_row[context] = {s.header: s for s in reversed(screen(context))}
        out.append(by_row[context][row["header"]])
    return out


def _context(row: Labelled) -> tuple[str, ...]:
    context = tuple(row["row_headers"])
    return context if row["header"] in context else (*context, row["header"])


def share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.2f} % ({part} of {whole})"


def words_of(text: str) -> set[str]:
    return {fold(run) for run in RUN.findall(text)}


def recall(identifying: Judged) -> list[Line]:
    """Identifying headers that do not pass as clean: all, and those whose names no shipped list holds."""
    held = [(row, s) for row, s in identifying if s.verdict is not Verdict.CLEAN]
    absent = [
        (row, s)
        for row, s in identifying
        if row["spans"] and not any(known_as(span["text"]) for span in row["spans"] if span["category"] in _NAMES)
    ]
    named = [(row, s) for row, s in absent if any(span["category"] in _NAMES for span in row["spans"])]
    caught = sum(s.verdict is not Verdict.CLEAN for _, s in named)
    return [
        ("identifying headers not passed as clean", "≥ 99.5 %", share(len(held), len(identifying))),
        ("of names that no shipped list holds", "≥ 98 %", share(caught, len(named))),
    ]


_NAMES = {"ORG", "PLACE", "PERSON"}


def files(rows: list[Labelled]) -> list[Line]:
    """Files without header row recognised, by the first row alone, and looks needed in the others.

    A column without a name needs no look: it has nothing to let out and is withheld.
    """
    rows_of = {row["file_id"]: row for row in rows if row["file_kind"] in {"header", "headerless"}}
    flagged = {name: looks_like_data(row["row_headers"], []) is not None for name, row in rows_of.items()}
    kinds = {kind: [n for n, row in rows_of.items() if row["file_kind"] == kind] for kind in ("header", "headerless")}
    looks = sorted(
        sum(s.verdict is not Verdict.CLEAN and s.header.strip() != "" for s in screen(rows_of[name]["row_headers"]))
        for name in kinds["header"]
        if not flagged[name]
    )
    found = sum(flagged[name] for name in kinds["headerless"])
    alarms = sum(flagged[name] for name in kinds["header"])
    p90 = looks[int(0.9 * len(looks))]
    return [
        ("files without header row recognised", "57 of 58", f"{found} of {len(kinds['headerless'])}"),
        ("other files taken for such", "≤ 2 of 560", f"{alarms} of {len(kinds['header'])}"),
        ("looks needed in a file, median / p90", "0 / 5", f"{statistics.median(looks):.0f} / {p90}"),
    ]


def aliases(judged: Judged) -> list[Line]:
    """Whether proposed public names are safe, and whether the catalogue reads the same from them."""
    words = vocabulary()
    unclean = [s for _, s in judged if screen([s.suggested])[0].verdict is not Verdict.CLEAN]
    flagged = [(row, s) for row, s in judged if row["label"] == "identifying" and s.verdict is not Verdict.CLEAN]
    whole = parts = 0
    for row, s in flagged:
        out = words_of(s.suggested)
        spans = [words_of(span["text"]) for span in row["spans"]]
        whole += any(span and span <= out for span in spans)
        parts += any(span & out - words.meant for span in spans)
    meant = [(row, s) for row, s in flagged if row["file_kind"] != "headerless" and _says_something(_rest(row, s))]
    same = sum(reading(_rest(row, s)) == reading(s.suggested) for row, s in meant)
    plain = sum(reading(s.header) == reading(s.suggested) for _, s in meant)
    return [
        ("proposed aliases that do not screen clean", "0", f"{len(unclean)} of {len(judged)}"),
        ("proposed aliases that still identify (a whole name is left)", "0", f"{whole} of {len(flagged)}"),
        ("… that keep a general word or number of the name", "–", f"{parts} of {len(flagged)}"),
        ("role, quantity and unit as from the header without the name", "≥ 95 %", share(same, len(meant))),
        ("… as from the header with the name in it", "–", share(plain, len(meant))),
    ]


def _rest(row: Labelled, s: Screened) -> str:
    """The header without its identifying spans."""
    rest = s.header
    for span in sorted(row["spans"], key=lambda span: -span["start"]):
        rest = f"{rest[: span['start']]} {rest[span['end'] :]}"
    return rest


def _says_something(text: str) -> bool:
    return re.search(r"[^\W\d_]{2}|%", text) is not None


def reading(name: str) -> tuple[object, object, object]:
    """The role, quantity and unit the catalogue reads from one name of a column of numbers."""
    (meaning,) = understand([name], [LocalType.NUMBER])
    return meaning.role, meaning.quantity, meaning.unit


def speed(names: Sequence[str]) -> float:
    start = time.process_time()
    for at in range(0, len(names), 40):
        screen(names[at : at + 40])
    return len(names) / (time.process_time() - start)


def pace(rows: list[Labelled]) -> list[Line]:
    """Headers a second on one core, and the memory that screening many of them leaves behind."""
    public = [row["header"] for row in rows if row["label"] == "public"]
    mixed = [row["header"] for row in rows]
    tracemalloc.start()
    speed(mixed)
    first = tracemalloc.get_traced_memory()[0]
    for _ in range(5):
        speed(mixed)
    grown = tracemalloc.get_traced_memory()[0] - first
    tracemalloc.stop()
    fastest = {name: max(speed(names) for _ in range(7)) for name, names in (("public", public), ("mixed", mixed))}
    return [
        ("public headers a second, one core", "≥ 50,000", f"{fastest['public']:,.0f}"),
        ("headers of the corpus a second (two in five identify)", "–", f"{fastest['mixed']:,.0f}"),
        ("memory left behind by five times the corpus", "flat", f"{max(grown, 0) / 1e6:.1f} MB"),
    ]


def unheard_of(folder: Path) -> list[Line]:
    """Names of the sources that no shipped list holds, each beside a unit: how many pass."""
    sys.path.insert(0, str(ROOT / "tools"))
    from dictionary import Sources, fetched

    found = Sources(fetched(folder))
    draw = random.Random(7)
    places = draw.sample(sorted(found.places - found.known_places), 6_000)
    rare = draw.sample([name for name, rank in found.ranks.items() if name not in found.family], 6_000)
    out = []
    for what, names in (("places of 500 to 15,000 people", places), ("family names beyond the 20,000th", rare)):
        passed = sum(screen([f"{name.title()} kWh"])[0].verdict is Verdict.CLEAN for name in names)
        out.append((f"{what} that no shipped list holds, passed as clean", "≤ 2 %", share(passed, len(names))))
    return out


def by_category(title: str, group: Judged) -> str:
    """A table of the share flagged in each category and kind of file."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for row, s in group:
        categories = {span["category"] for span in row["spans"]}
        for kind in categories | {f"in a file of kind {row['file_kind']}"}:
            kinds[kind].append(s.verdict is not Verdict.CLEAN)
    lines = "".join(f"| {kind} | {share(sum(flags), len(flags))} |\n" for kind, flags in sorted(kinds.items()))
    return f"\n| {title} | flagged |\n|---|---|\n{lines}"


def report(rows: list[Labelled], judged: Judged, sources: Path | None) -> str:
    identifying = [(row, s) for row, s in judged if row["label"] == "identifying"]
    public = [(row, s) for row, s in judged if row["label"] == "public"]
    alarms = sum(s.verdict is not Verdict.CLEAN for _, s in public)
    lines = [
        *recall(identifying),
        ("public headers sent to review", "≤ 12 %", share(alarms, len(public))),
        *files(rows),
        *aliases(judged),
        *pace(rows),
        *(unheard_of(sources) if sources else ()),
    ]
    head = (
        f"Vocabulary {vocabulary_id()}; Python {platform.python_version()}, {platform.system()}, a shared machine.\n\n"
    )
    table = "".join(f"| {what} | {target} | {figure} |\n" for what, target, figure in lines)
    return (
        f"{head}| what | to reach | measured |\n|---|---|---|\n{table}"
        f"{by_category('identifying headers', identifying)}{by_category('public headers', public)}"
    )


def listed(judged: Judged, option: str) -> None:
    """The misses, the words of the alarms or the aliases, for reading."""
    if option == "--misses":
        for row, s in judged:
            if row["label"] == "identifying" and s.verdict is Verdict.CLEAN:
                print(row["file_kind"], repr(s.header), [span["text"] for span in row["spans"]])
    if option == "--alarms":
        flagged = [s for row, s in judged if row["label"] == "public" and s.verdict is not Verdict.CLEAN]
        words = Counter((f.category.value, s.header[f.start : f.end]) for s in flagged for f in s.findings)
        for (category, word), count in words.most_common():
            print(count, category, repr(word))
    if option == "--aliases":
        for row, s in judged:
            print(row["label"], s.verdict.value, repr(s.header), "->", repr(s.suggested))


def main(arguments: list[str]) -> int:
    sources = None
    if "--sources" in arguments:
        at = arguments.index("--sources")
        sources = Path(arguments[at + 1])
        arguments = arguments[:at] + arguments[at + 2 :]
    options = [argument for argument in arguments if argument.startswith("--")]
    path = next((Path(a) for a in arguments if a not in options), DEFAULT)
    rows: list[Labelled] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    judged = list(zip(rows, judge(rows), strict=True))
    if options:
        listed(judged, options[0])
        return 0
    text = report(rows, judged, sources)
    print(text)
    if path == DEFAULT:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}{text}{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
