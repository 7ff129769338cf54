"""The audit of the time stamps: step, gaps, double stamps, order, days of 23 or 25 hours, and what a stamp names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.engines.frame import Frame
from headgate.engines.interface import Figure, Form, Outcome, Result, Skipped
from headgate.engines.timing import DAY, Timing, seconds
from headgate.engines.wording import count, day, listed, moment, share, span
from headgate.plan.language import Analysis

_HOUR = 3_600
_MOST_ROWS = 100
_REGULAR = 0.5  # of the steps are alike: below that the stamps mark events, and no gap can be told
_STEPS = pa.schema([("step", pa.string()), ("seconds", pa.int64()), ("times", pa.int64()), ("share", pa.float64())])
_GAPS = pa.schema([("after", pa.timestamp("us")), ("until", pa.timestamp("us")), ("missing", pa.int64())])
_DOUBLES = pa.schema([("stamp", pa.timestamp("us")), ("rows", pa.int64())])


@dataclass(frozen=True, slots=True)
class _Audit:
    """What was counted over all rows; `steps`, `gaps` and `doubles` are rows of the tables of the same names."""

    timing: Timing
    rows: int
    stamps: int
    blank: int
    first: datetime
    last: datetime
    backward: int
    repeated: int
    regular: bool
    gaps: int
    missing: int
    steps: list[dict[str, Any]]
    longest: list[dict[str, Any]]
    doubles: list[dict[str, Any]]
    short_days: list[date]
    long_days: list[date]


def run(frame: Frame, analysis: Analysis) -> Outcome:
    """The tables `steps`, `gaps`, `double_stamps` and `days` (intervals present a day), and what they say.

    Stamps are taken as written, entity by entity where one is given. A gap is a step longer than the most frequent one.
    `label` "end" says that stamps name the end of their interval; otherwise that is found from the rows. Needs a column
    of which 95 % are dates or times.
    """
    time = analysis.inputs["timestamp"][0]
    if not frame.is_time(time):
        return Skipped(analysis, f"Fewer than 95 % of the cells of “{frame.label(time)}” are dates or times.")
    timing = frame.timing(time)
    if timing.step is None:
        return Skipped(analysis, f"“{frame.label(time)}” holds fewer than two different times.")
    entity = next(iter(analysis.inputs.get("entity", ())), None)
    stamps = frame.shared(("gaps", time, entity or ""), lambda: _gaps(frame.counted_stamps(time, entity)))
    audit = _audit(frame, _times(frame, time, entity), stamps, timing)
    days, tables = _days(frame, stamps, timing.step), {}
    tables["steps"] = pa.Table.from_pylist(audit.steps, schema=_STEPS)
    tables["gaps"] = pa.Table.from_pylist(audit.longest, schema=_GAPS)
    tables["double_stamps"] = pa.Table.from_pylist(audit.doubles, schema=_DOUBLES)
    figures: tuple[Figure, ...] = ()
    if days is not None and (audit.gaps or audit.repeated):
        tables["days"] = days
        figures = (_figure(audit, timing.step),)
    ending = timing.ending or analysis.params["label"] == "end"
    return Result(
        analysis,
        tables,
        _facts(audit, timing.step, ending),
        figures,
        tuple(_sentences(audit, frame.label(time), timing.step, ending)),
        warnings=tuple(_warnings(audit, frame.unparsed(time))),
    )


def _times(frame: Frame, time: str, entity: str | None) -> ir.Table:
    """`row`, `t` and `entity` of every row with a stamp."""
    name = ibis.literal("") if entity is None else frame.text(entity).fill_null("")
    rows = frame.rows.select("row", t=frame.rows[time], entity=name)
    return rows.filter(rows.t.notnull())


def _audit(frame: Frame, present: ir.Table, gaps: ir.Table, timing: Timing) -> _Audit:
    step = timing.step or 0
    before = present.t.lag().over(ibis.window(group_by=present.entity, order_by=present["row"]))
    ordered = present.mutate(back=seconds(present.t) < seconds(before))
    totals = frame.execute(
        ordered.aggregate(
            rows=ordered.count(), first=ordered.t.min(), last=ordered.t.max(), backward=ordered.back.sum()
        )
    ).to_pylist()[0]
    twice = gaps.filter(gaps.n > 1).select("t", "n")
    wide = gaps.filter(gaps.gap > step)
    counted = gaps.filter(gaps.gap.notnull()).group_by("gap").aggregate(n=lambda t: t.count())
    sums = frame.execute(
        wide.aggregate(gaps=wide.count(), missing=((wide.gap + step // 2) // step - 1).sum())
    ).to_pylist()[0]
    steps = frame.execute(counted.order_by([ibis.desc("n"), "gap"]).limit(20)).to_pylist()
    longest = frame.execute(
        wide.select("t", "before", "gap").order_by([ibis.desc("gap"), "before"]).limit(_MOST_ROWS)
    ).to_pylist()
    repeated = frame.execute(twice.order_by([ibis.desc("n"), "t"]).limit(_MOST_ROWS)).to_pylist()
    stamps = int(frame.number(gaps.count()) or 0)
    regular = bool(steps) and steps[0]["n"] >= _REGULAR * (stamps - 1)
    return _Audit(
        timing,
        rows=frame.count,
        stamps=stamps,
        blank=frame.count - totals["rows"],
        first=totals["first"],
        last=totals["last"],
        backward=totals["backward"] or 0,
        repeated=totals["rows"] - stamps,
        regular=regular,
        gaps=sums["gaps"] if regular else 0,
        missing=int(sums["missing"] or 0) if regular else 0,
        steps=[
            {"step": span(s["gap"]), "seconds": s["gap"], "times": s["n"], "share": s["n"] / max(1, stamps - 1)}
            for s in steps
        ],
        longest=[
            {"after": g["before"], "until": g["t"], "missing": (g["gap"] + step // 2) // step - 1}
            for g in longest
            if regular
        ],
        doubles=[{"stamp": d["t"], "rows": d["n"]} for d in repeated],
        short_days=_short_days(frame, wide, step),
        long_days=_long_days(frame, twice, step),
    )


def _gaps(stamps: ir.Table) -> ir.Table:
    """Each distinct stamp, how many rows have it, the one `before` it and the seconds between, entity by entity."""
    before = stamps.t.lag().over(ibis.window(group_by=stamps.entity, order_by=stamps.t))
    return stamps.select("t", "n", before=before, gap=seconds(stamps.t) - seconds(before))


def _is_change(when: datetime) -> bool:
    """Whether clocks may change then: in the early hours of a Sunday in spring or autumn."""
    return when.weekday() == 6 and when.month in (3, 4, 9, 10, 11) and when.hour <= 3


def _short_days(frame: Frame, wide: ir.Table, step: int) -> list[date]:
    """The days on which exactly the hour is missing that a clock set forward leaves out."""
    if _HOUR % step:
        return []
    hour = wide.filter(wide.gap == _HOUR + step).select("t").distinct().order_by("t").limit(_MOST_ROWS)
    found = frame.execute(hour)["t"].to_pylist()
    return [when.date() for when in found if _is_change(when)]


def _long_days(frame: Frame, twice: ir.Table, step: int) -> list[date]:
    """The days on which exactly one hour is there twice, as when a clock is set back."""
    if _HOUR % step:
        return []
    hours = twice.group_by(hour=twice.t.truncate("h")).aggregate(stamps=twice.t.nunique())
    whole = hours.filter(hours.stamps == _HOUR // step).order_by("hour").limit(_MOST_ROWS)
    return [when.date() for when in frame.execute(whole)["hour"].to_pylist() if _is_change(when)]


def _days(frame: Frame, stamps: ir.Table, step: int) -> pa.Table | None:
    if step >= DAY:
        return None
    daily = stamps.group_by(date=stamps.t.date()).aggregate(intervals=stamps.t.nunique())
    return frame.execute(daily.order_by("date"))


def _figure(audit: _Audit, step: int) -> Figure:
    full = DAY // step
    return Figure(
        Form.LINE,
        "days",
        x="date",
        y="intervals",
        title="Intervals present on each day",
        x_label="Day",
        y_label="Intervals",
        rule=(float(full), f"Complete day {full}"),
        alt=f"{count(audit.missing, 'interval')} missing and {count(audit.repeated, 'row')} with a double stamp.",
    )


def _facts(audit: _Audit, step: int, ending: bool) -> dict[str, float | str | None]:
    expected = audit.stamps + audit.missing
    return {
        "rows": float(audit.rows),
        "distinct_stamps": float(audit.stamps),
        "rows_without_stamp": float(audit.blank),
        "interval_s": float(step),
        "regular_share": audit.steps[0]["share"] if audit.steps else None,
        "gaps": float(audit.gaps) if audit.regular else None,
        "missing_intervals": float(audit.missing) if audit.regular else None,
        "completeness_share": audit.stamps / expected if audit.regular else None,
        "double_rows": float(audit.repeated),
        "out_of_order_rows": float(audit.backward),
        "stamp_names": "end" if ending else "start",
        "first": audit.first.isoformat(sep=" "),
        "last": audit.last.isoformat(sep=" "),
        "days_of_23_hours": float(len(audit.short_days)),
        "days_of_25_hours": float(len(audit.long_days)),
    }


def _sentences(audit: _Audit, label: str, step: int, ending: bool) -> list[str]:
    if not audit.regular:
        return [
            f"“{label}” runs from {moment(audit.first)} to {moment(audit.last)} without a regular step; "
            "it marks events, so no gap can be told."
        ]
    regular = audit.steps[0]["share"]
    how = "always" if regular == 1 else f"in {share(regular)} of the steps"
    sentences = [
        f"“{label}” runs from {moment(audit.first)} to {moment(audit.last)}; stamps are {how} {span(step)} apart."
    ]
    if audit.missing:
        worst = audit.longest[0]
        sentences.append(
            f"{count(audit.missing, 'interval')} ({share(audit.missing / (audit.stamps + audit.missing))}) missing in "
            f"{count(audit.gaps, 'gap')}; the longest after {moment(worst['after'])} "
            f"({count(worst['missing'], 'interval')})."
        )
    else:
        sentences.append("No interval is missing.")
    if audit.timing.late_midnight:
        sentences.append(
            f"The rows at 00:00 close the day they are dated with: {count(audit.backward, 'row')} come after later "
            "times of the same date. They are taken as 24:00."
        )
    if ending:
        sentences.append("A stamp names the end of its interval; analyses use its start.")
    return sentences + _clock_sentences(audit, step)


def _clock_sentences(audit: _Audit, step: int) -> list[str]:
    if audit.short_days or audit.long_days:
        days = [f"{day(when)} (23 hours)" for when in audit.short_days]
        days += [f"{day(when)} (25 hours)" for when in audit.long_days]
        return [f"The clock follows summer time: {listed(days)}."]
    if step <= _HOUR and not audit.missing and audit.last - audit.first >= timedelta(days=364):
        return ["Every day has 24 hours, so the clock does not follow summer time."]
    return []


def _warnings(audit: _Audit, unparsed: int) -> list[str]:
    warnings = []
    if audit.blank:
        text = f"{count(audit.blank, 'row')} without a time left out of every analysis over time"
        warnings.append(f"{text}; {count(unparsed, 'cell')} of them hold something else." if unparsed else f"{text}.")
    if audit.repeated:
        warnings.append(f"{count(audit.repeated, 'row')} repeat a stamp of another row.")
    if audit.backward and not audit.timing.late_midnight:
        warnings.append(f"{count(audit.backward, 'row')} are out of order; analyses sort by time.")
    return warnings
