"""Mutated answers and their judge: from the body of a reply to the page, what no answer may ever bring about.

`mutated` changes real answers of every kind in every dialect; `Judge.weigh` takes a body the whole way and raises
`AssertionError` where a property does not hold. Its parts are arguments, so that a test can show that a careless one is
caught.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeVar

import pyarrow as pa
from tests.dialects import ANSWERS, profile_of

from headgate.catalogue import Fold, Meaning, Origin, Quantity, Role
from headgate.cell.message import Ran
from headgate.charts.export import results_csv
from headgate.charts.page import page
from headgate.charts.text import shown
from headgate.charts.view import ColumnView, ReportView
from headgate.engines.interface import Result, Skipped
from headgate.errors import HeadgateError
from headgate.gate.answer import answer_text
from headgate.gate.transport import Exchange
from headgate.manifest import Column
from headgate.plan import Plan, Question, check, from_json, merge, parse, to_json
from headgate.plan.kinds import KINDS
from headgate.plan.language import Analysis, Expression, Folded
from headgate.plan.wording import TITLES
from headgate.sandbox import record
from headgate.screening import Verdict

DIALECTS = tuple(ANSWERS)
WITHHELD = "c9"
# The table: the ids on the wire, what they stand for, and one column that was not sent.
ROLES = {
    "c1": Role.TIMESTAMP,
    "c2": Role.ENERGY_INTERVAL,
    "c3": Role.REACTIVE_ENERGY,
    "c4": Role.POWER_FACTOR,
    "c5": Role.PRODUCTION_OUT,
    "c6": Role.CATEGORY,
    "c7": Role.MEASURE,
    "c10": Role.SETPOINT,
    "c11": Role.POSITION,
    "c12": Role.STATE,
    "c13": Role.TARGET,
    "c14": Role.PRICE,
    "c15": Role.EMISSION_FACTOR,
    "c16": Role.SKU,
    "c17": Role.TEMPERATURE_OUTDOOR,
    "c18": Role.ENERGY_CUMULATIVE,
    "c19": Role.GENERATION,
}
SENT = {wire_id: (wire_id,) for wire_id in ROLES}
COLUMNS = tuple(Column(column_id, at, f"header {at}", column_id) for at, column_id in enumerate((*ROLES, WITHHELD)))
LOCAL = Plan(
    {column_id: Meaning(role, None, None, None, Fold.SUM, 0.5, Origin.ROWS) for column_id, role in ROLES.items()}
    | {WITHHELD: Meaning(Role.MEASURE, Quantity.ENERGY, "kWh", None, Fold.SUM, 0.5, Origin.NAME)},
    analyses=(Analysis("data_profile", {}, {"top_n": 20}, "What the columns hold", "Always worth a look", 1),),
)


def _inputs(name: str) -> dict[str, object]:
    """Columns that fit each input of the kind."""
    return {
        each: [column_id for column_id, role in ROLES.items() if role in wanted.roles][: min(wanted.most, 3)]
        for each, wanted in KINDS[name].inputs.items()
    }


def _plan(kinds: Sequence[str]) -> dict[str, object]:
    analyses = [
        {
            "kind": kind,
            "inputs": _inputs(kind),
            "params": {name: allowed.default for name, allowed in KINDS[kind].params.items()},
            "title": f"A look at {kind.replace('_', ' ')}",
            "why": "It shows what matters",
            "priority": place,
        }
        for place, kind in enumerate(kinds, 1)
    ]
    return {
        "columns": [
            {"id": "c1", "role": "timestamp", "confidence": 0.9},
            {"id": "c2", "role": "energy_interval", "quantity": "energy", "unit": "kWh", "medium": "electricity",
             "fold": "sum", "synonyms": ["use", "consumption"], "part_of": None, "confidence": 0.8},
            {"id": "c7", "role": "measure", "part_of": "c2", "confidence": 0.3},
        ],
        "derived": [{"id": "d1", "name": "specific energy", "expr": {"op": "div", "a": {"fold": "sum", "of": "c2"},
                                                                     "b": {"fold": "sum", "of": "c5"}}}],
        "analyses": analyses,
        "questions": [{"about": "c2", "ask": "cumulative_or_interval"}],
        "hints": {"default_measure": "c2", "time": "c1", "row_noun": "interval", "adjectives": {"hot": "c3"}},
    }  # fmt: skip


# An answer has room for 40 analyses.
PLANS = (*(_plan([kind]) for kind in KINDS), _plan(list(KINDS)[:40]))
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</title><svg onload=alert(1)>", '"><b>',
    "&lt;b&gt;", "{{ 7 * 7 }}", "{% include 'x' %}", "javascript:alert(1)", "https://evil.example/", "evil.example",
    "=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "＝1", "\x00", "\x1b[31m", "\r\n", "\u202e", "\u2066", "\u200b", "\ufeff",
    "\u3164", "\U000e0041", "\ud800", "\ue000", "a" + "\u0301\u0316" * 40, "x" * 161, "y" * 5000, "“", "”", "40 %",
    "__import__('os').system('id')", "'; DROP TABLE t; --", "../../etc/passwd", "${jndi:ldap://x}", "%s%n", "٤٠", "½",
    "constructor", "__proto__", WITHHELD, "c1", "d1", "d2", "d999", "",
)  # fmt: skip
_BARE = (None, True, False, 0, 1, -1, 99, 1e308, 10**40, 0.5, [], {}, [WITHHELD], {"fold": "sum", "of": WITHHELD})


def mutated(random_: random.Random) -> bytes:
    """A body: a good answer in one of the dialects, changed in one to six places, of the plan or of what is around."""
    plan = json.loads(json.dumps(random_.choice(PLANS)))
    if random_.random() < 0.9:
        for _ in range(random_.randint(1, 6)):
            plan = _changed(plan, random_)
    text = json.dumps(plan, ensure_ascii=random_.random() < 0.5)
    if random_.random() < 0.05:
        text = _scratched(text, random_)
    body = ANSWERS[random_.choice(DIALECTS)](text)
    if random_.random() < 0.1:
        body = json.dumps(_changed(json.loads(body), random_)).encode("utf-8", "surrogatepass")
    return _scratched(body.decode("latin-1"), random_).encode("latin-1", "replace") if random_.random() < 0.03 else body


def altered(body: bytes, random_: random.Random) -> bytes:
    """The body with one change more, within the plan where it holds one; what coverage led to is not thrown away."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return mutated(random_)
    for path, value in places_in(found):
        if isinstance(value, str) and value.lstrip()[:1] == "{" and random_.random() < 0.9:
            try:
                plan = _changed(json.loads(value), random_)
            except (ValueError, RecursionError):
                continue
            return json.dumps(_replaced(found, path, json.dumps(plan))).encode()
    return json.dumps(_changed(found, random_)).encode()


