"""One small figure and table of each form, made by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa

from headgate.catalogue.meaning import Origin
from headgate.charts.view import ColumnView, ReceiptView, ReportView, SentView
from headgate.engines.interface import Figure, Form, Headline, Result, Skipped
from headgate.plan.language import Analysis, Dropped, Question
from headgate.screening.finding import Verdict

NAMES = ("Usage kWh", "CO2(t)")
DAYS = [date(2018, 1, 1) + timedelta(days=i) for i in range(3)]

FORMS: dict[Form, tuple[Figure, pa.Table]] = {
    Form.LINE: (
        Figure(Form.LINE, "t", "day", "kwh", "Energy by day", "Date", "Energy", "kWh", rule=(15.0, "mean 15 kWh")),
        pa.table({"day": DAYS, "kwh": [10.0, None, 20.0]}),
    ),
    Form.PROFILE: (
        Figure(
            Form.PROFILE,
            "t",
            "h",
            "kw",
            "Typical day",
            "Time of day",
            "Power",
            "kW",
            "part",
            None,
            None,
            None,
            "lo",
            "hi",
        ),
        pa.table(
            {
                "part": ["Weekday", "Weekday", "Weekend"],
                "h": [0.0, 12.0, 12.0],
                "kw": [1.0, 9.0, 4.0],
                "lo": [0.5, 7.0, 3.0],
                "hi": [2.0, 11.0, 5.0],
            }
        ),
    ),
    Form.BARS: (
        Figure(Form.BARS, "t", "line", "kwh", "Energy by line", "Line", "Energy", "kWh"),
        pa.table({"line": ["B", "A"], "kwh": [12_500.0, 7_250.0]}),
    ),
    Form.HEATMAP: (
        Figure(
            Form.HEATMAP,
            "t",
            "day",
            "h",
            "Power by hour",
            "Date",
            "Time of day",
            "kW",
            series_label="Power",
            colour="kw",
        ),
        pa.table({"day": DAYS * 2, "h": [0, 0, 0, 1, 1, 1], "kw": [1.0, 2.0, None, 4.0, 5.0, 6.0]}),
    ),
    Form.CURVE: (
        Figure(Form.CURVE, "t", "share", "kw", "Load duration", "Share of time", "Power", "kW"),
        pa.table({"share": [0.0, 50.0, 100.0], "kw": [90.0, 30.0, 10.0]}),
    ),
    Form.MATRIX: (
        Figure(Form.MATRIX, "t", "a", "b", "Correlation", "Measure", "Against", colour="r"),
        pa.table({"a": [n for n in NAMES for _ in NAMES], "b": [*NAMES, *NAMES], "r": [1.0, -0.5, -0.5, 1.0]}),
    ),
    Form.SCATTER: (
        Figure(
            Form.SCATTER,
            "t",
            "temp",
            "kwh",
            "Use against outdoor temperature",
            "Outdoor temperature",
            "Use",
            "kWh",
            "part",
            "Day",
            fit="fit",
            x_unit="°C",
        ),
        pa.table({"part": ["Weekday", "Weekend", "Weekday"], "temp": [1.0, 9.0, None], "kwh": [30.0, 12.0, 4.0]}),
    ),
    Form.PARETO: (
        Figure(Form.PARETO, "t", "sku", "kwh", "Use by product", "Product", "Use", "kWh", colour="running"),
        pa.table({"sku": ["B", "A", "C"], "kwh": [60.0, 30.0, 10.0], "running": [0.6, 0.9, 1.0]}),
    ),
    Form.GRID: (
        Figure(Form.GRID, "t", "day", "shift", "Use by day and shift", "Day", "Shift", "kWh", colour="kwh"),
        pa.table(
            {"day": ["Mon", "Tue"] * 2, "shift": ["early", "early", "late", "late"], "kwh": [5.0, None, 7.0, 1.0]}
        ),
    ),
    Form.HISTOGRAM: (
        Figure(Form.HISTOGRAM, "t", "low", "n", "Levels", "Power", "Intervals", "kW", x2="high"),
        pa.table({"low": [0.0, 10.0], "high": [10.0, 20.0], "n": [5, 7]}),
    ),
}

FIT = pa.table({"temp": [0.0, 10.0], "kwh": [32.0, 10.0]})


def analysis(kind: str = "trend", title: str = "Energy over time", why: str = "") -> Analysis:
    return Analysis(kind, {"load": ("c1",)}, {}, title, why, 1)


def every_form() -> tuple[Result, ...]:
    return tuple(
        Result(
            analysis(title=figure.title),
            {figure.table: table} | ({figure.fit: FIT} if figure.fit else {}),
            {},
            (figure,),
            ("A sentence.",),
            (Headline("Peak demand", 628.7, "kW", "21 Nov 2018"),),
        )
        for figure, table in FORMS.values()
    )


def column(header: str, public_name: str | None = None) -> ColumnView:
    return ColumnView(header, "energy_interval", "kWh", Origin.NAME, Verdict.CLEAN, public_name)


def report(
    *,
    table: str = "plant.csv",
    columns: tuple[ColumnView, ...] = (column("Usage kWh", "Usage kWh"),),
    results: tuple[Result, ...] = (),
    sent: tuple[SentView, ...] = (),
) -> ReportView:
    return ReportView(
        table=table,
        made_at="2026-11-24T08:00:00Z",
        planner="acme" if sent else "local",
        version="0.1.0",
        columns=columns,
        outcomes=(*results, Skipped(analysis("intensity", "Energy per tonne"), "No column holds an amount produced.")),
        sent=sent,
        receipt=ReceiptView(17, "aa" * 32, "bb" * 32, DECIDED, CELL, "cc" * 32 if sent else ""),
        questions=(Question("Usage kWh", "cumulative_or_interval"),),
        dropped=(Dropped("analyses[3]", "unknown kind"),) if sent else (),
    )


DECIDED = "a person at the terminal; under policy 1-0a1b2c3d4e5f"
CELL = "a process without network; isolation L3 (namespaces, Landlock and seccomp)"
SENT = SentView(
    method="POST",
    url="https://api.example.com/v1/chat/completions",
    when="2026-11-24T08:00:00Z",
    tls="TLS 1.3",
    names=("Usage kWh",),
    approved=1,
    gate="a process that can open no table; isolation L3 (namespaces, Landlock and seccomp)",
    entry=16,
    body='{"messages":[{"content":"[\\"Usage kWh\\"]","role":"user"}]}',
    retention="Kept up to 30 days.",
)

MOMENT = datetime(2018, 3, 25, 2, 30)
