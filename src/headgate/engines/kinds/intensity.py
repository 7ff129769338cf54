"""Intensity: energy (or volume, emissions, cost) for each unit made, or for each square metre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Fold, Role
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import not_numbers, period_text, stamped
from headgate.engines.wording import count, number, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

GRAINS = {"day": "D", "week": "W", "month": "M"}
MOST_ENTITIES = 10
_TOLD = 0.001  # of all: less energy in rows that make nothing is not worth a sentence
ENOUGH = 0.5  # of a middle period's denominator: a shorter or idler period is no fair best or worst


@dataclass(frozen=True, slots=True)
class _Terms:
    """`rows`: `start` (null without time), `entity` (null without), `over` in `unit`, `under` in `per`."""

    rows: ir.Table
    unit: str
    per: str
    summed: bool


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The intensity of all rows, by grain (table `periods`) and by entity (table `entities`).

    Intensity = sum of energy / sum of the denominator over the rows that have both (ratio of sums, never a mean of
    ratios). A denominator that is not added up over time (an area, people present) counts with its mean, entity by
    entity; where each row is a thing of its own, without time or entity, it is added up. It has to be above zero.
    """
    terms = _terms(frame, analysis)
    if isinstance(terms, Skipped):
        return terms
    total = _ratios(frame, terms, [])[0]
    if not total["over_rows"] or total["under"] is None or total["under"] <= 0:
        name = frame.label(analysis.inputs["denominator"][0])
        return Skipped(
            analysis, f"“{name}” is nowhere above zero on a row that has both values, so nothing can be divided by it."
        )
    grain = str(analysis.params["grain"]) if stamped(frame, analysis) else "all"
    return _result(frame, analysis, terms, total, grain)


def _terms(frame: Frame, analysis: Analysis) -> _Terms | Skipped:
    energy, denominator = analysis.inputs["energy"][0], analysis.inputs["denominator"][0]
    time, entity = stamped(frame, analysis), (analysis.inputs.get("entity") or (None,))[0]
    reason = not_numbers(frame, energy, denominator)
    if reason is not None:
        return Skipped(analysis, reason)
    over, unit = frame.rows[energy], frame.unit(energy)
    if frame.is_power(energy):
        factor = frame.interval_energy(energy, frame.interval(time) if time else None)
        if factor is None:
            return Skipped(analysis, f"“{frame.label(energy)}” is a power; without a regular time it gives no energy.")
        over, unit = over * factor, "kWh"
    grain = GRAINS.get(str(analysis.params["grain"]))
    rows = frame.rows.select(
        start=frame.start(time).truncate(grain) if time and grain else ibis.null("timestamp"),
        entity=frame.text(entity) if entity else ibis.null("string"),
        over=over,
        under=frame.rows[denominator],
    )
    meaning = frame.meaning(denominator)
    once = time is None and entity is None  # each row is a thing of its own, such as a building
    summed = once or (meaning.role is not Role.AREA and meaning.fold is Fold.SUM)
    return _Terms(rows.filter(rows.over.notnull() & rows.under.notnull()), unit, meaning.unit or "unit", summed)


def _ratios(frame: Frame, terms: _Terms, keys: list[str]) -> list[dict[str, Any]]:
    """`over`, `under`, `idle` (over where under is zero) and `intensity` for each value of `keys`, in their order."""
    rows = terms.rows
    within = list(dict.fromkeys([*keys, "entity"]))
    parts = rows.group_by(within).aggregate(
        over=rows.over.sum(),
        under=rows.under.sum() if terms.summed else rows.under.mean(),
        idle=rows.over.sum(where=rows.under == 0),
        over_rows=rows.count(),
    )
    sums = {name: parts[name].sum() for name in ("over", "under", "idle", "over_rows")}
    whole = parts.group_by(keys).aggregate(**sums).order_by(keys) if keys else parts.aggregate(**sums)
    return [
        {**row, "intensity": row["over"] / row["under"] if row["under"] is not None and row["under"] > 0 else None}
        for row in frame.execute(whole).to_pylist()
    ]