def places_in(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every part of a value with the way to it, the value itself first."""
    yield at, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places_in(below, (*at, key))


def _replaced(whole: object, path: tuple[str | int, ...], value: object) -> object:
    if not path:
        return value
    place = whole
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]
    place[path[-1]] = value  # type: ignore[index]
    return whole


def _changed(whole: object, random_: random.Random) -> object:
    """The value with one of its parts replaced, removed, renamed, doubled, moved or lengthened."""
    places = list(places_in(whole))
    texts = [place for place in places if place[0][-1:] in {("title",), ("why",), ("name",)}]
    path, value = random_.choice(texts if texts and random_.random() < 0.3 else places)
    match random_.randrange(8):
        case 0 | 1:
            return _replaced(whole, path, random_.choice(HOSTILE))
        case 2:
            return _replaced(whole, path, json.loads(json.dumps(random_.choice(_BARE))))
        case 3:
            return _replaced(whole, path, json.loads(json.dumps(random_.choice(places)[1])))
        case 4 if isinstance(value, str):
            at = random_.randint(0, len(value))
            return _replaced(whole, path, value[:at] + random_.choice((*HOSTILE, _signs(random_))) + value[at:])
        case 5 if isinstance(value, dict) and value:
            value[random_.choice((*HOSTILE, "id", "title"))] = value.pop(random_.choice(list(value)))
        case 6 if isinstance(value, list) and value:
            value.extend(json.loads(json.dumps(random_.choice(value))) for _ in range(random_.choice((1, 1, 2, 45))))
        case 7 if isinstance(value, dict | list) and value:
            del value[random_.choice(list(value) if isinstance(value, dict) else range(len(value)))]
        case _:
            return _replaced(whole, path, _signs(random_))
    return whole


def _signs(random_: random.Random) -> str:
    top = random_.choice((0x80, 0x800, 0x3000, 0x110000))
    return "".join(chr(random_.randrange(top)) for _ in range(random_.randint(1, 12)))


def _scratched(text: str, random_: random.Random) -> str:
    at, length = random_.randint(0, len(text)), random_.choice((0, 1, 1, 5, len(text)))
    return (
        text[:at] + random_.choice(("", '"', "}", "\\", "\x00", "[" * 30, "9" * 60, "NaN", "ÿ")) + text[at + length :]
    )


class _Tags(HTMLParser):
    """The tags of a page with the names of their attributes, and what an attribute that could lead away says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[tuple[str, tuple[str, ...]]] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, tuple(sorted(name for name, _ in attrs))))
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


