"""Actual against target: over all, period by period and for each entity, and which are outside the tolerance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa

from headgate.catalogue.meaning import Quantity
from headgate.engines.expected import Pairs, by_period, open_pairs
from headgate.engines.folding import Grain, fact_key, fitting, period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import stamped
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

_MOST_ENTITIES = 50
_UNLIKE = 10  # times: a target so far from what is measured is of another unit or another length of time
_NUMBERS = [(name, pa.float64()) for name in ("actual", "target", "deviation", "deviation_percent")]
_PERIODS = pa.schema([("start", pa.timestamp("us")), *_NUMBERS, ("status", pa.string())])
_RUNNING = [("running_actual", pa.float64()), ("running_target", pa.float64())]
_ENTITIES = pa.schema([("entity", pa.string()), *_NUMBERS, ("status", pa.string())])
_LINES = pa.schema(
    [("series", pa.string()), ("start", pa.timestamp("us")), ("value", pa.float64()), ("outside", pa.bool_())]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The deviation from target of all rows, by period (tables `periods` and `lines`) and by entity (`entities`).

    Both are folded as the actual one's meaning says, over the rows on which both have a value; per cents are of the
    target and need one above zero. `cumulative` adds the running totals. Whether above is good is not for this to say.
    """
    columns = analysis.inputs["actual"][0], analysis.inputs["target"][0]
    entity, time = next(iter(analysis.inputs.get("entity", ())), None), stamped(frame, analysis)
    group = frame.text(entity) if entity is not None else None
    pairs = open_pairs(frame, columns, time, _grain(frame, time), group=group)
    if isinstance(pairs, str):
        return Skipped(analysis, pairs)
    relative = frame.meaning(columns[0]).quantity is not Quantity.TEMPERATURE
    tolerance = float(analysis.params["tolerance_percent"])
    (whole,) = _judged(_folded(frame, pairs, []), tolerance, relative)
    periods = _judged(
        [{**row, "target": row.pop("expected")} for row in _periods(frame, pairs, time)], tolerance, relative
    )
    entities = _judged(_folded(frame, pairs, ["group"]), tolerance, relative) if entity is not None else []
    running = analysis.params["cumulative"] == "yes" and pairs.summed and len(periods) > 1
    tables = dict(_tables(pairs, periods, entities, running))
    sentences = tuple(_sentences(pairs, whole, periods, entities, tolerance, running))
    headlines: tuple[Headline, ...] = ()
    if whole["deviation_percent"] is not None:
        headlines = (Headline(f"{sentence(frame.phrase(columns[0]))} against target", whole["deviation_percent"], "%"),)
    return Result(
        analysis,
        tables,
        _facts(pairs, whole, periods, entities),
        tuple(_figures(frame, analysis, pairs, tables, running, tolerance, sentences)),
        sentences,
        headlines,
        (*pairs.warnings, *_warnings(analysis, pairs, whole, running)),
    )


def _grain(frame: Frame, time: str | None) -> str:
    """The grain for the span of the stamps."""
    if time is None:
        return str(Grain.RAW)
    start = frame.start(time)
    (ends,) = frame.execute(frame.rows.aggregate(first=start.min(), last=start.max())).to_pylist()
    return str(fitting((ends["last"] - ends["first"]).total_seconds(), frame.interval(time)))


def _periods(frame: Frame, pairs: Pairs, time: str | None) -> list[dict[str, Any]]:
    return by_period(frame, pairs) if time is not None else []


def _folded(frame: Frame, pairs: Pairs, keys: Sequence[str]) -> list[dict[str, Any]]:
    """`actual`, `target` and, of `group`, the `entity`: of all rows, or of each entity."""
    rows = pairs.joint.rows
    named = {"actual": rows.actual, "target": rows.expected}
    folds = {name: value.sum() if pairs.summed else value.mean() for name, value in named.items()}
    found = frame.execute(rows.group_by(keys).aggregate(**folds) if keys else rows.aggregate(**folds)).to_pylist()
    return [{**row, "entity": row.get("group")} for row in found]


