"""Measure screening on a labelled corpus of headers: recall, false alarms, speed, and whether every alias is safe.

    python tools/corpora.py [FILE] [--misses] [--alarms] [--aliases]

FILE holds one JSON object a line: header, row_headers, label (public, identifying; others are left out), spans,
file_kind. It defaults to ../shared/corpora/headers/dev.jsonl. A header is screened within its row.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from headgate.screening import Screened, Verdict, screen, vocabulary_id
from headgate.screening.token import RUN
from headgate.screening.vocabulary import fold

DEFAULT = Path(__file__).parents[2] / "shared" / "corpora" / "headers" / "dev.jsonl"
Labelled = dict[str, Any]


def judge(rows: list[Labelled]) -> list[Screened]:
    """Each labelled header screened in its row, each row once."""
    by_row: dict[tuple[str, ...], dict[str, Screened]] = {}
    out = []
    for row in rows:
        context = tuple(row["row_headers"])
        if row["header"] not in context:
            context += (row["header"],)
        if context not in by_row:
            by_row[context] = {s.header: s for s in reversed(screen(context))}
        out.append(by_row[context][row["header"]])
    return out


def kept(row: Labelled, found: Screened) -> tuple[bool, bool]:
    """Whether the alias still holds all the words of an identifying span, and whether it holds any of them."""
    out = words_of(found.suggested)
    spans = [words_of(span["text"]) for span in row["spans"]]
    return any(span and span <= out for span in spans), any(span & out for span in spans)


def words_of(text: str) -> set[str]:
    return {fold(run) for run in RUN.findall(text)}


def speed(rows: list[Labelled]) -> float:
    names = [row["header"] for row in rows]
    start = time.process_time()
    for at in range(0, len(names), 40):
        screen(names[at : at + 40])
    return len(names) / (time.process_time() - start)


def share(part: int, whole: int) -> str:
    return f"{part:5} of {whole:5}  {100 * part / max(whole, 1):6.2f} %"


def main(arguments: list[str]) -> int:
    options = {argument for argument in arguments if argument.startswith("--")}
    path = next((Path(a) for a in arguments if a not in options), DEFAULT)
    rows: list[Labelled] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    judged = list(zip(rows, judge(rows), strict=True))
    identifying = [(row, s) for row, s in judged if row["label"] == "identifying"]
    public = [(row, s) for row, s in judged if row["label"] == "public"]
    misses = [(row, s) for row, s in identifying if s.verdict is Verdict.CLEAN]
    alarms = [(row, s) for row, s in public if s.verdict is not Verdict.CLEAN]
    print(f"vocabulary    {vocabulary_id()}")
    print(f"recall        {share(len(identifying) - len(misses), len(identifying))}")
    print(f"false alarms  {share(len(alarms), len(public))}")
    for name, group in (("recall", identifying), ("false alarms", public)):
        kinds: dict[str, list[bool]] = defaultdict(list)
        for row, s in group:
            categories = {span["category"] for span in row["spans"]} or {
                "hard" if row.get("hard_negative") else "plain"
            }
            for category in categories | {row["file_kind"]}:
                kinds[category].append(s.verdict is not Verdict.CLEAN)
        for kind, flagged in sorted(kinds.items()):
            print(f"  {name:13} {kind:14} {share(sum(flagged), len(flagged))}")
    unclean = [s for _, s in judged if screen([s.suggested])[0].verdict is not Verdict.CLEAN]
    flagged = [(row, s, *kept(row, s)) for row, s in identifying if s.verdict is not Verdict.CLEAN]
    leaking = [s for _, s, whole, _ in flagged if whole]
    partial = [s for _, s, whole, part in flagged if part and not whole]
    print(f"aliases       {len(unclean)} of {len(judged)} do not screen clean; of {len(flagged)} identifying headers")
    print(f"              {len(leaking)} keep a whole span, {len(partial)} a published word of one")
    print(f"speed         {max(speed(rows) for _ in range(5)):,.0f} headers/s in rows of 40")
    if "--misses" in options:
        for row, s in misses:
            print("miss ", row["file_kind"], repr(s.header), [span["text"] for span in row["spans"]])
    if "--alarms" in options:
        words = Counter(s.header[f.start : f.end] for _, s in alarms for f in s.findings)
        print("by category", Counter(f.category.value for _, s in alarms for f in s.findings).most_common())
        for word, count in words.most_common():
            print("alarm", count, repr(word))
    if "--aliases" in options:
        for _, s in judged:
            print("alias", repr(s.header), "->", repr(s.suggested), s.verdict.value)
        for mark, group in (("whole", leaking), ("part", partial)):
            for s in group:
                print(mark, repr(s.header), "->", repr(s.suggested))
    return 1 if unclean else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
