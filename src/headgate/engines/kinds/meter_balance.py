"""The balance of a main meter and its parts: what the parts do not account for, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from headgate.catalogue.meaning import Medium, Role
from headgate.engines.amounts import Amount, Joint, open_amount, open_joint
from headgate.engines.folding import Grain, at_least, period_start, period_word
from headgate.engines.frame import Frame
from headgate.engines.groups import part_names
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import energy_text
from headgate.engines.wording import count, listed, number, share
from headgate.headers.table import LocalType
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

MOST_DRAWN = 20
REST = "Not accounted for"
_PERIODS = pa.schema(
    [
        ("start", pa.timestamp("us")),
        *((name, pa.float64()) for name in ("main", "parts", "residual", "residual_percent", "low", "high")),
        ("beyond", pa.bool_()),
    ]
)
_PARTS = pa.schema([("meter", pa.string()), ("value", pa.float64()), ("share_percent", pa.float64())])


@dataclass(frozen=True, slots=True)
class _Meters:
    """`joint` holds `main` and a column for each of the `parts`, in `unit`, where all of them have a value."""

    main: str
    parts: tuple[str, ...]
    unit: str
    joint: Joint
    warnings: tuple[str, ...]

    def text(self, value: float) -> str:
        """An amount in words."""
        return energy_text(value) if self.unit == "kWh" else number(value, self.unit)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The residual, main − Σ parts, by period (table `periods`) and over all, and what each part makes (`parts`).

    Only intervals in which the main meter and every part have a value are compared. A period is beyond the tolerance
    where its residual is more than that share of the main meter's value. Needs one unit and one medium.
    """
    meters = _meters(frame, analysis)
    if isinstance(meters, Skipped):
        return meters
    step = meters.joint.step
    grain = at_least(Grain(str(analysis.params["grain"])), step)
    tolerance = float(analysis.params["tolerance_percent"])
    periods = _periods(frame, meters, grain, tolerance)
    parts = _parts(frame, meters)
    main, of_parts = sum(row["main"] for row in periods), sum(row["parts"] for row in periods)
    facts: dict[str, float | str | None] = {
        "main": main,
        "parts": of_parts,
        "residual": main - of_parts,
        "unit": meters.unit,
        "residual_percent": 100 * (main - of_parts) / main if main > 0 else None,
        "tolerance_percent": tolerance,
        "periods": float(len(periods)),
        "periods_beyond": float(sum(row["beyond"] for row in periods)),
    }
    sentences = _sentences(frame, meters, facts, periods, grain)
    rest = facts["residual_percent"]
    return Result(
        analysis,
        {
            "periods": pa.Table.from_pylist(periods, schema=_PERIODS),
            "parts": pa.Table.from_pylist(parts, schema=_PARTS),
        },
        facts,
        figures=_figures(frame, meters, grain, len(periods), sentences),
        sentences=sentences,
        headlines=(Headline(REST, float(rest), "%", f"of {frame.phrase(meters.main)}"),) if rest is not None else (),
        warnings=meters.warnings,
    )


def _meters(frame: Frame, analysis: Analysis) -> _Meters | Skipped:
    main, parts, time = analysis.inputs["main"][0], analysis.inputs["parts"], analysis.inputs["timestamp"][0]
    reason = _misfit(frame, main, parts, time)
    if reason is not None:
        return Skipped(analysis, reason)
    silent = [each for each in parts if _is_silent(frame, each)]
    kept = tuple(each for each in parts if each not in silent)
    amounts = _amounts(frame, (main, *kept), time)
    if isinstance(amounts, str):
        return Skipped(analysis, amounts)
    names = {each: "main" if each == main else f"p_{each}" for each in amounts}
    joint = open_joint(frame, time, {names[each]: amount.value for each, amount in amounts.items()})
    if not kept or not joint.count:
        return Skipped(analysis, "The main meter and its parts have no interval in which all of them have a value.")
    warnings = [*amounts[main].warnings]
    unknown = sum(bool(amounts[each].warnings) for each in kept)
    if unknown:
        warnings.append(f"{count(unknown, 'part')} without a unit taken to be in that of an interval's energy.")
    if silent:
        named = listed([f"“{frame.label(each)}”" for each in silent])
        warnings.append(f"{count(len(silent), 'part')} without any value left out: {named}.")
    return _Meters(main, kept, amounts[main].unit, joint, (*warnings, *joint.warnings))


def _is_silent(frame: Frame, column: str) -> bool:
    return frame.type(column) is LocalType.EMPTY or frame.number(frame.rows[column].count()) == 0


def _amounts(frame: Frame, columns: Sequence[str], time: str) -> dict[str, Amount] | str:
    """The amounts of each column, all in one unit, or why not."""
    found: dict[str, Amount] = {}
    for each in columns:
        amount = open_amount(frame, each, time)
        if isinstance(amount, str):
            return amount
        first = found.get(columns[0], amount)
        if amount.unit != first.unit:
            return (
                f"“{frame.label(each)}” is in {amount.each} and “{frame.label(columns[0])}” in {first.each}; a balance "
                "needs one unit."
            )
        found[each] = amount
    return found


