"""Text that came from elsewhere: what may be kept as plain text, and the plain titles used where it may not."""

from __future__ import annotations

import re
import unicodedata

from headgate.errors import InputError

MOST_CODE_POINTS = 160
# Letters, marks, numbers, punctuation, signs and the blank; not controls, format signs (bidirectional, zero width),
# surrogates, private use, unassigned, line and paragraph separators.
_KINDS = frozenset("LMNPS")
# Signs of those kinds that do not show all the same (Unicode, Default_Ignorable_Code_Point; the blank Braille pattern),
# and marks piled up, which cover the lines above and below.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MOST_MARKS = 3
_QUOTES = re.compile('["“”„‟«»＂]')
_MARKUP = re.compile(r"[<>`\\|{}\[\]]|\*\*|__|&#|&\w+;|!\(|\]\(")
# A name of the net may end in any word; IDNA takes three other signs for its dot (RFC 3490 3.1).
_LINK = re.compile(
    r"(?i)[a-z][a-z0-9+.-]*:/|www\.|mailto:|javascript:|data:|@"
    r"|[\w-][.\u3002\uff0e\uff61][^\W\d_]{2,}(?!\w)|\d{1,3}(?:\.\d{1,3}){3}"
)

QUESTIONS = {
    "cumulative_or_interval": "Is it the reading of a meter that only rises, or what was used in each interval?",
    "period_start_or_end": "Does a time stamp name the start of its interval, or the end?",
    "time_zone": "Which time zone do its clocks show, and are they put forward in summer?",
    "sign": "Which direction is positive: drawn or fed in, in or out?",
    "part_of": "Is it part of what another column counts, and of which?",
    "meaning": "What does it measure? The name does not say it.",
    "unit": "Which unit is it in?",
    "price": "What does one unit of it cost?",
    "schedule": "On which days and at which hours is work done?",
    "baseline_dates": "From when to when is the time to compare with?",
}
TITLES = {
    "data_profile": "What the columns hold",
    "timestamp_audit": "Time stamps: steps, gaps and duplicates",
    "kpi_summary": "Key figures",
    "trend": "Trend",
    "breakdown": "Breakdown",
    "correlation": "What moves together",
    "load_profile": "Load over the day",
    "load_heatmap": "Load by date and hour",
    "load_duration": "Load duration curve",
    "peak_demand": "Peak demand",
    "base_load": "Base load",
    "load_factor": "Load factor",
    "power_factor": "Power factor",
    "intensity": "Specific consumption",
    "register_to_interval": "Use from a meter register",
    "flatline": "Values that stand still",
    "outliers": "Outliers",
    "period_compare": "Compared with the period before",
    "distribution": "Distribution",
    "pareto": "The few that make the most",
    "pivot_heatmap": "Where two groups meet",
    "concentration": "Concentration",
    "scatter_xy": "One against the other",
    "benchmark_entities": "Ranking",
    "target_vs_actual": "Actual against target",
    "out_of_hours": "Use out of hours",
    "meter_balance": "Meter balance",
    "self_consumption": "Own generation: used here, fed in",
    "day_clusters": "Kinds of day",
    "sku_cost": "Energy cost of each product",
    "energy_cost": "Energy cost",
    "emissions": "Emissions",
    "cusum": "Running sum of the difference",
    "operational_drift": "Drift from the model",
    "equipment_efficiency": "Efficiency",
    "setpoint_deviation": "Away from the setpoint",
    "simultaneous_heat_cool": "Heating and cooling at once",
    "runtime_starts": "Running hours and starts",
    "event_rule": "Events",
    "degree_days": "Degree days",
    "energy_signature": "Energy signature",
    "baseline_mv": "Baseline and savings",
    "driver_regression": "What drives it",
    "normalised_compare": "Compared under equal conditions",
    "change_points": "When the level changed",
    "expected_band": "Outside the expected band",
    "forecast": "Forecast",
    "discords": "The oddest stretches",
}


def plain_text(text: str) -> str:
    """The text in NFC, where it is plain: at most 160 code points, no markup, link, control or bidirectional sign.

    Raises `InputError` naming the rule, never the text.
    """
    # Before it is composed, which takes a time that grows with the square of the marks; three signs may become one.
    tidy = text if len(text) > 3 * MOST_CODE_POINTS else unicodedata.normalize("NFC", text).strip()
    if not tidy:
        raise InputError("the text is empty")
    if len(tidy) > MOST_CODE_POINTS:
        raise InputError(f"the text is longer than {MOST_CODE_POINTS} characters")
    if any(sign != " " and unicodedata.category(sign)[0] not in _KINDS for sign in tidy) or _INVISIBLE.search(tidy):
        raise InputError("the text holds control, bidirectional or invisible characters")
    if "M" * (_MOST_MARKS + 1) in "".join(unicodedata.category(sign)[0] for sign in tidy):
        raise InputError("the text piles up marks on a letter")
    if _MARKUP.search(tidy):
        raise InputError("the text holds markup")
    if _LINK.search(tidy):
        raise InputError("the text holds a link or an address")
    return tidy


def has_digits(text: str) -> bool:
    """Whether the text holds a figure, in any script: figures may come only from local results."""
    return any(unicodedata.category(sign)[0] == "N" for sign in text)


def quoted(text: str) -> str:
    """The text in quotation marks, as the words of somebody else; nothing in it can close them."""
    inside = _QUOTES.sub("'", text)
    return f"“{inside}”"
