"""The report in a real browser: it says nothing on the console, asks for nothing, and fits a telephone."""

from __future__ import annotations

import json
import re
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


def stuck_out(folder: Path, text: str, width: int) -> list[str]:
    """Elements that stick out of a window of this width on the side, and do not scroll by themselves."""
    framed = json.dumps(re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)).replace("</", "<\\/")
    script = """
      const frame = document.createElement("iframe");
      frame.style = "border:0;width:WIDTHpx;height:9000px";
      frame.onload = () => {
        const inside = frame.contentDocument;
        const out = [...inside.querySelectorAll("body *")].filter(each => each.getBoundingClientRect().right > WIDTH + 1
          && !each.closest(".scroll, svg, details:not([open]), .unseen") && each.tagName != "SCRIPT");
        document.title = "measured";
        document.body.dataset.out = out.map(each => each.tagName + "." + each.className).join(" ");
      };
      frame.srcdoc = TEXT;
      document.body.append(frame);""".replace("WIDTH", str(width)).replace("TEXT", framed)
    target = folder / "frame.html"
    target.write_text(f"<!DOCTYPE html><meta charset=utf-8><body><script>{script}</script></body>", encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", target.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "<title>measured</title>" in dom
    (out,) = re.findall('data-out="([^"]*)"', dom)
    return out.split()


def test_nothing_sticks_out_of_a_telephone(tmp_path: Path, text: str) -> None:
    assert stuck_out(tmp_path, text, 375) == []


def test_that_check_sees_what_sticks_out(tmp_path: Path, text: str) -> None:
    wide = text.replace("<main>", f"<main><table><tr><td>{'word ' * 100}</td></tr></table>", 1)
    assert stuck_out(tmp_path, wide, 375)
