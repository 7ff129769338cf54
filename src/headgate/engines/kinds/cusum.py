"""CUSUM: the running sum of what was used beyond, or short of, what was expected, and when its direction changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import fmean, pstdev, pvariance
from typing import Any

import pyarrow as pa

from headgate.engines.expected import Pairs, by_period, open_pairs
from headgate.engines.folding import period_word
from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Headline, Outcome, Result, Skipped
from headgate.engines.wording import count, share
from headgate.plan.language import Analysis
from headgate.plan.titles import sentence

FEWEST = 8  # periods: below that a change of direction is not looked for
BY_CHANCE = 1.63  # the range of a running sum of chance, over its standard deviation, passes it in 1 of 100 cases
ROUNDING = 1e-9  # of the values: differences that vary by less are all the same
_PERIODS = pa.schema(
    [
        ("start", pa.timestamp("us")),
        *((name, pa.float64()) for name in ("actual", "expected", "difference", "cusum")),
        ("turn", pa.bool_()),
    ]
)


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The running sum of actual − expected by period (table `periods`), and where its direction changed most.

    S(k) = Σ (actual − expected) up to period k. A falling line is less than expected. The turn is where S is farthest
    from the straight line between its ends; it is told only where chance does not explain it.
    """
    columns = analysis.inputs["actual"][0], analysis.inputs["expected"][0]
    pairs = open_pairs(frame, columns, analysis.inputs["timestamp"][0], str(analysis.params["grain"]))
    if isinstance(pairs, str):
        return Skipped(analysis, pairs)
    periods = by_period(frame, pairs)
    if len(periods) < 2:
        return Skipped(analysis, f"There is only one {pairs.grain} with both values; a running sum needs two or more.")
    running = 0.0
    for row in periods:
        row["difference"] = row["actual"] - row["expected"]
        running += row["difference"]
        row |= {"cusum": running, "turn": False}
    turn = _turn(periods)
    if turn is not None:
        periods[turn]["turn"] = True
    facts = _facts(pairs, periods, turn)
    sentences = _sentences(pairs, facts, periods, turn)
    percent = facts["difference_percent"]
    headline = (
        (Headline("Against what was expected", float(percent), "%", frame.phrase(columns[0])),)
        if percent is not None
        else ()
    )
    return Result(
        analysis,
        {"periods": pa.Table.from_pylist(periods, schema=_PERIODS)},
        facts,
        figures=(_figure(frame, columns, pairs, sentences),),
        sentences=sentences,
        headlines=headline,
        warnings=pairs.warnings,
    )


def _turn(periods: Sequence[Mapping[str, Any]]) -> int | None:
    """The last period before the direction changed, None where there are too few or chance explains it.

    The largest |S(k) − k / n · S(n)| over s · √n, whose law is Kolmogorov's where nothing changed; s is the standard
    deviation about the means before and after.
    """
    differences, n = [row["difference"] for row in periods], len(periods)
    scale = max(max(abs(row["actual"]), abs(row["expected"])) for row in periods)
    if n < FEWEST or pstdev(differences) <= ROUNDING * scale:
        return None
    mean, running, farthest, turn = fmean(differences), 0.0, 0.0, 0
    for place, each in enumerate(differences[:-1]):
        running += each - mean
        if abs(running) > farthest:
            farthest, turn = abs(running), place
    before, after = differences[: turn + 1], differences[turn + 1 :]
    spread = sqrt((len(before) * pvariance(before) + len(after) * pvariance(after)) / n)
    return turn if farthest > BY_CHANCE * spread * sqrt(n) else None


def _facts(pairs: Pairs, periods: Sequence[Mapping[str, Any]], turn: int | None) -> dict[str, float | str | None]:
    expected = sum(row["expected"] for row in periods)
    last = periods[-1]["cusum"]
    facts: dict[str, float | str | None] = {
        "difference": last,
        "unit": pairs.unit,
        "difference_percent": 100 * last / expected if pairs.summed and expected > 0 else None,
        "highest": max(row["cusum"] for row in periods),
        "lowest": min(row["cusum"] for row in periods),
        "periods": float(len(periods)),
        "turn": None if turn is None else periods[turn]["start"].isoformat(),
    }
    if turn is not None:
        facts["before_turn"] = fmean(row["difference"] for row in periods[: turn + 1])
        facts["after_turn"] = fmean(row["difference"] for row in periods[turn + 1 :])
    return facts


def _sentences(
    pairs: Pairs, facts: Mapping[str, Any], periods: Sequence[Mapping[str, Any]], turn: int | None
) -> tuple[str, ...]:
    grain, total = str(pairs.grain), facts["difference"]
    over = f"Over {count(len(periods), grain)} “{pairs.name}”"
    if not pairs.summed:
        mean = total / len(periods)
        said = [f"{over} is on average {_off(pairs, mean)} “{pairs.against}”."]
    else:
        percent = facts["difference_percent"]
        part = "" if percent is None else f", {share(abs(percent) / 100)}"
        said = [f"{over} is in sum {_off(pairs, total)} “{pairs.against}”{part}."]
    if turn is None:
        if len(periods) >= FEWEST:
            said.append("No change of direction stands out from chance.")
        return tuple(said)
    said.append(
        f"The direction changed most after {period_word(periods[turn]['start'], pairs.grain)}: up to then it was "
        f"{_off(pairs, facts['before_turn'])} what was expected each {grain}, since then "
        f"{_off(pairs, facts['after_turn'])} it. Look for what was changed then."
    )
    return tuple(said)


def _off(pairs: Pairs, value: float) -> str:
    return f"{pairs.text(abs(value))} {'above' if value >= 0 else 'below'}"


def _figure(frame: Frame, columns: tuple[str, str], pairs: Pairs, sentences: tuple[str, ...]) -> Figure:
    return Figure(
        Form.LINE,
        "periods",
        x="start",
        y="cusum",
        title=sentence(f"running sum of {frame.phrase(columns[0])} against what was expected"),
        x_label=sentence(str(pairs.grain)),
        y_label="Sum of actual less expected",
        unit=pairs.unit or None,
        marked="turn",
        rule=(0.0, "As expected"),
        alt=" ".join(sentences),
    )
