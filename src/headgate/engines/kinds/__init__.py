"""The kinds of analysis, one module each: `run(frame, analysis)` gives a result or says why there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headgate.engines.frame import Frame
from headgate.engines.interface import Outcome
from headgate.engines.kinds import (
    base_load,
    benchmark_entities,
    breakdown,
    concentration,
    correlation,
    data_profile,
    distribution,
    equipment_efficiency,
    event_rule,
    flatline,
    intensity,
    kpi_summary,
    load_duration,
    load_factor,
    load_heatmap,
    load_profile,
    out_of_hours,
    pareto,
    peak_demand,
    period_compare,
    pivot_heatmap,
    power_factor,
    register_to_interval,
    runtime_starts,
    scatter_xy,
    setpoint_deviation,
    simultaneous_heat_cool,
    timestamp_audit,
    trend,
)
from headgate.plan.language import Analysis

RUNNERS: Mapping[str, Callable[[Frame, Analysis], Outcome]] = {
    "data_profile": data_profile.run,
    "timestamp_audit": timestamp_audit.run,
    "register_to_interval": register_to_interval.run,
    "flatline": flatline.run,
    "kpi_summary": kpi_summary.run,
    "trend": trend.run,
    "period_compare": period_compare.run,
    "distribution": distribution.run,
    "breakdown": breakdown.run,
    "pareto": pareto.run,
    "pivot_heatmap": pivot_heatmap.run,
    "concentration": concentration.run,
    "correlation": correlation.run,
    "scatter_xy": scatter_xy.run,
    "benchmark_entities": benchmark_entities.run,
    "load_profile": load_profile.run,
    "load_heatmap": load_heatmap.run,
    "load_duration": load_duration.run,
    "peak_demand": peak_demand.run,
    "base_load": base_load.run,
    "out_of_hours": out_of_hours.run,
    "load_factor": load_factor.run,
    "power_factor": power_factor.run,
    "intensity": intensity.run,
    "equipment_efficiency": equipment_efficiency.run,
    "setpoint_deviation": setpoint_deviation.run,
    "simultaneous_heat_cool": simultaneous_heat_cool.run,
    "runtime_starts": runtime_starts.run,
    "event_rule": event_rule.run,
}
