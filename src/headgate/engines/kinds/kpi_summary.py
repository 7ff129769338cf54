"""The key figures of each measure: its total or mean, its extremes and when they were, and the latest full period."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import ibis
import pyarrow as pa

from headgate.catalogue.meaning import Fold
from headgate.engines.folding import Grain, fact_key, fold_word, folded, period_end, period_start, period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Headline, Outcome, Result, Skipped
from headgate.engines.spread import spread_of
from headgate.engines.wording import day, moment, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

_HEADLINES = 3
_SAYS_ALL = re.compile(r"(?i)\b(total|all|net)\b")
_MEASURES = pa.schema(
    [(name, pa.string()) for name in ("id", "measure", "unit", "fold")]
    + [("value", pa.float64()), ("values", pa.int64())]
    + [(name, pa.float64()) for name in ("mean", "median", "min", "max")]
    + [(name, pa.timestamp("us")) for name in ("min_at", "max_at")]
)
_PERIODS = pa.schema(
    [("measure", pa.string()), ("unit", pa.string()), ("period", pa.string()), ("start", pa.timestamp("us"))]
    + [(name, pa.float64()) for name in ("value", "previous", "change_percent")]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `measures`, each folded as its meaning says, and for a `period` and a timestamp `periods`.

    `periods` holds the last full period beside the one before. Columns that hold no numbers are left out.
    """
    ids = [each for each in analysis.inputs["measures"] if frame.is_number(each)]
    left_out = [each for each in analysis.inputs["measures"] if each not in ids]
    if not ids:
        return Skipped(analysis, "None of the chosen columns holds numbers.")
    time = next((each for each in analysis.inputs.get("timestamp", ()) if frame.is_time(each)), None)
    rows = [row for row in _measures(frame, ids, time) if row["values"]]
    if not rows:
        return Skipped(analysis, "None of the chosen columns holds a value.")
    tables = {"measures": pa.Table.from_pylist(rows, schema=_MEASURES)}
    periods: list[dict[str, Any]] = []
    if analysis.params["period"] != "all" and time is not None:
        grain = Grain(str(analysis.params["period"]))
        periods = [row for each in ids for row in _periods(frame, each, time, grain)]
        tables["periods"] = pa.Table.from_pylist(periods, schema=_PERIODS)
    note = _note(frame, time)
    return Result(
        analysis,
        tables,
        {fact_key(row["id"], row["fold"], row["unit"]): row["value"] for row in rows},
        sentences=(*_sentences(rows), *_period_sentences(periods)),
        headlines=tuple(
            Headline(_title(frame, row), row["value"], row["unit"], note)
            for row in rows[:_HEADLINES]
            if row["value"] is not None
        ),
        warnings=tuple(f"“{frame.label(each)}” holds no numbers and is left out." for each in left_out),
    )


def _measures(frame: Frame, ids: Sequence[str], time: str | None) -> Iterator[dict[str, Any]]:
    order = frame.start(time) if time is not None else frame.rows["row"]
    spread = spread_of(frame, ids, {"median": 0.5})
    figures = {}
    for each in ids:
        value, own = frame.rows[each], spread[each]
        figures[f"{each}_value"] = folded(value, frame.meaning(each).fold, order)
        if time is not None and own["filled"]:  # of several times the first, on every engine
            figures |= {f"{each}_{end}_at": order.min(where=value == own[end]) for end in ("min", "max")}
    found = frame.execute(frame.rows.aggregate(**figures)).to_pylist()[0]
    for each in ids:
        fold, own = frame.meaning(each).fold, spread[each]
        yield {
            "id": each,
            "measure": frame.label(each),
            "unit": frame.unit(each),
            "fold": str(Fold.MEAN if fold is Fold.NONE else fold),
            "values": own["filled"],
            **{name: found.get(f"{each}_{name}") for name in ("value", "min_at", "max_at")},
            **{name: own[name] for name in ("mean", "median", "min", "max")},
        }


def _periods(frame: Frame, column: str, time: str, grain: Grain) -> Iterator[dict[str, Any]]:
    """The last full period and the full one right before it."""
    start = frame.start(time)
    rows = frame.rows.select(t=start, start=period_start(start, grain), value=frame.rows[column])
    rows = rows.filter(rows.t.notnull() & rows["value"].notnull())
    values = rows.group_by("start").aggregate(value=folded(rows["value"], frame.meaning(column).fold, rows.t))
    latest = frame.execute(values.order_by(ibis.desc("start")).limit(3)).to_pylist()
    ends = frame.execute(rows.aggregate(first=rows.t.min(), last=rows.t.max())).to_pylist()[0]
    step = frame.interval(time) or 0
    full = [
        row
        for row in latest
        if (ends["first"] - row["start"]).total_seconds() < (step or 1)
        if (period_end(row["start"], grain, step) - ends["last"]).total_seconds() <= step
    ]
    if len(full) < 2 or period_end(full[1]["start"], grain, step) != full[0]["start"]:
        return
    now, before = full[0], full[1]
    change = (now["value"] / before["value"] - 1) * 100 if before["value"] else None
    yield {
        "measure": frame.label(column),
        "unit": frame.unit(column),
        "period": period_word(now["start"], grain),
        "start": now["start"],
        "value": now["value"],
        "previous": before["value"],
        "change_percent": change,
    }


def _note(frame: Frame, time: str | None) -> str:
    if time is None:
        return ""
    start = frame.start(time)
    ends = frame.execute(frame.rows.aggregate(first=start.min(), last=start.max())).to_pylist()[0]
    if ends["first"] is None:
        return ""
    first, last = day(ends["first"]), day(ends["last"])
    return first if first == last else f"{first} to {last}"


def _title(frame: Frame, row: dict[str, Any]) -> str:
    spoken, how = sentence(frame.phrase(row["id"])), fold_word(Fold(row["fold"]))
    return spoken if how == "total" and _SAYS_ALL.search(spoken) else f"{spoken}, {how}"


def _sentences(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        unit, low, high = row["unit"], row["min"], row["max"]
        sentence = f"“{row['measure']}”: {fold_word(Fold(row['fold']))} {number(row['value'], unit)}"
        if low == high:
            yield f"{sentence}; every value is {number(low, unit)}."
            continue
        when = f" at {moment(row['max_at'])}" if row.get("max_at") else ""
        yield f"{sentence}; single values from {number(low, unit)} to {number(high, unit)}{when}."


def _period_sentences(periods: list[dict[str, Any]]) -> Iterator[str]:
    for row in periods:
        if row["change_percent"] is not None:
            more = "more" if row["change_percent"] >= 0 else "less"
            yield (
                f"“{row['measure']}”, {row['period']}: {number(row['value'], row['unit'])}, "
                f"{share(abs(row['change_percent']) / 100)} {more} than the period before."
            )
