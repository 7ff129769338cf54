"""The library: a report that shows itself, gives Arrow and pandas, and is saved whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import headgate


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    path = tmp_path / "plant.csv"
    rows = (f"2026-01-{1 + n // 24:02d} {n % 24:02d}:00,{10 + n % 7},{'AB'[n % 2]}" for n in range(24 * 20))
    path.write_text("timestamp,Usage_kWh,Shift\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_provider_without_a_decision_is_refused(plant: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K", "sk-a-key-of-nobody")
    own_home.mkdir()
    profile = '[profiles.example]\ndialect = "openai-chat"\nhost = "api.example.com"\nmodel = "m"\nkey_env = "K"\n'
    (own_home / "profiles.toml").write_text(profile, encoding="utf-8")
    with pytest.raises(headgate.RefusalError, match="no column name is approved"):
        headgate.analyse(plant, provider="example")


def test_a_report_gives_plan_results_receipt_and_shows_itself(plant: Path, tmp_path: Path) -> None:
    report = headgate.analyse(plant, approve="clean")
    assert report.answer is None
    assert report.receipt.holds()
    assert {result.analysis.kind for result in report.results} >= {"kpi_summary", "trend", "load_profile"}
    assert all(isinstance(table, pa.Table) for result in report.results for table in result.tables.values())
    shown = report._repr_html_()
    assert shown.startswith("<iframe sandbox srcdoc=")
    assert "<script" not in shown
    page = report.save(str(tmp_path / "report"))
    assert page == tmp_path / "report" / "index.html"
    assert json.loads((tmp_path / "report" / "plan.json").read_text(encoding="utf-8")) == report.plan_json()
    assert report.save(tmp_path / "report") == page, "an earlier report is replaced"
    with pytest.raises(headgate.InputError, match="something else"):
        report.save(tmp_path)


def test_the_tables_as_data_frames_are_those_of_the_files(plant: Path, tmp_path: Path) -> None:
    report = headgate.analyse(plant)
    report.save(tmp_path / "report")
    frames = report.to_pandas()
    files = {path.stem: path for path in (tmp_path / "report" / "results").glob("*.csv")}
    assert set(frames) == set(files)
    name = next(name for name in frames if "kpi_summary" in name)
    assert len(pd.read_csv(files[name])) == len(frames[name])


def test_the_total_is_that_of_the_rows(plant: Path) -> None:
    total = pd.read_csv(plant)["Usage_kWh"].sum()
    report = headgate.analyse(plant)
    facts = next(result.facts for result in report.results if result.analysis.kind == "kpi_summary")
    assert total in facts.values()


def test_without_pandas_all_else_works_and_the_extra_is_named(plant: Path) -> None:
    script = (
        "import sys; sys.modules['pandas'] = None; sys.modules['numpy'] = None\n"
        f"import headgate; report = headgate.analyse({str(plant)!r}); report.html()\n"
        "try: report.to_pandas()\n"
        "except headgate.InputError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pip install 'headgate[pandas]'" in done.stdout


def test_more_files_of_the_results_are_written_where_they_are_asked_for(plant: Path, tmp_path: Path) -> None:
    report = headgate.analyse(plant)
    with pytest.raises(headgate.InputError, match="'pdf' is no format of ours; --also takes png, svg, xlsx"):
        report.save(tmp_path / "report", also=["pdf"])
    assert not (tmp_path / "report").exists()
    folder = report.save(tmp_path / "report", also=["svg", "png", "xlsx"]).parent
    figures = sum(len(result.figures) for result in report.results)
    assert len(list((folder / "charts").glob("*.svg"))) == len(list((folder / "charts").glob("*.png"))) == figures > 2
    assert (folder / "results.xlsx").read_bytes()[:2] == b"PK"
    for path in folder.rglob("*"):
        assert not path.is_file() or path.suffix == ".png" or str(tmp_path).encode() not in path.read_bytes()
    report.save(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "plan.json", "results"], "nothing old stays"


def test_a_folder_of_charts_with_something_else_in_it_is_not_replaced(plant: Path, tmp_path: Path) -> None:
    report = headgate.analyse(plant)
    folder = report.save(tmp_path / "report", also=["svg"]).parent
    (folder / "charts" / "holiday.png").write_bytes(b"mine")
    with pytest.raises(headgate.InputError, match="something else"):
        report.save(folder)
    assert (folder / "charts" / "holiday.png").read_bytes() == b"mine"