_WATCHED = (
    "exec",
    "compile",
    "import",
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "ctypes.",
    "urllib.",
    "pickle.",
)
_Given = TypeVar("_Given")
_watching: list[int] = []
_happened: list[str] = []


def _watch(event: str, _details: object) -> None:
    if _watching and event.startswith(_WATCHED) and threading.get_ident() in _watching:
        _happened.append(event)


sys.addaudithook(_watch)  # none can be removed again, so it looks only while a body is weighed


def _count_calls(body: Callable[[], _Given]) -> tuple[_Given, int]:
    """What the function gives, and how many functions were called for it."""
    calls = 0

    def count(_frame: object, event: str, _of: object) -> None:
        nonlocal calls
        if event in {"call", "c_call"}:
            calls += 1

    sys.setprofile(count)
    try:
        return body(), calls
    finally:
        sys.setprofile(None)


def ids_of(plan: Plan) -> set[str]:
    """Every id of a column that an answered plan speaks of, but those it made itself."""
    found = set(plan.meanings) | {meaning.part_of for meaning in plan.meanings.values() if meaning.part_of}
    found |= {one for analysis in plan.analyses for ids in analysis.inputs.values() for one in ids}
    found |= {question.about for question in plan.questions}
    found |= {hint for name, hint in plan.hints.items() if name != "row_noun"}
    waiting: list[Expression] = [derived.expr for derived in plan.derived]
    while waiting:
        expr = waiting.pop()
        if isinstance(expr, Folded):
            found.add(expr.of)
        else:
            waiting += [expr.a] + ([] if expr.b is None else [expr.b])
    return found - {derived.id for derived in plan.derived}


def _words(plan: Plan) -> list[str]:
    """Every text of an answered plan that the answer itself worded."""
    said = [text for analysis in plan.analyses for text in (analysis.title, analysis.why)]
    said += [derived.name for derived in plan.derived]
    said += [synonym for meaning in plan.meanings.values() for synonym in meaning.synonyms]
    said += [name.removeprefix("adjectives.") for name in plan.hints] + [plan.hints.get("row_noun", "")]
    return [text for text in said if text and text not in TITLES.values()]


def _is_plain(text: str) -> bool:
    """Plain by the letter of docs/formats/plan.md, worked out here anew."""
    kinds = [unicodedata.category(sign) for sign in text]
    return (
        len(text) <= 160
        and not any(kind[0] == "C" or (kind[0] == "Z" and sign != " ") for kind, sign in zip(kinds, text, strict=True))
        and not set(text) & set("<>[]{}|\\`@")
        and not re.search(r"://|www\.|javascript:|evil\.example(?!\w)", text.lower())
    )


