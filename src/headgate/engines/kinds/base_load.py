"""The base load: the demand that never goes away, and what it costs in energy."""

from __future__ import annotations

from datetime import datetime

import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.loads import SHORTEST_DAYS, Load, energy_text, open_load, power_text
from headgate.engines.wording import share
from headgate.plan.language import Analysis

LOW = 0.05
_GRID = 1e6  # kW: beyond it a single kilowatt is nothing to speak of
NIGHT_ENDS = 5  # hours after midnight
METHODS = {"p05": "the level demand is below for 5 % of the time", "night": "the middle value between 00:00 and 05:00"}


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The base load of the whole period and by month (table `months`), and its share of all energy.

    `p05` is the exact, interpolated 5 % quantile of demand; `night` the median from 00:00 to 05:00. The share is
    base load × hours / energy. Needs intervals of an hour or less and 14 days.
    """
    load = open_load(frame, analysis, days=SHORTEST_DAYS)
    if isinstance(load, Skipped):
        return load
    method = str(analysis.params["method"])
    rows = load.rows if method == "p05" else load.rows.filter(load.rows.t.hour() < NIGHT_ENDS)
    base = frame.number(rows.aggregate(base=_base(rows.kw, method)).base.max())
    if base is None:
        return Skipped(analysis, f"“{load.name}” has no value between 00:00 and 05:00.")
    months = _months(frame, rows, method)
    part = base * load.hours / load.kwh if load.kwh > 0 else None
    facts: dict[str, float | str | None] = {
        "base_kw": base,
        "base_kwh": base * load.hours,
        "base_share": part,
        "lowest_kw": load.lowest_kw,
    }
    sentences = _sentences(load, base, part, method, months)
    return Result(
        analysis,
        {"months": months},
        facts,
        figures=(_figure(load, base, sentences),) if months.num_rows > 1 else (),
        sentences=sentences,
        headlines=(Headline("Base load", base, "kW", f"{share(part)} of all energy" if part is not None else ""),),
        warnings=load.warnings,
    )


def _base(kw: ir.NumericColumn, method: str) -> ir.NumericValue:
    return kw.quantile(LOW) if method == "p05" else kw.median()


def _months(frame: Frame, rows: ir.Table, method: str) -> pa.Table:
    monthly = rows.mutate(month=rows.t.truncate("M"))
    found = frame.execute(
        monthly.group_by("month").aggregate(base_kw=_base(monthly.kw, method)).order_by("month")
    ).to_pylist()
    return pa.table(
        {
            "month": pa.array([_month(row["month"]) for row in found], pa.string()),
            "base_kw": pa.array([row["base_kw"] for row in found], pa.float64()),
        }
    )


def _month(start: datetime) -> str:
    return f"{start:%b %Y}"


def _sentences(load: Load, base: float, part: float | None, method: str, months: pa.Table) -> tuple[str, ...]:
    floor = f"The base load ({METHODS[method]}) is {power_text(base)}"
    if part is None or base <= 0:
        return (f"{floor}: at times nothing runs, so there is none to cut.",)
    kept = f"{floor}: running all the time it makes {energy_text(base * load.hours)}, {share(part)} of all energy."
    if base < _GRID:
        kept += f" Every kilowatt of it switched off saves {energy_text(load.hours)} over the same period."
    rows = sorted(months.to_pylist(), key=lambda row: row["base_kw"])
    if len(rows) < 2 or rows[0]["base_kw"] <= 0 or rows[-1]["base_kw"] < 1.05 * rows[0]["base_kw"]:
        return (kept,)
    low, high = rows[0], rows[-1]
    return (
        kept,
        f"By month it lies between {power_text(low['base_kw'])} ({low['month']}) and "
        f"{power_text(high['base_kw'])} ({high['month']}): what runs in "
        f"{high['month']} that does not in {low['month']}?",
    )


def _figure(load: Load, base: float, sentences: tuple[str, ...]) -> Figure:
    return Figure(
        Form.BARS,
        "months",
        x="month",
        y="base_kw",
        title=f"Base load of {load.spoken} by month",
        x_label="Month",
        y_label="Base load",
        unit="kW",
        rule=(base, f"Whole period {power_text(base)}"),
        alt=" ".join(sentences),
    )
