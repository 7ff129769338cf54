"""Each level for real: what the system lacks is missed, said, held to the floor and written in the ledger."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from headgate.errors import InputError
from headgate.settings import from_environment

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the levels are of Linux, the numbers of x86_64"
)

LANDLOCK, SECCOMP = "444,445,446", "317"
REFUSING = (sys.executable, str(Path(__file__).with_name("refusing.py")))
NO_NAMESPACES = (
    *("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c"),
    *('echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"),
)
SYSTEMS: dict[str, Sequence[str]] = {
    "L3": (),
    "L2": NO_NAMESPACES,
    "L1": (*REFUSING, LANDLOCK),
    "L0": (*REFUSING, f"{LANDLOCK},{SECCOMP}"),
}
IN_ACCESS, IN_NONBLOCK = 1, 0x800


def headgate(level: str, *arguments: object, floor: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command on a system that gives this level and no more."""
    return run(level, "-m", "headgate", *arguments, floor=floor)


def run(level: str, *arguments: object, floor: str | None) -> subprocess.CompletedProcess[str]:
    """Python, on such a system."""
    environment = os.environ | ({} if floor is None else {"HEADGATE_ISOLATION_FLOOR": floor})
    return subprocess.run(
        [*SYSTEMS[level], sys.executable, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )


def sealed(change: str, floor: str = "L0", ports: str = "()") -> dict[str, object]:
    """What a process reached that sealed itself after this change."""
    code = (
        "import json\nfrom headgate.isolation import IsolationLevel\nfrom headgate.errors import RefusalError\n"
        "from headgate.sandbox import landlock, namespaces, seccomp, system\n"
        "from headgate.sandbox.seal import Confinement, seal\n"
        f"{change}\n"
        f"found = seal(Confinement((), (), {ports}, IsolationLevel({floor!r})))\n"
        "print(json.dumps([found.level, found.missing, [[p.name, p.before, p.after] for p in found.probes]]))\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    level, missing, probes = json.loads(done.stdout)
    return {"level": level, "missing": missing, "probes": probes}


@contextmanager
def watched(path: Path) -> Iterator[list[bytes]]:
    """What inotify says of reads of this file during the block."""
    libc = ctypes.CDLL(None)
    watch, seen = libc.inotify_init1(IN_NONBLOCK), list[bytes]()
    assert libc.inotify_add_watch(watch, os.fsencode(path), IN_ACCESS) >= 0
    try:
        yield seen
        with suppress(BlockingIOError):
            seen.append(os.read(watch, 4096))
    finally:
        os.close(watch)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "canary.csv"
    path.write_text("timestamp,Canary_kWh\n" + "".join(f"2026-01-01 {n:02d}:00,{n}\n" for n in range(24)))
    return path


@pytest.mark.parametrize(
    ("level", "floor", "missing"),
    [
        ("L2", "L3", ["namespaces"]),
        ("L1", None, ["Landlock"]),
        ("L0", None, ["Landlock", "seccomp"]),
        ("L0", "L1", ["Landlock", "seccomp"]),
    ],
)
def test_below_the_floor_nothing_is_read_and_it_says_what_is_missing(
    table: Path, tmp_path: Path, own_home: Path, level: str, floor: str | None, missing: list[str]
) -> None:
    for arguments in (("headers", table), ("analyse", table, "--out", tmp_path / "out")):
        with watched(table) as reads:
            done = headgate(level, *arguments, floor=floor)
        assert done.returncode == 3, done.stderr
        assert reads == []
        assert "Canary" not in done.stdout + done.stderr
        (sentence,) = done.stderr.strip().splitlines()[-1:]
        assert f"isolates a process only to {level}" in sentence
        assert "HEADGATE_ISOLATION_FLOOR" in sentence
        assert [word for word in ("namespaces:", "Landlock:", "seccomp:") if word in sentence] == [
            f"{one}:" for one in missing
        ]
    assert not (tmp_path / "out").exists()
    assert not list(own_home.glob("*.db")) or json.loads(headgate("L3", "ledger", "list", "--json").stdout) == {
        "entries": []
    }


@pytest.mark.parametrize(("level", "floor"), [("L3", "L3"), ("L2", None), ("L1", "L1"), ("L0", "L0")])
def test_at_the_floor_it_works_and_the_ledger_states_the_level(table: Path, level: str, floor: str | None) -> None:
    with watched(table) as reads:
        named = headgate(level, "headers", table, floor=floor)
    assert named.returncode == 0, named.stderr
    assert "Canary_kWh" in named.stdout
    assert reads != [], "the control: what is read is seen"
    code = (
        "import json, sys, headgate\nfrom headgate import app\nmade = headgate.analyse(sys.argv[1]).html()\n"
        "with app.opened() as state:\n    entry = [e.to_json() for e in state.ledger.entries()][-1]\n"
        "claims, states = 'a process without network; isolation' in made, 'isolation ' + sys.argv[2] in made\n"
        "print(json.dumps([entry, claims, states]))\n"
    )
    done = run(level, "-c", code, table, level, floor=floor)
    assert done.returncode == 0, done.stderr
    entry, claims_a_seal, states_the_level = json.loads(done.stdout)
    assert (claims_a_seal, states_the_level) == (level in {"L2", "L3"}, True)
    assert (entry["kind"], entry["isolation"]) == ("ANALYSIS_RUN", level)


def test_a_floor_that_is_none_is_an_error_of_the_caller(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = headgate("L3", "headers", table, floor="L4")
    assert done.returncode == 2
    assert "HEADGATE_ISOLATION_FLOOR must be one of L0, L1, L2, L3" in done.stderr
    for nonsense in ("l2", "", "engine", "none"):
        monkeypatch.setenv("HEADGATE_ISOLATION_FLOOR", nonsense)
        with pytest.raises(InputError):
            from_environment()


@pytest.mark.parametrize(
    ("change", "level", "still"),
    [
        ("landlock.restrict = lambda *given: None", "L1", ["Landlock: it still could open a file it was not given"]),
        ("seccomp.restrict = lambda **given: None", "L1", ["seccomp: it still could make a socket"]),
        ("namespaces.enter = lambda **given: None", "L2", ["namespaces: it still could send a datagram (UDP)"]),
        ("pass", "L3", []),
    ],
)
def test_a_layer_that_is_said_to_be_there_and_does_not_hold_is_not_counted(
    change: str, level: str, still: list[str]
) -> None:
    found = sealed(change)
    assert (found["level"], found["missing"]) == (level, still)


def test_a_thread_that_runs_already_costs_the_layers_that_would_not_reach_it() -> None:
    running = (
        "import socket, threading\n"
        "go, done, said = threading.Event(), threading.Event(), []\n"
        "def early():\n"
        "    go.wait()\n"
        "    for attempt in (socket.socket, lambda: open('/etc/passwd')):\n"
        "        try: attempt().close(); said.append('through')\n"
        "        except OSError: said.append('refused')\n"
        "    done.set()\n"
        "threading.Thread(target=early, daemon=True).start()"
    )
    after = "\nlast = seal\ndef seal(given):\n    found = last(given); go.set(); done.wait()\n"
    after += "    assert said == ['refused', 'through'], said\n    return found"
    found = sealed(running + after)
    assert found["level"] == "L1"
    assert found["missing"] == ["namespaces: Invalid argument", "Landlock: a thread runs already"]


def test_the_doctor_shows_each_probe_with_its_control_and_fails_where_one_gets_through() -> None:
    whole = headgate("L3", "doctor", "--json")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    shown = [check for check in json.loads(whole.stdout)["checks"] if " cannot " in check["name"]]
    assert {check["name"].partition(" cannot ")[0] for check in shown} == {"cell", "gate"}
    assert len({check["name"] for check in shown}) == 15
    assert len(shown) == 15
    assert all(check["found"].endswith("control: it could before") for check in shown)
    broken = headgate("L1", "doctor", "--json", floor="L0")
    assert broken.returncode == 5
    through = [check["found"] for check in json.loads(broken.stdout)["checks"] if not check["ok"]]
    assert through
    assert all(found == "NOT so: Landlock does not hold it back" for found in through)
    assert headgate("L1", "doctor").returncode == 5


def test_a_kernel_that_holds_no_ports_keeps_its_level_and_says_so() -> None:
    old = sealed("landlock.abi = lambda: 3", ports="(443,)")
    assert old["level"] == "L3"
    assert str(old["missing"]).startswith("['ports: ")
    assert "connect to a port" not in str(old["probes"])
    present = sealed("pass", ports="(443,)")  # the control: this kernel does
    assert (present["level"], present["missing"]) == ("L3", [])
    assert ["connect to a port no profile has (TCP)", True, False] in present["probes"]
