"""Every command with a token in every place: none comes to a TLS sink, nor anywhere else where it must not be.

The commands run under strace, which says what each process connects to, how it is started and with which environment.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.canaries import ALL, HEADERS, PEOPLE, PLACES, Canaries, Kind
from tests.cli.terminal import at_terminal
from tests.conftest import WANT
from tests.dialects import ANSWERS
from tests.tls_server import Authority, answers, provider, response
from tests.worlds import NAMES, Made, World, table

from headgate.database import Sealed, open_database
from headgate.providers.profiles import Dialect

KEY = "sk-a-key-of-nobody"
BOOK = World(seed=1, form="xlsx", rows=40, order=3, kinds="wdn", renamed=frozenset({1}), withheld=2)
TEXT = World(seed=2, form="semicolon", rows=40, order=1, kinds="ndwe", renamed=frozenset({2}), withheld=3)
PLAN = {"columns": [], "derived": [], "analyses": [], "questions": [], "hints": None}
COLUMN = {"id": "c4", "role": "timestamp", "quantity": "time", "unit": None, "medium": None, "fold": "none"} | {
    "part_of": None,
    "confidence": 0.9,
}
# The command as a person runs it, but with every library's log records of every level in a file.
LOGGED = (
    "import logging, os; logging.basicConfig(level=1, filename=os.environ['LOG_FILE'], force=True);"
    "from headgate.cli import main; main()"
)
# What each kind of output of each command may hold. Names, files and results are what a person asked to see.
SEEN: Mapping[str, frozenset[Kind]] = {
    "lists add": frozenset(),
    "lists show": frozenset(),
    "headers": HEADERS | PLACES,
    "screen": HEADERS,
    "wire": frozenset(),
    "analyse local": HEADERS | PLACES | {Kind.CELL},
    "analyse remote": HEADERS | PLACES | {Kind.CELL},
    "demo": PLACES,
    "doctor": PLACES,
    "ledger list": frozenset(),
    "ledger verify": frozenset(),
    "ledger show": frozenset({Kind.ACTOR}),
    "ledger receipt": frozenset({Kind.ACTOR, Kind.REPLY}),
}
SHARED_ERRORS = HEADERS | PLACES


@dataclass
class Ran:
    """One command that ran: what it said, what strace saw of it, and how often it connected to the sink."""

    name: str
    code: int
    out: bytes
    err: bytes
    calls: list[str]
    connections: int


@dataclass
class Scene:
    """A machine full of tokens, and the commands that ran on it."""

    place: Path
    canaries: Canaries
    dialect: Dialect
    home: Path = field(init=False)
    env: dict[str, str] = field(init=False)
    book: Made = field(init=False)
    text: Made = field(init=False)
    ran: dict[str, Ran] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    reviewed: bytes = b""

    def __post_init__(self) -> None:
        word = self.canaries.word
        user = self.place / word(Kind.HOME)
        folder = self.place / word(Kind.FILE)
        self.home = user / ".headgate"
        for each in (self.home, folder, self.place / "tmp"):
            each.mkdir(parents=True)
        self.book, self.text = (table(world, NAMES, folder, self.canaries) for world in (BOOK, TEXT))
        for made in (self.book, self.text):
            made.path.with_suffix(f".{word(Kind.FILE)}.toml").write_text(made.toml(), encoding="utf-8")
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        self.env = kept | {
            "HOME": str(user),
            "HEADGATE_ACTOR": word(Kind.ACTOR),
            "LOGNAME": word(Kind.LOGIN),
            "USER": word(Kind.LOGIN),
            "TMPDIR": str(self.place / "tmp"),
            "LOG_FILE": str(self.place / "log.txt"),
            "SINK_KEY": KEY,
            **{name: word(Kind.VARIABLE) for name in ("HOSTNAME", "OPENAI_API_KEY", "OPENAI_ORG_ID", word(Kind.FILE))},
        }

    def decisions(self, made: Made) -> Path:
        """The decisions file of a table."""
        return next(made.path.parent.glob(f"{made.path.stem}.*.toml"))

    def serve(self, authority: Authority, port: int) -> None:
        """The profile `sink` leads to this port."""
        (self.home / "profiles.toml").write_text(
            f'[profiles.sink]\ndialect = "{self.dialect}"\nhost = "localhost"\nport = {port}\nmodel = "model-1"\n'
            f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n'
            "settings = { timeout_seconds = 30 }\n",
            encoding="utf-8",
        )

    def review(self, made: Made) -> None:
        """A person reviewed the table at a terminal, closed, and saw then what was remembered."""
        arguments = ("review", made.path, *(("--sheet", made.sheet) if made.sheet else ()), "--provider", "sink")
        with at_terminal(*arguments, cwd=self.place, whole_env=self.env) as terminal:
            terminal.until("nothing decided yet")
            terminal.press("P", "All are decided")
            terminal.press("\r", "y/n")
            terminal.agree()
            assert terminal.end() == 0
        with at_terminal(*arguments, cwd=self.place, whole_env=self.env) as again:
            again.until("by you on")
            again.press("q", "nothing is kept")
            assert again.end() == 3
        self.reviewed = terminal.raw + terminal.out + again.raw + again.out

    def run(self, name: str, *arguments: object, connections: int = 0, stdin: str = "") -> Ran:
        """The command ran, and is kept under this name."""
        trace = self.place / f"{len(self.ran)}.strace"
        strace = ["strace", "-f", "--seccomp-bpf", "-v", "-s", "1000000", "-o", trace]
        done = subprocess.run(
            [*strace, "-e", "trace=connect,sendto,sendmsg,sendmmsg,execve", sys.executable, "-c", LOGGED, *arguments],
            input=stdin.encode(),
            capture_output=True,
            env=self.env,
            cwd=self.place,
            check=False,
        )
        calls = trace.read_text(encoding="utf-8").splitlines()
        self.ran[name] = Ran(name, done.returncode, done.stdout, done.stderr, calls, connections)
        return self.ran[name]


@pytest.fixture(scope="module")
def scene(authority: Authority, certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Every command ran once."""
    if shutil.which("strace") is None:
        pytest.skip(f"{WANT}strace")
    made = Scene(tmp_path_factory.mktemp("scene"), Canaries(random.Random(11)), Dialect.OPENAI_RESPONSES)
    reply = json.dumps(PLAN | {"columns": [COLUMN | {"synonyms": [made.canaries.word(Kind.REPLY)]}]})
    with provider(answers(response(ANSWERS[made.dialect](reply))), certificate) as sink:
        made.serve(authority, sink.port)
        book, plain = made.book, made.text
        profile = ("--provider", "sink")
        # Two names of nobody's table, and one that is a header of this one.
        listed = [made.canaries.word(Kind.LISTED) for _ in range(2)]
        listed.append(next(name for name in book.columns if name not in NAMES))
        typed = {"screen": "\n".join(book.columns), "lists add": "\n".join(listed)}
        commands: dict[str, tuple[object, ...]] = {
            "lists add": ("lists", "add", "clients"),
            "lists show": ("lists", "show"),
            "headers": ("headers", book.path, "--sheet", book.sheet),
            "screen": ("screen",),
            "wire": ("wire", book.path, *profile, "--review", made.decisions(book)),
            "analyse local": ("analyse", plain.path, "--approve", "clean", "--out", made.place / "local"),
            "analyse remote": ("analyse", book.path, *profile, "--review", made.decisions(book), "--out", "remote"),
            "demo": ("demo", "--out", made.place / "demo"),
            "doctor": ("doctor",),
            "ledger list": ("ledger", "list"),
            "ledger verify": ("ledger", "verify", "--json"),
            "ledger show": ("ledger", "show", "2"),
            "ledger receipt": ("ledger", "receipt", "3", "--json"),
        }
        for name, arguments in commands.items():
            before = sink.connections
            ran = made.run(name, *arguments, stdin=typed.get(name, ""))
            ran.connections = sink.connections - before
        made.review(book)
        made.requests = list(sink.requests)
    return made


