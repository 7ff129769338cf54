"""The benchmark: sites, lines or machines ranked side by side, by a measure or by it for each unit of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Fold, Quantity
from headgate.engines.folding import fold_word, folded
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.loads import not_numbers
from headgate.engines.wording import count, listed, number, share
from headgate.plan.kinds import TIME
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 3
ENOUGH = 0.9  # of the rows of the entity with most: a total over fewer is one of a shorter time
_ENOUGH_FOR_Z = 10  # entities: of fewer, none can be far from the mean in standard deviations
_FAR = 2.0  # standard deviations
_SCHEMA = pa.schema(
    [("rank", pa.int64()), ("entity", pa.string())]
    + [(name, pa.float64()) for name in ("over", "under", "value")]
    + [("quartile", pa.int64()), ("z", pa.float64()), ("rows", pa.int64())]
)


@dataclass(frozen=True, slots=True)
class _Measured:
    """One row an entity (`entity`, `over`, `under`, `value`, `rows`), the unit of the value and its names."""

    rows: ir.Table
    unit: str
    name: str
    spoken: str
    warnings: tuple[str, ...]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `entities`, the `top_n` with the highest value ranked, and `lowest` where there are more.

    The value is the fold of the measure or, with a denominator, a ratio of sums over the rows that have both (of an
    area or of people the mean of each entity). Quartile 1 is the lowest quarter; z is the distance from the mean in
    standard deviations. Needs three entities; rows without one are left out.
    """
    measure, entity = analysis.inputs["measure"][0], analysis.inputs["entity"][0]
    denominator = next(iter(analysis.inputs.get("denominator", ())), None)
    reason = not_numbers(frame, *(each for each in (measure, denominator) if each is not None))
    if reason is not None:
        return Skipped(analysis, reason)
    measured = _measured(frame, measure, entity, denominator)
    whole = _whole(frame, measured.rows)
    if whole["entities"] < FEWEST:
        return Skipped(
            analysis,
            f"“{frame.label(entity)}” tells {count(whole['entities'], 'entity', 'entities')} with a value apart; a "
            f"comparison needs {FEWEST}.",
        )
    most = int(analysis.params["top_n"])
    ranked = _ranked(measured.rows, whole)
    highest = frame.execute(ranked.order_by("rank").limit(most)).to_pylist()
    lowest = frame.execute(ranked.order_by(ibis.desc("rank")).limit(most)).to_pylist()[::-1]
    tables = {"entities": pa.Table.from_pylist(highest, schema=_SCHEMA)}
    if whole["entities"] > most:
        tables["lowest"] = pa.Table.from_pylist(lowest, schema=_SCHEMA)
    facts = _facts(whole, measured, summed=frame.meaning(measure).fold is Fold.SUM, over=denominator is not None)
    sentences = tuple(_sentences(frame, analysis, measured, whole, facts, highest, lowest))
    return Result(
        analysis,
        tables,
        dict(facts),
        (_figure(frame, entity, measured, whole, most, sentences),),
        sentences,
        warnings=(*measured.warnings, *_warnings(frame, analysis, whole)),
    )


def _measured(frame: Frame, measure: str, entity: str, denominator: str | None) -> _Measured:
    name, unit, how = f"“{frame.label(measure)}”", frame.unit(measure), frame.meaning(measure).fold
    rows = frame.rows.select(
        "row", entity=frame.text(entity), over=frame.rows[measure], under=_cells(frame, denominator)
    )
    present = rows.filter(rows.over.notnull() & rows.under.notnull())
    named = present.filter(present.entity.notnull() & (present.entity != ""))
    blank = round(frame.number(present.count()) or 0) - round(frame.number(named.count()) or 0)
    over = folded(named.over, how, named["row"])
    under = named.under.sum() if denominator is not None and _adds_up(frame, denominator) else named.under.mean()
    by = named.group_by("entity").aggregate(over=over, under=under, rows=named.count())
    warnings = [f"{count(blank, 'row')} without “{frame.label(entity)}” left out."] if blank else []
    spoken = frame.phrase(measure)
    if denominator is not None:
        without = round(frame.number((by.under <= 0).sum()) or 0)
        if without:
            told = count(without, "entity", "entities")
            warnings.append(f"{told} where “{frame.label(denominator)}” is not above zero left out.")
        by = by.filter(by.under > 0)
        per = frame.unit(denominator) or "unit"
        name, spoken = f"{name} for each {per} of “{frame.label(denominator)}”", f"{spoken} for each {per}"
        unit = f"{unit}/{per}"
    elif how is not Fold.SUM:
        name = f"{fold_word(how)} {name}"
    return _Measured(by.mutate(value=by.over / by.under), unit, name, spoken, tuple(warnings))


def _cells(frame: Frame, denominator: str | None) -> ir.Value:
    return ibis.literal(1.0) if denominator is None else frame.rows[denominator]


def _adds_up(frame: Frame, denominator: str) -> bool:
    """Whether a denominator is added up: always where no row has a time, since each is then a thing of its own."""
    timed = any(frame.meaning(each).role in TIME and frame.is_time(each) for each in frame.ids)
    return not timed or frame.meaning(denominator).fold is Fold.SUM