def _judged(rows: Sequence[Mapping[str, Any]], tolerance: float, relative: bool) -> list[dict[str, Any]]:
    """Each row with its deviation and whether that is within the tolerance; without per cents there is no verdict."""
    judged = []
    for row in rows:
        deviation = row["actual"] - row["target"]
        percent = 100 * deviation / row["target"] if relative and row["target"] > 0 else None
        status = None
        if percent is not None:
            status = "within" if abs(percent) <= tolerance else "above" if percent > 0 else "below"
        judged.append({**row, "deviation": deviation, "deviation_percent": percent, "status": status})
    return judged


def _tables(
    pairs: Pairs, periods: Sequence[Mapping[str, Any]], entities: Sequence[Mapping[str, Any]], running: bool
) -> Iterator[tuple[str, pa.Table]]:
    if periods:
        rows = [dict(row) for row in periods]
        if running:
            for name in ("actual", "target"):
                for row, total in zip(rows, accumulate(each[name] for each in periods), strict=True):
                    row[f"running_{name}"] = total
        schema = pa.schema([*_PERIODS, *(pa.field(*each) for each in _RUNNING)]) if running else _PERIODS
        yield "periods", pa.Table.from_pylist(rows, schema=schema)
        yield "lines", pa.Table.from_pylist(list(_lines(pairs, rows, running)), schema=_LINES)
    if entities:
        kept = sorted(entities, key=lambda row: -abs(row["deviation"]))[:_MOST_ENTITIES]
        kept.sort(key=lambda row: (-(row["deviation_percent"] or 0.0), row["entity"]))
        yield "entities", pa.Table.from_pylist(kept, schema=_ENTITIES)


def _lines(pairs: Pairs, rows: Sequence[Mapping[str, Any]], running: bool) -> Iterator[dict[str, Any]]:
    """The actual line, with the periods outside the tolerance, and the target line."""
    for series, name in ((pairs.name, "actual"), (pairs.against, "target")):
        for row in rows:
            outside = name == "actual" and not running and row["status"] in ("above", "below")
            value = row[f"running_{name}"] if running else row[name]
            yield {"series": series, "start": row["start"], "value": value, "outside": outside}


def _facts(
    pairs: Pairs,
    whole: Mapping[str, Any],
    periods: Sequence[Mapping[str, Any]],
    entities: Sequence[Mapping[str, Any]],
) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {
        fact_key("actual", pairs.unit): whole["actual"],
        fact_key("target", pairs.unit): whole["target"],
        fact_key("deviation", pairs.unit): whole["deviation"],
        "deviation_percent": whole["deviation_percent"],
    }
    for name, rows in (("periods", periods), ("entities", entities)):
        if rows:
            facts[name] = float(len(rows))
            for status in ("above", "below"):
                facts[f"{name}_{status}"] = float(sum(row["status"] == status for row in rows))
    return facts


def _sentences(
    pairs: Pairs,
    whole: Mapping[str, Any],
    periods: Sequence[Mapping[str, Any]],
    entities: Sequence[Mapping[str, Any]],
    tolerance: float,
    running: bool,
) -> Iterator[str]:
    folded = "" if pairs.summed else " in the mean"
    yield (
        f"“{pairs.name}” is {pairs.text(whole['actual'])}{folded} against {pairs.text(whole['target'])} of "
        f"“{pairs.against}”: {_off(pairs, whole)}."
    )
    noun = "interval" if pairs.grain is Grain.RAW else str(pairs.grain)
    named = [{**row, "name": period_word(row["start"], pairs.grain)} for row in periods]
    yield from _outside(pairs, named, (noun, f"{noun}s"), tolerance)
    yield from _outside(pairs, [{**row, "name": row["entity"]} for row in entities], ("entity", "entities"), tolerance)
    if running:
        yield from _since(pairs, periods)