def test_every_command_did_what_it_is_for(scene: Scene) -> None:
    assert {name: (ran.code, ran.err[-300:]) for name, ran in scene.ran.items() if ran.code} == {}
    assert scene.ran.keys() == SEEN.keys()
    listed = scene.ran["ledger list"].out.decode()
    assert listed.count("SEND_INTENDED") == listed.count("SEND_OUTCOME") == 1
    assert b"canar" not in scene.ran["wire"].out


def test_no_byte_at_the_sink_holds_a_token_in_any_encoding(scene: Scene) -> None:
    (request,) = scene.requests
    assert scene.canaries.spotted(request) == set()
    assert scene.canaries.spotted(scene.ran["wire"].out) == set()
    for name in NAMES:
        assert json.dumps(json.dumps(name)[1:-1]).encode()[1:-1] in request
    # The control: of the same bytes with one cell in another spelling, each is seen.
    cell = scene.canaries.word(Kind.CELL)
    assert scene.canaries.spotted(request.replace(b"Shift", cell.encode().hex().encode()))


def test_only_a_remote_analysis_connects_and_it_connects_once(scene: Scene) -> None:
    assert {name: ran.connections for name, ran in scene.ran.items() if ran.connections} == {"analyse remote": 1}
    port = re.search(rb"Host: localhost:(\d+)", scene.requests[0])[1].decode()  # type: ignore[index]
    for name, ran in scene.ran.items():
        # A sealed process tries the discard port of this machine, to show that it cannot (headgate.sandbox.probes).
        others = {port for port in _ports(ran.calls) if port != ("127.0.0.1", "9")}
        assert {each[1] for each in others} == ({port} if name == "analyse remote" else set()), name
        assert {each[0] for each in others} <= {"127.0.0.1", "::1"}, name