def _misfit(frame: Frame, main: str, parts: Sequence[str], time: str) -> str | None:
    """Why these are no meter and its parts, None where they may be."""
    if frame.interval(time) is None:
        return f"“{frame.label(time)}” has no regular interval, so meters cannot be compared in time."
    if main in parts:
        return f"“{frame.label(main)}” cannot be a part of itself."
    medium = _medium(frame, main)
    for each in parts:
        other = _medium(frame, each)
        if medium is not None and other is not None and other is not medium:
            mine, its = str(medium).replace("_", " "), str(other).replace("_", " ")
            return f"“{frame.label(each)}” is of {its} and “{frame.label(main)}” of {mine}; a balance needs one medium."
    return None


def _medium(frame: Frame, column: str) -> Medium | None:
    """What the meter measures: what is generated, from gas or from the sun, is electricity."""
    meaning = frame.meaning(column)
    return Medium.ELECTRICITY if meaning.role is Role.GENERATION or meaning.medium is Medium.PV else meaning.medium


def _periods(frame: Frame, meters: _Meters, grain: Grain, tolerance: float) -> list[dict[str, Any]]:
    rows = meters.joint.rows
    total = sum((rows[f"p_{each}"] for each in meters.parts[1:]), rows[f"p_{meters.parts[0]}"])
    rows = rows.select(start=period_start(rows.t, grain), main=rows.main, parts=total)
    sums = rows.group_by("start").aggregate(main=rows.main.sum(), parts=rows.parts.sum()).order_by("start")
    found = frame.execute(sums).to_pylist()
    for row in found:
        row["residual"] = rest = row["main"] - row["parts"]
        row["residual_percent"] = percent = 100 * rest / row["main"] if row["main"] > 0 else None
        row["beyond"] = abs(percent) > tolerance if percent is not None else rest != 0
        row |= {"low": -tolerance, "high": tolerance}
    return list(found)


def _parts(frame: Frame, meters: _Meters) -> list[dict[str, Any]]:
    """What each part makes of the main meter, the greatest first, and what is not accounted for."""
    rows = meters.joint.rows
    sums = {each: rows[f"p_{each}"].sum() for each in meters.parts}
    found = frame.execute(rows.aggregate(main=rows.main.sum(), **sums)).to_pylist()[0]
    names = part_names(frame, meters.parts)
    values = sorted(((names[each], found[each]) for each in meters.parts), key=lambda pair: -pair[1])
    values.append((REST, found["main"] - sum(value for _, value in values)))
    return [
        {"meter": name, "value": value, "share_percent": 100 * value / found["main"] if found["main"] > 0 else None}
        for name, value in values
    ]


def _sentences(
    frame: Frame, meters: _Meters, facts: Mapping[str, Any], periods: Sequence[Mapping[str, Any]], grain: Grain
) -> tuple[str, ...]:
    name, rest, percent = frame.label(meters.main), facts["residual"], facts["residual_percent"]
    parts = "its part" if len(meters.parts) == 1 else f"its {len(meters.parts)} parts together"
    both = f"“{name}” measured {meters.text(facts['main'])} and {parts} {meters.text(facts['parts'])}"
    part = "" if percent is None else f" ({_percent(abs(percent))})"
    if rest >= 0:
        said = [f"{both}: {meters.text(rest)}{part} are not accounted for."]
    else:
        said = [
            f"{both}, {meters.text(-rest)}{part} more: a part may be counted twice, or be no part of this meter, or a "
            "meter is wrong."
        ]
    tolerance = f"±{number(facts['tolerance_percent'], '%')}"
    beyond = [row for row in periods if row["beyond"]]
    if not beyond:
        said.append(f"Every one of {count(len(periods), str(grain))} is within {tolerance}.")
        return tuple(said)
    worst = max(beyond, key=lambda row: abs(row["residual"]))
    of = "" if worst["residual_percent"] is None else f" ({share(worst['residual_percent'] / 100)})"
    verb = "is" if len(beyond) == 1 else "are"
    said.append(
        f"{len(beyond):,} of {count(len(periods), str(grain))} {verb} beyond {tolerance}; "
        f"the largest residual is {meters.text(worst['residual'])}{of} ({period_word(worst['start'], grain)})."
    )
    return tuple(said)


def _percent(value: float) -> str:
    return "less than 0.1 %" if 0 < value < 0.05 else share(value / 100)


def _figures(
    frame: Frame, meters: _Meters, grain: Grain, periods: int, sentences: tuple[str, ...]
) -> tuple[Figure, ...]:
    alt, spoken = " ".join(sentences), frame.phrase(meters.main)
    line = Figure(
        Form.LINE,
        "periods",
        x="start",
        y="residual_percent",
        title=sentence(f"{spoken} not accounted for by its parts, by {grain}"),
        x_label=sentence(str(grain)),
        y_label="Residual of the main meter",
        unit="%",
        low="low",
        high="high",
        marked="beyond",
        alt=alt,
    )
    bars = Figure(
        Form.BARS,
        "parts",
        x="meter",
        y="value",
        title=sentence(f"what makes up {spoken}"),
        x_label="Meter",
        y_label="Sum",
        unit=meters.unit or None,
        alt=alt,
    )
    drawn = (bars,) if len(meters.parts) <= MOST_DRAWN else ()
    return (line, *drawn) if periods > 1 else drawn