def _off(pairs: Pairs, row: Mapping[str, Any]) -> str:
    if row["deviation"] == 0:
        return "on target"
    way = "above" if row["deviation"] > 0 else "below"
    if row["deviation_percent"] is None:
        return f"{pairs.text(abs(row['deviation']))} {way}"
    return f"{share(abs(row['deviation_percent']) / 100)} {way}"


def _outside(
    pairs: Pairs, rows: Sequence[Mapping[str, Any]], nouns: tuple[str, str], tolerance: float
) -> Iterator[str]:
    """How many are outside the tolerance, and the one farthest out."""
    judged = [row for row in rows if row["status"] is not None]
    if len(judged) < 2:
        return
    above, below = (sum(row["status"] == way for row in judged) for way in ("above", "below"))
    all_of = count(len(judged), *nouns)
    if not above and not below:
        yield f"Each of {all_of} is within {number(tolerance)} % of the target."
        return
    farthest = max(judged, key=lambda row: abs(row["deviation_percent"]))
    yield (
        f"Of {all_of}, {above:,} {'is' if above == 1 else 'are'} more than {number(tolerance)} % above the target and "
        f"{below:,} below; farthest off is {farthest['name']}, {_off(pairs, farthest)}."
    )


def _since(pairs: Pairs, periods: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Since when the running total has been on the side of the target on which it ends."""
    gaps = list(accumulate(row["deviation"] for row in periods))
    if gaps[-1] == 0:
        yield "The running totals end on target."
        return
    way, sign = ("above", 1) if gaps[-1] > 0 else ("below", -1)
    last = next((at for at in range(len(gaps) - 1, -1, -1) if gaps[at] * sign <= 0), -1)
    when = "from the beginning" if last < 0 else f"since {period_word(periods[last + 1]['start'], pairs.grain)}"
    yield f"The running total is {way} that of the target {when}, by {pairs.text(abs(gaps[-1]))} at the end."


def _warnings(analysis: Analysis, pairs: Pairs, whole: Mapping[str, Any], running: bool) -> Iterator[str]:
    small, large = sorted((abs(whole["actual"]), abs(whole["target"])))
    if small and large > _UNLIKE * small:
        yield (
            f"“{pairs.against}” and “{pairs.name}” are more than {_UNLIKE} times apart: a target has to be of the same "
            "unit, and of the same length of time as its row."
        )
    if analysis.params["cumulative"] == "yes" and not running:
        yield "There are no running totals: they need amounts that are added up, over two periods or more."


def _figures(
    frame: Frame,
    analysis: Analysis,
    pairs: Pairs,
    tables: Mapping[str, pa.Table],
    running: bool,
    tolerance: float,
    told: Sequence[str],
) -> Iterator[Figure]:
    spoken = frame.phrase(analysis.inputs["actual"][0])
    alt = " ".join(told)
    if "periods" in tables and tables["periods"].num_rows > 1:
        per = "" if pairs.grain is Grain.RAW else f" by {pairs.grain}"
        title = f"running total of {spoken} and target{per}" if running else f"{spoken} and target{per}"
        note = "" if running else f"; more than {number(tolerance)} % off is marked"
        yield Figure(
            Form.LINE,
            "lines",
            x="start",
            y="value",
            title=sentence(f"{title}{note}"),
            x_label="Time",
            y_label="Running total" if running else sentence(spoken),
            unit=pairs.unit or None,
            series="series",
            marked=None if running else "outside",
            alt=alt,
        )
    if (
        "entities" in tables
        and tables["entities"].num_rows > 1
        and None not in tables["entities"]["status"].to_pylist()
    ):
        yield Figure(
            Form.BARS,
            "entities",
            x="entity",
            y="deviation_percent",
            title=sentence(f"how far {spoken} is from target, by {frame.phrase(analysis.inputs['entity'][0])}"),
            x_label=sentence(frame.phrase(analysis.inputs["entity"][0])),
            y_label="Deviation from target",
            unit="%",
            alt=alt,
        )
