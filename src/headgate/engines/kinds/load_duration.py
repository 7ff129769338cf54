"""The load duration curve: for how much of the time demand is above each level."""

from __future__ import annotations

import ibis
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.loads import SHORTEST_DAYS, Load, open_load, power_text
from headgate.engines.wording import number, share
from headgate.plan.language import Analysis

NEAR_PEAK = 0.9
RARE = 0.01  # of the time: up to here a peak is made of spikes that can be moved
STEEP = (
    20  # the first 1/20 of the time, where the curve is steep, is drawn in steps of 0.1 %, the rest in steps of 0.5 %
)
FINE, COARSE = 1000, 200


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The table `duration` (share of time in percent, demand in kW, falling) and how long demand is near its peak.

    A point (p, kw) says: demand is at or above kw for p percent of the time. The whole curve is kept at 0.1 % steps up
    to 5 % and at 0.5 % steps beyond, with the lowest value at 100. Needs intervals of an hour or less and 14 days.
    """
    load = open_load(frame, analysis, days=SHORTEST_DAYS)
    if isinstance(load, Skipped):
        return load
    facts = _facts(frame, load)
    sentences = _sentences(load, facts)
    curve = Figure(
        Form.CURVE,
        "duration",
        x="share_of_time_percent",
        y="kw",
        title=f"Duration curve of {load.spoken}",
        x_label="Share of the time demand is at or above this level",
        y_label="Demand",
        unit="kW",
        alt=" ".join(sentences),
    )
    return Result(
        analysis,
        {"duration": _curve(frame, load)},
        facts,
        figures=(curve,),
        sentences=sentences,
        warnings=load.warnings,
    )


def _curve(frame: Frame, load: Load) -> pa.Table:
    ranked = load.rows.select("kw").mutate(rank=ibis.row_number().over(order_by=ibis.desc(load.rows.kw)))
    place = ibis.ifelse(
        ranked.rank * STEEP < load.count, ranked.rank * FINE // load.count, FINE + ranked.rank * COARSE // load.count
    )
    steps = ranked.mutate(place=place)
    points = steps.group_by("place").aggregate(rank=steps.rank.min(), kw=steps.kw.max()).order_by("rank")
    found = frame.execute(points).to_pylist()
    return pa.table(
        {
            "share_of_time_percent": [100 * point["rank"] / load.count for point in found] + [100.0],
            "kw": [point["kw"] for point in found] + [load.lowest_kw],
        }
    )


def _facts(frame: Frame, load: Load) -> dict[str, float]:
    kw = load.rows.kw
    near = NEAR_PEAK * load.peak_kw
    found = frame.execute(
        load.rows.aggregate(near=(kw >= near).sum(), median_kw=kw.median(), one_percent_kw=kw.quantile(0.99))
    ).to_pylist()[0]
    return {
        "peak_kw": load.peak_kw,
        "near_peak_kw": near,
        "near_peak_hours": found["near"] * load.step / 3600,
        "near_peak_share": found["near"] / load.count,
        "exceeded_1_percent_kw": found["one_percent_kw"],
        "median_kw": found["median_kw"],
        "lowest_kw": load.lowest_kw,
    }


def _sentences(load: Load, facts: dict[str, float]) -> tuple[str, ...]:
    if load.peak_kw <= 0:
        return ("There is no demand above zero.",)
    median = (
        f"Half of the time demand is below {power_text(facts['median_kw'])}"
        if facts["median_kw"] > 0
        else "Half of the time or more there is no demand"
    )
    spare = load.peak_kw - facts["exceeded_1_percent_kw"]
    if facts["near_peak_share"] > RARE:
        return (
            f"{median}; the peak is {power_text(load.peak_kw)}.",
            f"Demand is within a tenth of its peak for {share(facts['near_peak_share'])} of the time: a lower peak "
            "needs a lower load in general, not the end of a few spikes.",
        )
    return (
        f"{median}; the peak is {power_text(load.peak_kw)}.",
        f"The last tenth of the peak (above {power_text(facts['near_peak_kw'])}) is needed for "
        f"{number(facts['near_peak_hours'])} of {number(load.hours)} hours: moving load out of them lowers the "
        "peak by a tenth.",
        f"Demand is above {power_text(facts['exceeded_1_percent_kw'])} for only 1 % of the time: the last "
        f"{power_text(spare)} are there for {number(load.hours / 100)} hours.",
    )
