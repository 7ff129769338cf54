"""The report in a real browser: it says nothing on the console, asks for nothing, and fits a telephone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.unit.charts.samples import SENT, every_form, report

from headgate.charts.page import page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=3000",
    "--enable-logging=stderr",
)


def visit(folder: Path, text: str) -> tuple[list[str], set[str]]:
    """What the page wrote on the console, and the addresses it asked for, from the browser's own network log.

    What the browser asks for of its own accord, its updates for one, has no page for an initiator and is left out.
    """
    target, log = folder / "index.html", folder / "net.json"
    target.write_text(text, encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--dump-dom"]
    run = subprocess.run([*command, target.as_uri()], capture_output=True, text=True, timeout=120, check=True)
    console = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    events = [event.get("params", {}) for event in json.loads(log.read_text(encoding="utf-8"))["events"]]
    started = [params for params in events if params.get("initiator", "not an origin") != "not an origin"]
    return console, {params["url"] for params in started if not params["url"].startswith(("file:", "data:"))}


@pytest.fixture(scope="module")
def text() -> str:
    return page(report(results=every_form(), sent=(SENT,)))


def test_the_report_says_nothing_on_the_console_and_asks_for_nothing(tmp_path: Path, text: str) -> None:
    assert visit(tmp_path, text) == ([], set())


def test_the_browser_reports_a_style_the_policy_does_not_allow(tmp_path: Path, text: str) -> None:
    console, _ = visit(tmp_path, text.replace("<h1>", '<h1 style="color:red">', 1))
    assert console


def test_the_browser_log_shows_a_request_where_there_is_one(tmp_path: Path) -> None:
    _, asked = visit(tmp_path, '<img src="http://127.0.0.1:9/x.png">')
    assert "http://127.0.0.1:9/x.png" in asked
