"""A database as a source: the cell reaches that one connection alone, and the password is nowhere but in it."""

from __future__ import annotations

import json
import os
import platform
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.canaries import Canaries, Kind
from tests.conftest import WANT
from tests.postgres_server import Postgres

import headgate
from headgate.database import Sealed, open_database
from headgate.errors import RefusalError
from headgate.isolation import IsolationLevel

TURNING = Path(__file__).with_name("turning.py")
LOGGED = (
    "import logging, os; logging.basicConfig(level=1, filename=os.environ['LOG_FILE'], force=True);"
    "from headgate.cli import main; main()"
)
NO_NAMESPACES = (
    *("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c"),
    *('echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"),
)
linux = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the seal is of Linux, the numbers of x86_64"
)


@pytest.fixture
def around(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """An engine that says back what it is told, another listener, and a local one."""
    with ExitStack() as stack:
        engine, other = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        local = stack.enter_context(socket.socket(socket.AF_UNIX))
        local.bind(str(tmp_path / "s"))
        local.listen()
        other.setblocking(False)

        def echo() -> None:
            with suppress(OSError):
                while True:
                    channel, _ = engine.accept()
                    with channel:
                        channel.sendall(channel.recv(1))

        threading.Thread(target=echo, daemon=True).start()
        yield {
            "given": engine.getsockname()[1],
            "other": other.getsockname()[1],
            "path": str(tmp_path / "s"),
            "control": False,
            "listener": other,
        }


def turning(around: dict[str, Any], *by: str, **change: object) -> dict[str, Any]:
    at = {name: value for name, value in around.items() if name != "listener"} | change
    command = [*by, sys.executable, "-I", "-B", str(TURNING)]
    done = subprocess.run(command, input=json.dumps(at).encode(), capture_output=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@linux
@pytest.mark.parametrize("by", [(), NO_NAMESPACES], ids=["all layers", "without namespaces"])
def test_a_cell_that_holds_one_connection_reaches_nothing_else(around: dict[str, Any], by: tuple[str, ...]) -> None:
    found = turning(around, *by)
    assert (found["level"], found["kept"]) == ("engine", "x")
    assert {name: one for name, one in found["attacks"].items() if one not in {"EPERM", "EAI"}} == {}
    with pytest.raises(BlockingIOError):
        around["listener"].accept()


@linux
def test_without_the_seal_the_same_code_reaches_all_of_it(around: dict[str, Any]) -> None:
    found = turning(around, control=True)
    assert found["kept"] == "x"
    # What is opened while sending is a connection already, whose address is passed over.
    assert {name: one for name, one in found["attacks"].items() if one != "through"} in (
        {},
        {"a connection opened while sending": "EISCONN"},
    )
    for _ in range(2):
        around["listener"].accept()


@dataclass
class Scene:
    """A database whose name, user, password, schema and cells are tokens, and the commands that ran on it."""

    place: Path
    database: Postgres
    canaries: Canaries = field(default_factory=lambda: Canaries(random.Random(5)))
    ran: dict[str, subprocess.CompletedProcess[bytes]] = field(default_factory=dict)
    calls: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        word = self.canaries.word
        self.password, self.user, self.name, self.schema = (
            word(kind) for kind in (Kind.VARIABLE, Kind.LOGIN, Kind.HOME, Kind.SHEET)
        )
        self.database.run(
            f"CREATE ROLE \"{self.user}\" LOGIN PASSWORD '{self.password}'",
            f'CREATE DATABASE "{self.name}"',
            database="postgres",
        )
        cells = ", ".join(
            f"('2026-01-01'::timestamp + {n} * interval '1 hour', {self.canaries.number()}, '{word(Kind.CELL)}')"
            for n in range(48)
        )
        self.database.run(
            f'CREATE SCHEMA "{self.schema}"',
            f'CREATE TABLE "{self.schema}".meter (stamp timestamp, "Usage_kWh" numeric, note text)',
            f'INSERT INTO "{self.schema}".meter VALUES {cells}',
            f'CREATE VIEW "{self.schema}".broken AS SELECT note::int AS a FROM "{self.schema}".meter',
            f'GRANT USAGE ON SCHEMA "{self.schema}" TO "{self.user}"',
            f'GRANT SELECT ON ALL TABLES IN SCHEMA "{self.schema}" TO "{self.user}"',
            database=self.name,
        )
        (self.place / "home").mkdir()
        (self.place / "tmp").mkdir()

    def run(self, name: str, *arguments: str, password: str, env: dict[str, str] | None = None) -> None:
        """The command ran on the database with this password in the URL, and is kept under this name."""
        kept = {each: os.environ[each] for each in ("PATH", "PYTHONPATH") if each in os.environ}
        environment = kept | {
            "HOME": str(self.place / "home"),
            "HEADGATE_ACTOR": "tester",
            "TMPDIR": str(self.place / "tmp"),
            "LOG_FILE": str(self.place / "log.txt"),
        }
        url = self.database.url(self.user, password, self.name)
        trace = self.place / f"{name}.strace"
        strace = ["strace", "-f", "--seccomp-bpf", "-v", "-s", "1000000", "-e", "trace=connect,execve", "-o", trace]
        self.ran[name] = subprocess.run(
            [*strace, sys.executable, "-c", LOGGED, arguments[0], url, *arguments[1:]],
            capture_output=True,
            env=environment | (env or {}),
            cwd=self.place,
            check=False,
        )
        self.calls[name] = trace.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def scene(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Every command that takes a source ran, with the password from each place, and failed in each way."""
    if shutil.which("strace") is None:
        pytest.skip(f"{WANT}strace")
    made = Scene(tmp_path_factory.mktemp("scene"), postgres)
    meter, env = ("--table", f"{made.schema}.meter"), {"PGPASSWORD": made.password}
    profile = (
        '[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = 1\nmodel = "m"\nkey_env = "K"\n'
        "loopback = true\n"
    )
    (made.place / "home" / ".headgate").mkdir()
    (made.place / "home" / ".headgate" / "profiles.toml").write_text(profile)
    made.run("headers", "headers", *meter, "--json", password=made.password)
    made.run("wire", "wire", *meter, "--provider", "sink", password="", env=env)
    made.run("broken", "headers", "--table", f"{made.schema}.broken", password="", env=env)
    made.run("refused", "headers", *meter, password=f"{made.password}x")
    made.run("gone", "analyse", "--table", f"{made.schema}.gone", password="", env=env)
    made.run("sent", "analyse", *meter, "--provider", "sink", "--approve", "clean", password="", env=env | {"K": "k"})
    passfile = made.place / "home" / ".pgpass"
    passfile.write_text(f"127.0.0.1:{postgres.port}:*:{made.user}:{made.password}\n")
    passfile.chmod(0o600)
    made.run("analyse", "analyse", *meter, "--approve", "clean", "--out", "report", password="")
    return made


def test_every_command_ended_as_it_should(scene: Scene) -> None:
    codes = {"headers": 0, "wire": 0, "broken": 4, "refused": 2, "gone": 2, "sent": 4, "analyse": 0}
    assert {name: (ran.returncode, ran.stderr[-300:]) for name, ran in scene.ran.items()} == {
        name: (code, scene.ran[name].stderr[-300:]) for name, code in codes.items()
    }
    assert b'"Usage_kWh"' in scene.ran["headers"].stdout


WHO = {Kind.VARIABLE, Kind.LOGIN, Kind.HOME}


@pytest.mark.parametrize("name", ["headers", "wire", "broken", "refused", "gone", "sent", "analyse"])
def test_no_command_says_the_password_the_user_or_the_database(scene: Scene, name: str) -> None:
    ran = scene.ran[name]
    assert scene.canaries.spotted(ran.stdout + ran.stderr, WHO | {Kind.CELL}, depth=1) == set()
    for path in (scene.place / "report").rglob("*"):
        if path.is_file():
            assert scene.canaries.spotted(path.read_bytes(), WHO | {Kind.SHEET}, depth=1) == set(), path.name


def test_the_source_is_called_by_the_tables_name_alone(scene: Scene) -> None:
    assert json.loads(scene.ran["headers"].stdout)["source"] == "meter"
    page = (scene.place / "report" / "index.html").read_text(encoding="utf-8")
    assert "reaches its database or cluster alone" in page
    assert "without network" not in page


def test_nothing_of_it_is_logged_kept_or_left_behind(scene: Scene) -> None:
    assert scene.canaries.spotted((scene.place / "log.txt").read_bytes(), depth=1) == set()
    assert list((scene.place / "tmp").iterdir()) == []
    home = scene.place / "home" / ".headgate"
    for path in (path for path in home.rglob("*") if path.is_file()):
        assert scene.canaries.spotted(path.read_bytes(), depth=1) == set(), path.name
    records = 0
    with closing(open_database(home)) as state, state.read() as connection:
        for table in ("manifests", "sent"):
            for row in connection.execute(text(f"SELECT id, wrapped_key, cipher FROM {table}")):
                opened = state.sealer.unseal(f"{table}:{row.id}", Sealed(row.wrapped_key, row.cipher))
                assert scene.canaries.spotted(opened, depth=1) == set()
                records += 1
    assert records >= 3


def test_no_process_of_ours_is_started_with_it_and_each_cell_connects_once(scene: Scene) -> None:
    for name, calls in scene.calls.items():
        started = [call for call in calls if "headgate.sealed" in call and "execve" in call]
        assert started, name
        assert [call for call in started if scene.canaries.spotted(call, depth=1)] == [], name
        ports = re.findall(r"sin_port=htons\((\d+)\)", "\n".join(call for call in calls if "connect(" in call))
        cells = sum('"cell"' in call for call in started)
        assert ports.count(str(scene.database.port)) == cells, name
        # A sealed process tries the discard port of this machine, and the gate of one command its own.
        assert set(ports) - {"9", str(scene.database.port), "1" if name == "sent" else "9"} == set(), name


def test_the_same_search_finds_it_where_a_person_put_it(scene: Scene) -> None:
    assert scene.canaries.spotted(scene.calls["headers"][0], {Kind.VARIABLE}, depth=1)  # in the URL of the command
    assert scene.canaries.spotted(scene.calls["wire"][0], {Kind.VARIABLE}, depth=1)  # in the environment
    assert scene.canaries.spotted((scene.place / "home" / ".pgpass").read_bytes(), {Kind.VARIABLE}, depth=1)
    assert scene.canaries.spotted(scene.ran["headers"].stdout, {Kind.SHEET}, depth=1)  # the schema finds the rows again


def test_the_report_and_the_ledger_say_that_the_cell_held_a_connection(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.run(
        "CREATE TABLE IF NOT EXISTS held AS SELECT timestamp '2026-01-01' + n * interval '1 hour' AS stamp, "
        "n AS kwh FROM generate_series(1, 48) AS n",
        "GRANT SELECT ON held TO reader",
    )
    report = headgate.analyse(postgres.url(), sheet="held")
    assert report.isolation is IsolationLevel.ENGINE
    assert "reaches its database or cluster alone" in report.html()
    assert repr(report) == f"<Report on held: {len(report.results)} results, {len(report.skipped)} skipped>"
    from headgate.app import opened

    with opened() as state:
        levels = {getattr(entry.event, "isolation", None) for entry in state.ledger.entries()}
    assert levels == {None, IsolationLevel.ENGINE}
    monkeypatch.setenv("HEADGATE_ISOLATION_FLOOR", "L3")
    assert headgate.analyse(postgres.url(), sheet="held").isolation is IsolationLevel.ENGINE


@linux
def test_below_the_floor_a_database_is_not_read(postgres: Postgres) -> None:
    code = "import sys, headgate; headgate.read(sys.argv[1])"
    done = subprocess.run(
        [*NO_NAMESPACES, sys.executable, "-c", code, postgres.url()],
        env=os.environ | {"HEADGATE_ISOLATION_FLOOR": "L3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert RefusalError.__name__ in done.stderr
    assert "only to L2" in done.stderr


def test_a_table_of_a_server_is_not_read_without_its_database(postgres: Postgres) -> None:
    postgres.run("CREATE TABLE IF NOT EXISTS alone AS SELECT 1 AS kwh", "GRANT SELECT ON alone TO reader")
    table = headgate.read(postgres.url(), "alone")
    with pytest.raises(headgate.InputError, match="given as `table`"):
        headgate.analyse(table)
    assert headgate.analyse(postgres.url(), table=table).table == table  # the control