def _whole(frame: Frame, rows: ir.Table) -> dict[str, Any]:
    value = rows["value"]
    figures = {"mean": value.mean(), "sd": value.std(how="sample"), "most_rows": rows["rows"].max()}
    figures |= {name: value.quantile(at) for name, at in (("q1", 0.25), ("median", 0.5), ("q3", 0.75))}
    whole: dict[str, Any] = frame.execute(rows.aggregate(entities=rows.count(), **figures)).to_pylist()[0]
    if not whole["entities"]:
        return whole
    above = ibis.greatest(rows.over - whole["median"] * rows.under, 0.0)
    more = rows.aggregate(
        over=rows.over.sum(), above=above.sum(), short=(rows["rows"] < ENOUGH * whole["most_rows"]).sum()
    )
    return {**whole, **frame.execute(more).to_pylist()[0]}


def _ranked(rows: ir.Table, whole: Mapping[str, Any]) -> ir.Table:
    value = rows["value"]
    quartile = ibis.cases((value <= whole["q1"], 1), (value <= whole["median"], 2), (value <= whole["q3"], 3), else_=4)
    z = (value - whole["mean"]) / whole["sd"] if whole["sd"] else ibis.literal(0.0)
    rank = ibis.row_number().over(order_by=[ibis.desc("value"), rows.entity]) + 1
    return rows.mutate(rank=rank, quartile=quartile, z=z)


def _facts(whole: Mapping[str, Any], measured: _Measured, *, summed: bool, over: bool) -> dict[str, float | str | None]:
    facts: dict[str, float | str | None] = {"entities": float(whole["entities"]), "unit": measured.unit}
    facts |= {name: whole[name] for name in ("median", "mean", "q1", "q3", "sd")}
    if summed and over and whole["above"] > 0 and whole["over"] > 0:
        facts |= {"above_median": whole["above"], "above_median_share": whole["above"] / whole["over"]}
    return facts


def _sentences(
    frame: Frame,
    analysis: Analysis,
    measured: _Measured,
    whole: Mapping[str, Any],
    facts: Mapping[str, Any],
    highest: Sequence[Mapping[str, Any]],
    lowest: Sequence[Mapping[str, Any]],
) -> Iterator[str]:
    unit, top, low = measured.unit, highest[0], lowest[-1]
    told = count(whole["entities"], "entity", "entities")
    yield (
        f"{sentence(measured.name)}, {told}: half lie between {number(whole['q1'], unit)} and "
        f"{number(whole['q3'], unit)}, with {number(whole['median'], unit)} in the middle."
    )
    relative = whole["median"] > 0 and frame.meaning(analysis.inputs["measure"][0]).quantity is not Quantity.TEMPERATURE
    times = f", {number(round(top['value'] / whole['median'], 1))} times the median" if relative else ""
    yield (
        f"{top['entity']} has the highest ({number(top['value'], unit)}{times}), {low['entity']} the lowest "
        f"({number(low['value'], unit)})."
    )
    far = [row["entity"] for row in highest if row["z"] > _FAR] if whole["entities"] >= _ENOUGH_FOR_Z else []
    if far:
        stand = "stands" if len(far) == 1 else "stand"
        yield (
            f"{listed(far)} {stand} more than two standard deviations above the mean: look there first, at the value "
            "and at how it was measured."
        )
    if "above_median" in facts:
        base = frame.unit(analysis.inputs["measure"][0])
        yield (
            f"Those above the median would need {number(facts['above_median'], base)} "
            f"({share(facts['above_median_share'])} of the total) less if they were at it."
        )


def _warnings(frame: Frame, analysis: Analysis, whole: Mapping[str, Any]) -> Iterator[str]:
    """Totals over different lengths of time are not comparable, nor are they for each square metre."""
    timed = any(frame.meaning(each).role in TIME and frame.is_time(each) for each in frame.ids)
    summed = frame.meaning(analysis.inputs["measure"][0]).fold is Fold.SUM
    paired = any(_adds_up(frame, each) for each in analysis.inputs.get("denominator", ()))
    if timed and summed and not paired and whole["short"]:
        fewer = count(round(whole["short"]), "entity has", "entities have")
        yield f"{fewer} fewer than nine tenths of the rows of the one with most: their totals may be of a shorter time."


def _figure(
    frame: Frame, entity: str, measured: _Measured, whole: Mapping[str, Any], most: int, told: Sequence[str]
) -> Figure:
    first = f": the {most} highest of {whole['entities']:,}" if whole["entities"] > most else ""
    return Figure(
        Form.BARS,
        "entities",
        x="entity",
        y="value",
        title=sentence(f"{measured.spoken} by {frame.phrase(entity)}{first}"),
        x_label=sentence(frame.phrase(entity)),
        y_label=sentence(measured.spoken),
        unit=measured.unit or None,
        rule=(whole["median"], f"Median {number(whole['median'], measured.unit)}"),
        alt=" ".join(told),
    )
