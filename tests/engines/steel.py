"""The steel table in plain Python, for values computed another way than the engine does."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime, timedelta

from tests.engines.opening import STEEL


def usage() -> list[tuple[datetime, float]]:
    """The start of each quarter of an hour and its kWh; the row at 00:00 closes the day that it is dated with."""
    with gzip.open(STEEL, "rt", encoding="utf-8") as lines:
        rows = [(datetime.strptime(row["date"], "%d/%m/%Y %H:%M"), row) for row in csv.DictReader(lines)]
    day, quarter = timedelta(days=1), timedelta(minutes=15)
    return [
        (moment + (day if (moment.hour, moment.minute) == (0, 0) else 0 * day) - quarter, float(row["Usage_kWh"]))
        for moment, row in rows
    ]