@dataclass
class Judge:
    """The way from a body to the page, and what became of the bodies."""

    parse: Callable[[str, Mapping[str, Sequence[str]]], Plan] = parse
    page: Callable[[ReportView], str] = page
    counting: bool = True
    refused: int = 0
    taken: int = 0
    most_calls: int = 0
    longest: int = 0
    _seen: set[str] = field(default_factory=set)
    _tags: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """What only has to be loaded once is loaded, and the page of good answers says which tags there may be."""
        dropping = PLANS[-1] | {"extra": 1}
        self._tags = _Tags(page(self._view(merge(LOCAL, parse(json.dumps(dropping), SENT))))).tags
        for plan in (*PLANS, dropping):
            for dialect in DIALECTS:
                read = self._read(ANSWERS[dialect](json.dumps(plan)))
                assert read is not None
                assert len(read[0].dropped) == len(plan.keys() & {"extra"}), "a good answer is taken whole"
                self._weigh_plan(*read)
        self._seen.clear()

    def weigh(self, body: bytes) -> None:
        """Raises AssertionError where the body brings about what no answer may."""
        _happened.clear()
        _watching.append(threading.get_ident())
        try:
            read, calls = _count_calls(lambda: self._read(body)) if self.counting else (self._read(body), 0)
            self.most_calls = max(self.most_calls, calls)
            assert calls <= 20_000 + 12 * len(body), "steps in proportion to the body"
            assert self.longest < 500, "a refusal is a sentence"
            if read is None:
                self.refused += 1
            else:
                self.taken += 1
                self._weigh_plan(*read)
        finally:
            _watching.clear()
        assert _happened == [], "nothing is run, opened, loaded or connected to"

    def _read(self, body: bytes) -> tuple[Plan, Plan] | None:
        """The answered plan and the merged one, or None where the body is refused as it should be."""
        for dialect in DIALECTS:
            got = Exchange(200, None, content_type="application/json", body=body)
            try:
                text = answer_text(got, profile_of(dialect))
            except HeadgateError as refused:
                self.longest = max(self.longest, len(str(refused)))
                continue
            try:
                answered = self.parse(text, SENT)
            except HeadgateError as refused:
                self.longest = max(self.longest, len(str(refused)))
                return None
            return answered, check(merge(LOCAL, answered), COLUMNS)
        return None

    def _weigh_plan(self, answered: Plan, merged: Plan) -> None:
        assert ids_of(answered) <= set(SENT), "ids only of columns that were sent"
        assert len(merged.analyses) <= 40
        assert len(merged.dropped) <= 300
        words = _words(answered)
        assert all(_is_plain(text) for text in words), "texts are plain"
        assert all(len(one.item) < 80 and len(one.reason) < 200 for one in merged.dropped)
        if self.taken % 8 == 0:
            document = json.loads(json.dumps(to_json(merged, COLUMNS)))
            assert from_json(document) == (merged, COLUMNS), "what is saved comes back"
            told = json.loads(json.dumps(record.to_json(Ran(merged, ()))))
            assert record.from_json(Ran, told) == Ran(merged, ()), "what crosses between processes comes back"
        if not self._seen.issuperset(words):  # a page of the same words and other ids is the same page
            self._seen.update(words)
            self._weigh_page(merged)

    def _weigh_page(self, merged: Plan) -> None:
        view = self._view(merged)
        made = self.page(view)
        found = _Tags(made)
        assert found.tags <= self._tags, f"tags of the harmless page alone: {found.tags - self._tags}"
        assert all(link == "data:," or link[:1] == "#" for link in found.links)
        assert len(made) < 500_000
        assert not any(unicodedata.category(sign)[0] == "C" for sign in set(made) - {"\n"})
        for number, outcome in enumerate(view.outcomes, 1):
            assert shown(outcome.analysis.title).isprintable(), "a terminal shows it as it is"
            if isinstance(outcome, Result):
                for name, data in results_csv(outcome, number).items():
                    assert name.isascii()
                    assert "/" not in name
                    (heading, _) = csv.reader(io.StringIO(data.decode(), newline=""))
                    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in heading)

    def _view(self, merged: Plan) -> ReportView:
        """A report in which each analysis found something, in a table headed by every computed column's name."""
        names = {derived.name: [1.0] for derived in merged.derived} or {"value": [1.0]}
        results = [Result(each, {each.kind: pa.table(names)}, {}, (), ("It was found.",)) for each in merged.analyses]
        skipped = [Skipped(each, "No row holds a value.") for each in merged.analyses[:1]]
        columns = [
            ColumnView(c.header, merged.meanings[c.id].role, merged.meanings[c.id].unit, merged.meanings[c.id].origin,
                       Verdict.CLEAN, c.public_name)
            for c in COLUMNS
        ]  # fmt: skip
        return ReportView(
            table="plant.csv",
            made_at="2026-11-24T08:00:00Z",
            planner="acme",
            version="0.1.0",
            columns=(*columns, ColumnView("x", "measure", None, Origin.NAME, Verdict.CLEAN, None)),
            outcomes=(*results, *skipped),
            questions=tuple(Question(question.about, question.ask) for question in merged.questions),
            dropped=merged.dropped,
        )