def _result(frame: Frame, analysis: Analysis, terms: _Terms, total: dict[str, Any], grain: str) -> Result:
    over, under = frame.label(analysis.inputs["energy"][0]), frame.label(analysis.inputs["denominator"][0])
    unit = f"{terms.unit}/{terms.per}"
    energy, per = (frame.phrase(analysis.inputs[name][0]) for name in ("energy", "denominator"))
    name = f"{over} for each {terms.per} of {under}"
    name = name if over == frame.header(analysis.inputs["energy"][0]) else sentence(name)
    over_all = "over the whole period" if stamped(frame, analysis) else "in all"
    tables: dict[str, pa.Table] = {}
    figures: list[Figure] = []
    sentences = [f"{name}: {number(total['intensity'], unit)} {over_all}."]
    facts: dict[str, float | str | None] = {"intensity": total["intensity"], "unit": unit}
    if terms.summed and total["idle"] and total["over"]:
        facts |= {"idle": total["idle"], "idle_share": total["idle"] / total["over"]}
    made = frame.meaning(analysis.inputs["denominator"][0]).role is not Role.AREA
    if made and facts.get("idle") and total["idle"] >= _TOLD * total["over"]:
        sentences.append(
            f"{number(total['idle'], terms.unit)} ({share(total['idle'] / total['over'])}) fall in rows in which "
            f"“{under}” is zero: look for what runs then."
        )
    by_entity = _by_entity(frame, terms) if analysis.inputs.get("entity") else []
    shown = [row["entity"] for row in by_entity[:MOST_ENTITIES]]
    if by_entity:
        tables["entities"] = _entity_table(by_entity)
        sentences += _entity_sentences(by_entity, unit)
    if grain != "all":
        tables["periods"] = _period_table(frame, terms, shown)
        sentences += _period_sentences(_ratios(frame, terms, ["start"]), grain, unit, terms.unit)
        figures.append(_line(sentence(f"{energy} for each {terms.per} of {per}"), grain, unit, bool(shown), sentences))
    elif by_entity:
        figures.append(_bars(name, unit, sentences))
    return Result(
        analysis,
        tables,
        facts,
        figures=tuple(figures),
        sentences=tuple(sentences),
        headlines=(Headline("Intensity", total["intensity"], unit, sentence(f"{energy} / {per}")),),
        warnings=_left_out(frame, analysis, total["over_rows"]),
    )


def _by_entity(frame: Frame, terms: _Terms) -> list[dict[str, Any]]:
    """The entities that have an intensity, the largest user first."""
    found = [row for row in _ratios(frame, terms, ["entity"]) if row["intensity"] is not None and row["entity"]]
    return sorted(found, key=lambda row: -row["over"])


def _entity_table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in ("entity", "over", "under", "intensity")})


def _period_table(frame: Frame, terms: _Terms, shown: list[str]) -> pa.Table:
    """One row a period and, where there are entities, each of those shown."""
    keys = ["start", "entity"] if shown else ["start"]
    rows = [row for row in _ratios(frame, terms, keys) if row["start"] and (not shown or row["entity"] in set(shown))]
    columns: dict[str, pa.Array] = {"start": pa.array([row["start"] for row in rows], pa.timestamp("us"))}
    if shown:
        columns["entity"] = pa.array([row["entity"] for row in rows], pa.string())
    for name in ("over", "under", "intensity"):
        columns[name] = pa.array([row[name] for row in rows], pa.float64())
    return pa.table(columns)


def _entity_sentences(rows: list[dict[str, Any]], unit: str) -> list[str]:
    if len(rows) < 2:
        return []
    low, high = min(rows, key=lambda row: row["intensity"]), max(rows, key=lambda row: row["intensity"])
    return [
        f"Of {count(len(rows), 'group')}, {low['entity']} needs least ({number(low['intensity'], unit)}) and "
        f"{high['entity']} most ({number(high['intensity'], unit)})."
    ]


def _period_sentences(rows: list[dict[str, Any]], grain: str, unit: str, over_unit: str) -> list[str]:
    """The best and the worst full period, and what is to be gained by holding the best quarter's intensity always."""
    known = sorted((row for row in rows if row["start"] and row["intensity"] is not None), key=lambda row: row["under"])
    if len(known) < 4:
        return []
    middle = known[len(known) // 2]["under"]
    fair = sorted((row for row in known if row["under"] >= ENOUGH * middle), key=lambda row: row["intensity"])
    low, high = fair[0], fair[-1]
    said = [
        f"By {grain} it lies between {number(low['intensity'], unit)} ({period_text(low['start'], grain)}) and "
        f"{number(high['intensity'], unit)} ({period_text(high['start'], grain)})."
    ]
    good = fair[(len(fair) - 1) // 4]["intensity"]
    spare = sum(max(0.0, row["over"] - good * row["under"]) for row in fair)
    over = sum(row["over"] for row in known)
    if spare > 0 and over > 0:
        said.append(
            f"One {grain} in four needs {number(good, unit)} or less: holding that always would save "
            f"{number(spare, over_unit)} ({share(spare / over)})."
        )
    return said


def _left_out(frame: Frame, analysis: Analysis, used: int) -> tuple[str, ...]:
    energy, denominator = (frame.rows[analysis.inputs[name][0]] for name in ("energy", "denominator"))
    either = frame.number((energy.notnull() | denominator.notnull()).sum()) or 0
    left = round(either) - used
    return (f"{count(left, 'row')} with only one of the two values left out.",) if left else ()


def _line(name: str, grain: str, unit: str, split: bool, sentences: list[str]) -> Figure:
    return Figure(
        Form.LINE,
        "periods",
        x="start",
        y="intensity",
        title=f"{name}, by {grain}",
        x_label=grain.capitalize(),
        y_label="Intensity",
        unit=unit,
        series="entity" if split else None,
        series_label="Group" if split else None,
        alt=" ".join(sentences),
    )


def _bars(name: str, unit: str, sentences: list[str]) -> Figure:
    return Figure(
        Form.BARS,
        "entities",
        x="entity",
        y="intensity",
        title=name,
        x_label="Group",
        y_label="Intensity",
        unit=unit,
        alt=" ".join(sentences),
    )
