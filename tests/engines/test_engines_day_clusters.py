"""Typical days: two shapes made by hand, and the steel works by the silhouette's definition and by scikit-learn."""

from __future__ import annotations

import csv
import gzip
import random
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from tests.engines.opening import STEEL, opened, reason, result, stamps, written

LOAD = {"load": "Energy [kWh]", "timestamp": "Time"}
Shape = Callable[[datetime], float]


def works(when: datetime) -> float:
    """By day from Monday to Friday, even at the weekend; 5 February 2024 as a Sunday; March at ten times the level."""
    level = 10.0 if when.month == 3 else 1.0
    resting = when.weekday() >= 5 or (when.month, when.day) == (2, 5)
    return level * (5.0 if resting else 12.0 if 8 <= when.hour < 16 else 2.0)


def year(folder: Path, days: int, shape: Shape, minutes: int = 60, noise: float = 0.01) -> Path:
    rng = random.Random(3)
    count = days * 1440 // minutes
    first = datetime(2024, 1, 1)
    values = [
        round(shape(first + timedelta(minutes=minutes * n)) * (1 + rng.uniform(-noise, noise)), 4) for n in range(count)
    ]
    return written(folder, {"Time": stamps("2024-01-01", count, minutes), "Energy [kWh]": values})


def test_twenty_nine_days_are_too_few(tmp_path: Path) -> None:
    with opened(year(tmp_path, 29, works), tmp_path) as frame:
        assert reason(frame, "day_clusters", LOAD) == "The values cover 29 days; this analysis needs 30 or more."


def test_days_with_an_hour_missing_are_no_full_days(tmp_path: Path) -> None:
    path = year(tmp_path, 40, works)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "-01-1" not in line or " 03:00" not in line), encoding="utf-8")
    with opened(path, tmp_path) as frame:
        assert result(frame, "day_clusters", LOAD).facts["days"] == 30
    path.write_text("".join(line for line in lines if " 03:00" not in line), encoding="utf-8")
    with opened(path, tmp_path) as frame:
        assert reason(frame, "day_clusters", LOAD) == ("30 full days with a load above zero are needed; there are 0.")


def test_one_type_is_no_division(tmp_path: Path) -> None:
    with opened(year(tmp_path, 40, works), tmp_path) as frame:
        assert reason(frame, "day_clusters", LOAD, k=1).startswith("One type is no division")


def test_days_that_are_all_alike_are_not_divided(tmp_path: Path) -> None:
    with opened(year(tmp_path, 40, lambda when: 2.0 + when.hour, noise=0), tmp_path) as frame:
        assert reason(frame, "day_clusters", LOAD) == (
            "The days do not differ in shape, so there is nothing to divide."
        )


def test_days_that_differ_by_chance_alone_have_no_types(tmp_path: Path) -> None:
    with opened(year(tmp_path, 60, lambda when: 2.0 + when.hour, noise=0.3), tmp_path) as frame:
        assert reason(frame, "day_clusters", LOAD).startswith("The days do not fall into clear types (silhouette 0.")
        asked = result(frame, "day_clusters", LOAD, k=3)
    assert asked.facts["types"] == 3
    assert asked.warnings[0].startswith("The division is not clear")


def test_working_days_and_weekends_are_told_apart_whatever_their_level(tmp_path: Path) -> None:
    with opened(year(tmp_path, 91, works), tmp_path) as frame:
        found = result(frame, "day_clusters", LOAD)
        again = result(frame, "day_clusters", LOAD)
    assert (found.facts["types"], found.facts["days"], found.facts["exceptions"]) == (2, 91, 1)
    types = {row["date"].isoformat(): row["type"] for row in found.tables["days"].to_pylist()}
    assert {types[f"2024-01-{day:02d}"] for day in (1, 2, 3, 4, 5)} == {"Type 1"} == {types["2024-03-04"]}
    assert {types["2024-01-06"], types["2024-01-07"], types["2024-03-03"], types["2024-02-05"]} == {"Type 2"}
    assert "Type 1: 64 days, mostly Monday to Friday" in found.sentences[1]
    assert found.sentences[-1] == (
        "1 day had another shape than nearly all of the same weekday: Mon 5 Feb 2024 (Type 2)."
    )
    assert sum(row["days"] for row in found.tables["weekdays"].to_pylist()) == 91
    assert (found.facts, found.tables["days"]) == (again.facts, again.tables["days"])