def test_a_connection_of_any_process_would_be_seen(scene: Scene) -> None:
    code = (
        "import socket, subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'import socket; socket.socket(2, 2).sendto(bytes(1), "
        '("127.0.0.1", 4711))\'])\n'
    )
    trace = scene.place / "control.strace"
    subprocess.run(
        ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect,sendto", "-o", trace, sys.executable, "-c", code],
        check=True,
    )
    assert ("127.0.0.1", "4711") in _ports(trace.read_text(encoding="utf-8").splitlines())


def _ports(calls: list[str]) -> set[tuple[str, str]]:
    """Every address and port of the Internet that a process tried to reach."""
    return {
        (address[1] if (address := re.search(r'"((?:\d+\.){3}\d+|[0-9a-f:]+)"', call)) else call, port[1])
        for call in calls
        if "AF_INET" in call and (port := re.search(r"sin6?_port=htons\((\d+)\)", call))
    }


def test_no_process_is_started_with_a_cell_a_header_or_a_person_in_its_arguments_or_environment(scene: Scene) -> None:
    started = [call for ran in scene.ran.values() for call in ran.calls if "headgate.sealed" in call]
    assert len(started) >= 8
    for call in started:
        assert scene.canaries.spotted(call, ALL, depth=1) == set()
    with_key = [call for call in started if KEY in call]
    assert len(with_key) == 1
    assert '"gate"' in with_key[0]
    # The control: the command itself was started with people in its environment, and strace shows them.
    assert scene.canaries.spotted(scene.ran["headers"].calls[0], PEOPLE, depth=1)


@pytest.mark.parametrize("name", SEEN)
def test_a_command_says_no_more_than_it_is_asked(scene: Scene, name: str) -> None:
    ran = scene.ran[name]
    assert scene.canaries.spotted(ran.err, ALL - SHARED_ERRORS, depth=1) == set()
    assert scene.canaries.spotted(ran.out, ALL - SEEN[name], depth=1) == set()
    assert KEY.encode() not in ran.out + ran.err


def test_a_review_at_a_terminal_shows_names_and_who_decided_and_nothing_else(scene: Scene) -> None:
    assert scene.canaries.spotted(scene.reviewed, ALL - HEADERS - PLACES, depth=1) == set()
    assert KEY.encode() not in scene.reviewed
    # The control: the names it is about are there, and would be seen.
    assert scene.canaries.spotted(scene.reviewed, HEADERS, depth=1)


def test_no_log_record_of_any_level_holds_a_token(scene: Scene) -> None:
    log = scene.place / "log.txt"
    assert log.exists()
    assert scene.canaries.spotted(log.read_bytes(), ALL - PLACES, depth=1) == set()


def test_nothing_is_left_in_the_temporary_folder(scene: Scene) -> None:
    assert list((scene.place / "tmp").iterdir()) == []


def test_no_file_of_the_state_folder_holds_a_token(scene: Scene) -> None:
    files = [path for path in scene.home.rglob("*") if path.is_file() and path.name != "profiles.toml"]
    assert {"headgate.db"} < {path.name for path in files}
    for path in files:
        assert scene.canaries.spotted(path.read_bytes(), depth=1) == set(), path.name
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_no_cell_file_or_variable_is_sealed_in_the_state_folder(scene: Scene) -> None:
    sealed = _unsealed(scene.home)
    assert len(sealed) >= 6
    assert {record.partition(":")[0] for record in sealed} == {"manifests", "sent", "remembered", "own_names"}
    for record, data in sealed.items():
        may = HEADERS | ({Kind.LISTED} if record.startswith("own_names:") else {Kind.ACTOR, Kind.REPLY})
        assert scene.canaries.spotted(data, ALL - may, depth=1) == set(), record
    # The control: what may be sealed is there, and would be seen.
    found = {
        kind
        for data in sealed.values()
        for kind in HEADERS | {Kind.ACTOR, Kind.REPLY, Kind.LISTED}
        if scene.canaries.spotted(data, {kind}, depth=1)
    }
    assert found == HEADERS | {Kind.ACTOR, Kind.REPLY, Kind.LISTED}


def _unsealed(home: Path) -> dict[str, bytes]:
    """Every sealed field of the state folder, open, by its record."""
    opened: dict[str, bytes] = {}
    with closing(open_database(home)) as state, state.read() as connection:
        for name in ("manifests", "sent", "remembered", "own_names"):
            for row in connection.execute(text(f"SELECT id, wrapped_key, cipher FROM {name}")):
                record = f"{name}:{row.id}"
                opened[record] = state.sealer.unseal(record, Sealed(row.wrapped_key, row.cipher))
    return opened
