"""`headgate review` and the review of `analyse` at a real pseudo-terminal, key by key."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.commands import headgate
from tests.tls_server import Authority, Provider, provider

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

from tests.cli.terminal import Terminal, at_terminal

from headgate.database import open_database
from headgate.manifest import Memory

KEY = {"SINK_KEY": "sk-a-key-of-nobody"}
NAMES = ("timestamp", "Usage_kWh", "Qwzxia_Boiler_kWh", "Brnpf", "anna@example.org")
CELLS = [f"2026-01-{1 + n // 24:02d} {n % 24:02d}:00,{n},{n},canary-{n},canary-{n}\n" for n in range(48)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "plant.csv"
    path.write_text(",".join(NAMES) + "\n" + "".join(CELLS), encoding="utf-8")
    return path


@pytest.fixture
def sink(own_home: Path, authority: Authority, certificate: Path) -> Iterator[Provider]:
    with provider(None, certificate) as running:
        own_home.mkdir()
        (own_home / "profiles.toml").write_text(
            f'[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = {running.port}\nmodel = "m-1"\n'
            f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n',
            encoding="utf-8",
        )
        yield running


def entries() -> list[dict[str, object]]:
    listed: list[dict[str, object]] = json.loads(headgate("ledger", "list", "--json").out)["entries"]
    return listed


def remembered(home: Path) -> dict[str, str]:
    with closing(open_database(home)) as database:
        return {header: each.choice.value for header, each in Memory(database).recall(NAMES).items()}


def decide_all(terminal: Terminal) -> None:
    """All is decided: the blocked name withheld, the others renamed as proposed, the clean ones approved."""
    terminal.until("1 of 4, by risk")
    terminal.press("w", "“anna@example.org” withheld")
    terminal.press("P", "2 renamed")
    terminal.press("c", "All are decided")


def test_without_a_terminal_the_review_is_refused_and_says_what_to_do(source: Path) -> None:
    done = headgate("review", source)
    assert done.code == 3
    assert "--review FILE" in done.last_line
    assert entries() == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--save", "plant.csv"], "decisions file"),
        (["--save", "nowhere/d.toml"], "no such folder"),
        (["--review", "nowhere.toml"], "no such decisions file"),
        (["--provider", "nobody"], "profiles.toml"),
    ],
)
def test_what_is_wrong_is_said_before_anybody_decides_anything(
    source: Path, tmp_path: Path, arguments: list[str], word: str
) -> None:
    with at_terminal("review", source, *arguments, cwd=tmp_path) as terminal:
        assert terminal.end() == 2
        assert word in terminal.text
        assert "by risk" not in terminal.text


@pytest.mark.parametrize("keys", ["q", "pqy"])
def test_who_stops_leaves_nothing_behind(source: Path, tmp_path: Path, own_home: Path, keys: str) -> None:
    with at_terminal("review", source, "--save", tmp_path / "d.toml") as terminal:
        terminal.until("1 of 4, by risk")
        terminal.press(keys, "nothing is kept")
        assert terminal.end() == 3
    assert not (tmp_path / "d.toml").exists()
    assert entries() == []
    assert remembered(own_home) == {}


def test_a_review_shows_what_would_leave_and_keeps_the_decisions(source: Path, tmp_path: Path, own_home: Path) -> None:
    with at_terminal("review", source, "--save", tmp_path / "d.toml", "--json") as terminal:
        terminal.until("1 of 4, by risk")
        terminal.press("a", "blocked: rename it or withhold it")
        terminal.press("w", "“anna@example.org” withheld")
        terminal.press("r", "new name")
        terminal.press("\x15", "escape")
        terminal.press("Brnpf 2", "Look at it")
        terminal.press("\x15site9 kWh\r", "renamed to “site9 kWh”")
        terminal.press("u", "Undone")
        terminal.press("p", "renamed to")
        terminal.press("w", "withheld")
        terminal.press("c", "All are decided")
        shown = terminal.press("\r", "y/n")
        terminal.agree()
        assert terminal.end() == 0
    said = json.loads(terminal.out)
    assert said["decisions"] == {"approved": 2, "renamed": 1, "withheld": 2, "by": "person"}
    (entry,) = entries()
    assert (entry["kind"], entry["by"], entry["manifest"]) == ("MANIFEST_APPROVED", "person", said["manifest"])
    kept = json.loads(headgate("ledger", "show", "0").out)["manifest"]
    assert kept["names"] == json.loads(next(line for line in shown.splitlines() if line.startswith("[")))
    assert remembered(own_home) == {NAMES[2]: "rename", NAMES[3]: "withhold", NAMES[4]: "withhold"} | {
        header: choice for header, choice in remembered(own_home).items() if header in NAMES[2:4]
    }
    assert "canary" not in terminal.text
    again = headgate("analyse", source, "--review", tmp_path / "d.toml", "--out", tmp_path / "out", "--json")
    assert json.loads(again.out)["decisions"] == said["decisions"] | {"by": "file"}


def test_what_would_leave_is_what_wire_prints(source: Path, tmp_path: Path, sink: Provider) -> None:
    with at_terminal("review", source, "--provider", "sink", "--save", tmp_path / "d.toml") as terminal:
        decide_all(terminal)
        shown = terminal.press("\r", "y/n")
        terminal.agree()
        assert terminal.end() == 0
    printed = headgate("wire", source, "--provider", "sink", "--review", tmp_path / "d.toml").out
    assert printed.replace("\r", "").strip() in shown
    assert "These 4 names, and nothing else of yours, could go to localhost." in shown
    assert "2 approved, 2 renamed, 1 withheld." in shown
    assert sink.connections == 0
    assert [entry["kind"] for entry in entries()] == ["MANIFEST_APPROVED"]


def test_the_review_of_an_analysis_sends_the_bytes_that_were_shown(
    source: Path, tmp_path: Path, sink: Provider
) -> None:
    with at_terminal("analyse", source, "--provider", "sink", "--out", tmp_path / "out", env=KEY) as terminal:
        decide_all(terminal)
        shown = terminal.press("\r", "Send exactly this? y/n")
        assert sink.connections == 0
        terminal.agree()
        assert terminal.end() in {0, 4}
    (request,) = sink.requests
    assert request.decode().replace(KEY["SINK_KEY"], "<key>").replace("\r\n", "\n").strip() in shown
    assert entries()[0]["by"] == "person"


@pytest.mark.parametrize(("answer", "by"), [("n", "nobody"), ("y", "person")])
def test_where_nothing_leaves_the_review_is_offered(source: Path, tmp_path: Path, answer: str, by: str) -> None:
    with at_terminal("analyse", source, "--out", tmp_path / "out") as terminal:
        terminal.until("Review the names now?")
        terminal.press(f"{answer}\r", "\n")
        if answer == "y":
            decide_all(terminal)
            assert "could go to a provider" in terminal.press("\r", "y/n")
            terminal.agree()
        assert terminal.end() == 0
    assert entries()[0]["by"] == by
    words = {"nobody": "nobody: every name is withheld", "person": "a person at the terminal"}
    assert words[by] in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_who_does_not_agree_sends_nothing(source: Path, tmp_path: Path, sink: Provider) -> None:
    with at_terminal("analyse", source, "--provider", "sink", "--out", tmp_path / "out", env=KEY) as terminal:
        decide_all(terminal)
        terminal.press("\r", "Send exactly this? y/n")
        terminal.press("n", "Not closed")
        terminal.press("q", "Stop the review")
        terminal.press("y", "nothing left")
        assert terminal.end() == 3
    assert (sink.connections, entries()) == (0, [])
    assert not (tmp_path / "out").exists()


def test_a_mashed_keyboard_closes_nothing_without_a_word(source: Path) -> None:
    with at_terminal("review", source) as terminal:
        terminal.until("1 of 4, by risk")
        terminal.press("waac", "All are decided")
        asked = terminal.press("\r", "Type yes:")
        assert "2 flagged names were approved within 1 second" in " ".join(asked.split())
        terminal.press("yyyyy", "Type yes: ")
        assert entries() == []
        terminal.press("\x1b", "Not closed")
        terminal.press("\r", "Type yes:")
        terminal.agree("yes\r")
        assert terminal.end() == 0
    assert [entry["by"] for entry in entries()] == ["person"]


def test_what_was_decided_is_offered_the_next_time_and_applied_by_a_key_alone(source: Path, tmp_path: Path) -> None:
    with at_terminal("review", source) as terminal:
        decide_all(terminal)
        terminal.press("\r", "y/n")
        terminal.agree()
        assert terminal.end() == 0
    with at_terminal("review", source, env={"HEADGATE_ACTOR": "ben"}) as terminal:
        assert "withheld by tester on" in terminal.until("all as before")
        assert "nothing decided yet, 5 open" in terminal.text
        terminal.press("M", "2 renamed, 1 withheld, 2 open")
        terminal.press("q", "Stop the review")
        terminal.press("y", "nothing is kept")
    rule = headgate("analyse", source, "--approve", "clean", "--out", tmp_path / "out", "--json")
    assert json.loads(rule.out)["decisions"] == {"approved": 2, "renamed": 0, "withheld": 3, "by": "rule"}
    assert headgate("review", "--forget-header", NAMES[4]).out == "1 remembered decisions are forgotten.\n"
    assert headgate("review", "--forget").out == "2 remembered decisions are forgotten.\n"
    with at_terminal("review", source) as terminal:
        terminal.until("q  stop")
        assert "as before" not in terminal.text


def test_a_review_goes_on_where_a_file_of_decisions_ends(source: Path, tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text(f'[names]\n"{NAMES[4]}" = false\n{NAMES[2]} = true\n', encoding="utf-8")
    with at_terminal("review", source, "--review", tmp_path / "d.toml", "--json") as terminal:
        terminal.until("1 approved, 1 withheld, 3 open")
        terminal.press("p", "renamed to")
        terminal.press("c", "All are decided")
        terminal.press("\r", "y/n")
        terminal.agree()
        assert terminal.end() == 0
    assert json.loads(terminal.out)["decisions"] == {"approved": 3, "renamed": 1, "withheld": 1, "by": "person"}


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
def test_every_screen_fits_the_terminal_and_is_given_back_as_it_was(source: Path, size: tuple[int, int]) -> None:
    with at_terminal("review", source, size=size) as terminal:
        terminal.until("by risk")
        terminal.press("?", "any key")
        terminal.press("x", "take proposal")
        terminal.press("q", "nothing is kept")
        assert terminal.end() == 3
    frames = [each for each in terminal.raw.split(b"\x1b[H") if each.endswith(b"\x1b[J")]
    assert len(frames) == 2, "the first one is drawn, and the one with the keys"
    assert {frame.count(b"\n") for frame in frames} == {size[1] - 1}
    assert terminal.raw.count(b"\x1b[?1049h") == terminal.raw.count(b"\x1b[?1049l") == 1
    assert terminal.raw.rindex(b"\x1b[?25h") > terminal.raw.rindex(b"\x1b[?25l")


def test_a_window_that_gets_another_size_is_drawn_anew(source: Path) -> None:
    with at_terminal("review", source) as terminal:
        terminal.until("q  stop")
        terminal.resize(100, 30)
        terminal.until("─" * 100)
        terminal.until("q  stop")
        terminal.press("p", "renamed to")


def test_a_terminal_that_knows_no_control_sequence_gets_none(source: Path) -> None:
    with at_terminal("review", source, env={"TERM": "dumb"}) as terminal:
        terminal.until("q  stop")
        terminal.press("P", "3 renamed")
        terminal.press("c", "All are decided")
        terminal.press("\r", "y/n")
        terminal.agree()
        assert terminal.end() == 0
    assert b"\x1b" not in terminal.raw


def test_an_interrupted_review_keeps_nothing_and_gives_the_terminal_back(source: Path, own_home: Path) -> None:
    with at_terminal("review", source) as terminal:
        before = terminal.attributes()
        terminal.until("1 of 4, by risk")
        terminal.press("p", "renamed to")
        assert terminal.attributes() != before
        terminal.interrupt()
        assert terminal.end() == 130
        assert terminal.attributes() == before
    assert terminal.raw.rindex(b"\x1b[?1049l") > terminal.raw.rindex(b"\x1b[?1049h")
    assert (entries(), remembered(own_home)) == ([], {})


def test_without_colour_there_is_none(source: Path) -> None:
    with at_terminal("review", source, env={"NO_COLOR": "1"}) as terminal:
        terminal.until("by risk")
        terminal.until("q  stop")
        assert b"\x1b[31m" not in terminal.raw
        assert b";31m" not in terminal.raw
        assert b"\x1b[1;4m" in terminal.raw, "what was found is underlined all the same"
    with at_terminal("review", source) as terminal:
        terminal.until("q  stop")
        assert b";31m" in terminal.raw  # the control