def test_days_on_which_next_to_nothing_ran_have_no_shape(tmp_path: Path) -> None:
    def stopped(when: datetime) -> float:
        return (0.1 if when.hour == when.day % 24 else 0.0) if when.month == 2 and when.day < 6 else works(when)

    with opened(year(tmp_path, 60, stopped), tmp_path) as frame:
        found = result(frame, "day_clusters", LOAD)
    assert (found.facts["types"], found.facts["days"], found.facts["idle_days"]) == (2, 55, 5)
    assert found.warnings == ("5 days with less than a tenth of a middle day's energy left out: they have no shape.",)


def silhouette(data: np.ndarray, labels: list[int]) -> float:
    """By its definition: (b − a) / max(a, b), a the mean distance to one's own, b to the nearest other group."""
    apart = np.sqrt(((data[:, None, :] - data[None, :, :]) ** 2).sum(axis=2))
    found = []
    for n, own in enumerate(labels):
        means = {}
        for group in set(labels):
            members = [m for m, other in enumerate(labels) if other == group and m != n]
            means[group] = apart[n, members].mean()
        a, b = means[own], min(mean for group, mean in means.items() if group != own)
        found.append((b - a) / max(a, b))
    return float(np.mean(found))


def test_the_days_of_the_steel_works_are_those_of_scikit_learn_and_of_the_definition(tmp_path: Path) -> None:
    """The days rebuilt from the file, in which midnight rows close the day they are dated with."""
    with gzip.open(STEEL, "rt", encoding="utf-8") as file:
        rows = [
            (row["date"][:10], (int(row["NSM"]) or 86_400) - 900, float(row["Usage_kWh"]))
            for row in csv.DictReader(file)
        ]
    hours: dict[str, np.ndarray] = {}
    for stamp, second, kwh in rows:
        hours.setdefault(stamp, np.zeros(24))[second // 3600] += kwh
    days = sorted(hours, key=lambda stamp: stamp[6:] + stamp[3:5] + stamp[:2])
    middle = sorted(sum(each) for each in hours.values())[len(days) // 2]
    days = [stamp for stamp in days if sum(hours[stamp]) >= 0.1 * middle]
    shapes = np.array([hours[stamp] / hours[stamp].mean() for stamp in days])
    with opened(STEEL, tmp_path) as frame:
        found = result(frame, "day_clusters", {"load": "Usage_kWh", "timestamp": "date"})
    table = found.tables["days"].to_pylist()
    assert [f"{row['date']:%d/%m/%Y}" for row in table] == days
    labels = [int(row["type"].split()[1]) for row in table]
    assert found.facts["silhouette"] == pytest.approx(silhouette(shapes, labels))
    centres = [shapes[[label == group for label in labels]].mean(axis=0) for group in (1, 2)]
    nearest = [1 + int(np.argmin([((day - centre) ** 2).sum() for centre in centres])) for day in shapes]
    assert nearest == labels  # where k-means ends, each day is with the nearest mean
    left = sum(((day - centres[label - 1]) ** 2).sum() for day, label in zip(shapes, labels, strict=True))
    assert left == pytest.approx(KMeans(2, n_init=10, random_state=0).fit(shapes).inertia_, rel=1e-3)
    resting = [row["weekday"] for row in table if row["type"] == "Type 2"]
    assert resting.count("Sunday") > sum(row["weekday"] == "Sunday" for row in table) / 2
    assert sum(weekday not in ("Saturday", "Sunday") for weekday in resting) < 0.1 * len(table)


WITHOUT = """
    import sys
    from pathlib import Path

    class Without:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ("numpy", "scipy"):
                raise ImportError(name)

    sys.meta_path.insert(0, Without())
    from tests.engines.opening import STEEL, opened, reason

    with opened(STEEL, Path(sys.argv[1])) as frame:
        print(reason(frame, "day_clusters", {"load": "Usage_kWh", "timestamp": "date"}))
"""


def test_without_the_packages_for_models_it_says_what_to_install(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WITHOUT), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.stdout.strip().endswith("install headgate[models]."), ran.stderr
