"""The two processes of ours, driven as nobody should: what they are asked, what they are given, how they end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.approvals import ACTOR
from tests.tls_server import Authority, answers, provider, response

from headgate import app
from headgate.canonical import Json
from headgate.cell import asking as cell_asking
from headgate.cell.asking import cell_process
from headgate.errors import InputError, IntegrityError, RefusalError, UnavailableError
from headgate.gate.asking import gate_process, send
from headgate.headers import read
from headgate.isolation import IsolationLevel, usual_floor
from headgate.ledger import Ledger, Outcome, SendIntended, SendOutcome
from headgate.manifest import ApprovedManifest, Column
from headgate.providers.profiles import Profile
from headgate.sandbox.channel import Channel
from headgate.sandbox.process import Process, Start
from headgate.sandbox.record import to_json
from headgate.sandbox.seal import Confinement

KEY = "sk-a-key-of-nobody"
Approve = Callable[..., ApprovedManifest]


def written(home: Path, authority: Authority, port: int) -> None:
    (home / "profiles.toml").write_text(
        f'[profiles.sink]\ndialect = "openai-chat"\nhost = "localhost"\nport = {port}\nmodel = "m"\n'
        f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\nsettings = {{ timeout_seconds = 20 }}\n',
        encoding="utf-8",
    )


@contextmanager
def sending(home: Path, authority: Authority, profile: Profile, port: int) -> Iterator[Process]:
    """A gate that knows one server of the tests' own."""
    written(home, authority, port)
    there = replace(profile, port=port)
    with gate_process(home, there, {"SINK_KEY": KEY}.get, usual_floor(), ACTOR) as running:
        yield running


def intents(ledger: Ledger) -> int:
    return sum(isinstance(entry.event, SendIntended) for entry in ledger.entries())


def asked(manifest: ApprovedManifest, **change: Json) -> dict[str, Json]:
    return {"is": "Sending", "manifest_id": manifest.id, "template_id": "plan-1", "profile_id": "sink"} | change


def test_the_gate_takes_three_ids_and_whatever_else_it_is_told_nothing_connects(
    profile: Profile, authority: Authority, certificate: Path, approve: Approve, ledger: Ledger, own_home: Path
) -> None:
    manifest = approve("energy")
    with provider(certificate=certificate) as sink:
        with sending(own_home, authority, profile, sink.port) as gate:
            for kind, value in (
                ("send", asked(manifest, question="how much is 17.3?")),
                ("send", asked(manifest, rows=[[1, 2]])),
                ("send", asked(manifest, profile_id=["sink"])),
                ("send", asked(manifest, profile_id=None)),
                ("send", asked(manifest) | {"is": "Answer"}),
                ("send", [manifest.id, "plan-1", "sink", "17.3"]),
                ("send", [manifest.id, "plan-1", "sink"]),
                ("send", None),
                ("read", {"is": "Reading", "path": "/etc/passwd", "sheet": None, "names": None}),
                ("run", None),
                ("", None),
            ):
                with pytest.raises(IntegrityError):
                    gate.ask(kind, value)
            assert (sink.connections, intents(ledger)) == (0, 0)
            send(gate, manifest.id, "plan-1", "sink")
            assert (sink.connections, intents(ledger)) == (1, 1), "the control: three ids are sent"
        for data in (b"x" * 5000, b"\xff\xff\xff\xff" + b"x" * 100, json.dumps(asked(manifest)).encode()):
            with sending(own_home, authority, profile, sink.port) as gate, pytest.raises(IntegrityError):
                gate.ask("send", asked(manifest, question=data.decode("latin-1")))
        with sending(own_home, authority, profile, sink.port) as gate:
            with pytest.raises(IntegrityError):
                gate.ask("send", asked(manifest, profile_id="x" * 5120))
            with pytest.raises(UnavailableError):
                gate.ask("send", asked(manifest))  # after a message that is too large it has ended
        assert (sink.connections, intents(ledger)) == (1, 1)


def test_a_gate_that_another_person_starts_sends_nothing_of_what_was_approved(
    profile: Profile,
    authority: Authority,
    certificate: Path,
    approve: Approve,
    ledger: Ledger,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest = approve("energy")
    monkeypatch.setenv("SINK_KEY", KEY)
    with provider(certificate=certificate) as sink:
        written(own_home, authority, sink.port)
        monkeypatch.setenv("HEADGATE_ACTOR", "somebody else")
        with pytest.raises(RefusalError, match="by another person"):
            app.send(manifest.id, "plan-1", "sink")
        assert (sink.connections, intents(ledger)) == (0, 0)
        monkeypatch.setenv("HEADGATE_ACTOR", ACTOR)
        app.send(manifest.id, "plan-1", "sink")  # the control
        assert (sink.connections, intents(ledger)) == (1, 1)
        assert ACTOR.encode() not in sink.requests[0]


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff\xff\xff", struct.pack(">I", 4097), struct.pack(">I", 9) + b"[[[[[[[[[", b"GET / HTTP/1.1\r\n\r\n"],
)
def test_bytes_that_are_no_message_end_the_gate_and_it_says_only_that(own_home: Path, data: bytes) -> None:
    given = Confinement((), (own_home,), (53,), usual_floor())
    own_home.mkdir(exist_ok=True)
    command = [sys.executable, "-I", "-m", "headgate.sealed", "gate"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, env={}) as running:
        assert running.stdin
        assert running.stdout
        assert running.stderr
        channel = Channel(running.stdout, running.stdin, 1 << 16)
        channel.send("start", to_json(Start(given, own_home, ACTOR, os.getpid(), finishes=True)))
        ready = channel.receive()
        assert ready is not None
        assert ready.kind == "ready"
        running.stdin.write(data)
        running.stdin.close()
        said = channel.receive()
        assert said is not None
        assert said.kind == "error"
        assert isinstance(said.value, dict)
        assert said.value["error"] == "IntegrityError"
        assert channel.receive() is None
        assert running.stderr.read() == b""


# What a wrapper in the interpreter's place sees of how it was started, before it becomes the interpreter.
WRAPPER = """#!{python} -IB
import json, os, sys
with open("/proc/self/environ", "rb") as kept:
    environment = kept.read()
with open({log!r}, "a") as log:
    log.write(json.dumps([sys.argv[1:], environment.decode(), sorted(map(int, os.listdir("/proc/self/fd")))]) + "\\n")
os.execv({python!r}, [{python!r}, *sys.argv[1:]])
"""
HOSTILE = {
    "PYTHONSTARTUP": "/nonexistent",
    "PYTHONINSPECT": "1",
    "PYTHONHOME": "/nonexistent",
    "LD_LIBRARY_PATH": "/nonexistent",
    "OPENSSL_CONF": "/nonexistent",
    "SSL_CERT_FILE": "/nonexistent",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "RES_OPTIONS": "debug",
    "CANARY": "canary-value",
    "OTHER_KEY": "sk-of-another",
}


def test_each_process_is_given_its_own_variables_and_descriptors_and_nothing_of_ours(
    profile: Profile,
    authority: Authority,
    certificate: Path,
    approve: Approve,
    own_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest = approve("energy")
    log, wrapper = tmp_path / "log", tmp_path / "python"
    wrapper.write_text(WRAPPER.format(python=sys.executable, log=str(log)))
    wrapper.chmod(0o700)
    table = tmp_path / "a.csv"
    table.write_text("energy\n1\n")
    # Two things that are open here and would go to every process started carelessly.
    opened, connected = os.open(table, os.O_RDONLY), socket.create_server(("127.0.0.1", 0))
    for descriptor in (opened, connected.fileno()):
        os.set_inheritable(descriptor, True)
    for name, value in (HOSTILE | {"PYTHONPATH": str(tmp_path), "SINK_KEY": KEY}).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "sitecustomize.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    real = sys.executable
    monkeypatch.setattr(sys, "executable", str(wrapper))
    with provider(certificate=certificate) as sink:
        written(own_home, authority, sink.port)
        app.send(manifest.id, "plan-1", "sink")
    app.read(table)
    assert not (tmp_path / "ran").exists()
    # The control: a process that is started the usual way takes all of it.
    code = "import os, sys; print(sorted(map(int, os.listdir('/proc/self/fd'))))"
    inherited = {"PYTHONPATH": str(tmp_path)}
    usual = subprocess.run([real, "-c", code], env=inherited, close_fds=False, stdout=-1, check=True)
    assert {opened, connected.fileno()} <= set(json.loads(usual.stdout))
    assert (tmp_path / "ran").exists()
    os.close(opened)
    connected.close()
    (gate, cell) = [json.loads(line) for line in log.read_text().splitlines()]
    names = [argument for arguments, _, _ in (gate, cell) for argument in arguments if argument in {"gate", "cell"}]
    assert names == ["gate", "cell"]
    assert gate[1].split("\0") == [f"SINK_KEY={KEY}", ""]
    variables = dict(each.split("=", 1) for each in cell[1].split("\0") if each)
    assert variables == {"HOME": variables["HOME"], "TMPDIR": variables["HOME"], "TZ": "UTC"}
    assert "headgate-" in variables["HOME"]
    for arguments, _, descriptors in (gate, cell):
        assert not [word for word in (KEY, *HOSTILE.values()) if len(word) > 3 and word in " ".join(arguments)]
        assert arguments[:1] == ["-I"]
        assert [one for one in descriptors if one <= 2] == [0, 1, 2]
        assert len(descriptors) <= 5  # the log and the folder that is being listed


SERVING = """
import ctypes, os, sys
from headgate.sandbox.process import serve

def load(isolation, place, actor, held):
    def noise(where):
        print("canary", where, flush=True)
        print("canary", where, file=sys.stderr, flush=True)
        os.write(1, b"canary")
        os.write(2, b"canary")
        library = ctypes.CDLL(None)
        library.puts(b"canary")
        library.fflush(None)
        sys.__stdout__.write("canary")
        sys.__stdout__.flush()
        assert sys.stdin.read() == "", "nor is what we are asked there to be read"
    noise("while loading")
    def answer(message, tell):
        noise("while answering")
        if message.kind == "defect":
            {"canary": 1}["canary in a cell"]
        if message.kind == "kept":
            raise ValueError("canary" * 1000) from KeyError("canary")
        tell("canary told on purpose")
        return "answered"
    return answer

serve(4096, load)
"""


@contextmanager
def serving() -> Iterator[tuple[Channel, subprocess.Popen[bytes]]]:
    with subprocess.Popen([sys.executable, "-I", "-c", SERVING], stdin=-1, stdout=-1, stderr=-1) as running:
        assert running.stdin
        assert running.stdout
        channel = Channel(running.stdout, running.stdin, 1 << 16)
        given = Confinement((), (), (), IsolationLevel.L0)
        channel.send("start", to_json(Start(given, Path("/"), ACTOR, os.getpid(), finishes=True)))
        yield channel, running


def test_what_a_library_prints_reaches_neither_the_channel_nor_the_terminal() -> None:
    with serving() as (channel, running):
        channel.send("ask")
        kinds = [message.kind for _ in range(3) if (message := channel.receive())]
        assert kinds == ["ready", "told", "answer"]
        assert running.stdin
        assert running.stderr
        running.stdin.close()
        assert channel.receive() is None
        assert running.stderr.read() == b""


@pytest.mark.parametrize(("kind", "error"), [("defect", "KeyError"), ("kept", "ValueError")])
def test_a_defect_says_its_class_and_place_and_never_a_text(kind: str, error: str) -> None:
    with serving() as (channel, running):
        channel.send(kind)
        said = [channel.receive(), channel.receive(), channel.receive()]
        assert [each and each.kind for each in said] == ["ready", "defect", None]
        assert said[1] is not None
        assert isinstance(said[1].value, str)
        assert said[1].value.startswith(f"{error} at <string>:")
        assert "canary" not in said[1].value
        assert running.stderr
        assert b"canary" not in running.stderr.read()


def test_a_defect_in_the_cell_is_one_sentence_of_ours(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("Canary kWh\n17.3\n")
    found = read(table)
    column = Column("c1", 99, "Canary kWh", None)  # no header is there
    with (
        cell_process(table, tmp_path, usual_floor()) as cell,
        pytest.raises(UnavailableError, match=r"defect of Headgate \(KeyError at \w+\.py:\d+\); please report it$"),
    ):
        cell_asking.run(cell, found, [column], None, lambda done, of, what: None)


def test_of_a_folder_the_cell_gets_the_files_in_it_and_nothing_further_down(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "below").mkdir(parents=True)
    work = tmp_path / "work"
    work.mkdir()
    given, kept = folder / "a.csv", (folder / ".b.csv", folder / "below" / "c.csv", tmp_path / "d.csv")
    for path in (given, *kept):
        path.write_text("stamp,energy kWh\n2026-01-01,1\n2026-01-02,2\n")
    with cell_process(folder, work, usual_floor()) as cell:
        for path in (folder, given):
            assert [header.name for header in cell_asking.read(cell, path).headers] == ["stamp", "energy kWh"]
        for path in kept:
            with pytest.raises(InputError):
                cell_asking.read(cell, path)


def children(parent: int) -> dict[str, int]:
    """The processes of ours that this one has started: their numbers by their names."""
    found = {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            fields = (each / "stat").read_text().rpartition(")")[2].split()
            arguments = (each / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(fields[1]) == parent and b"headgate.sealed" in arguments:
            found[arguments[arguments.index(b"headgate.sealed") + 1].decode()] = int(each.name)
    return found


def gone(process: int) -> bool:
    """Whether the process of this descriptor has ended, or does so within a minute."""
    return bool(select.select([process], [], [], 60)[0])


@pytest.mark.parametrize("killed", ["cell", "front", "gate"])
def test_a_process_that_is_killed_takes_no_other_promise_with_it(
    own_home: Path, authority: Authority, certificate: Path, tmp_path: Path, ledger: Ledger, killed: str
) -> None:
    table = tmp_path / "a.csv"
    table.write_text("timestamp,energy kWh\n" + "".join(f"2026-01-01 {n:02d}:00,{n}\n" for n in range(24)))
    place = tmp_path / "place"
    place.mkdir()
    environment = os.environ | {"SINK_KEY": KEY, "TMPDIR": str(place)}
    front: list[subprocess.Popen[bytes]] = []
    watched: dict[str, int] = {}

    def reply(channel: socket.socket) -> None:
        """The request has arrived: this is the middle."""
        running = children(front[0].pid) | {"front": front[0].pid}
        watched.update({name: os.pidfd_open(number) for name, number in running.items()})
        (work,) = place.glob("headgate-*")
        (work / "spilled").write_text("17.3")
        os.kill(running[killed], signal.SIGKILL)
        gone(watched[killed])
        answers(response())(channel)

    with provider(reply, certificate) as sink:
        written(own_home, authority, sink.port)
        command = [sys.executable, "-m", "headgate", "analyse", table, "--provider", "sink", "--approve", "clean"]
        with subprocess.Popen(
            [*command, "--out", tmp_path / "out"], env=environment, stdout=-1, stderr=-1, cwd=tmp_path
        ) as running:
            front.append(running)
            _, err = running.communicate()
        assert sorted(watched) == ["cell", "front", "gate"]
        assert all(gone(process) for process in watched.values())
        for process in watched.values():
            os.close(process)
    assert not (tmp_path / "out").exists()
    (ended,) = [entry.event for entry in ledger.entries() if isinstance(entry.event, SendOutcome)] or [None]
    if killed == "gate":
        assert ended is None
        assert len(ledger.unfinished()) == 1, "what was begun is seen to be unfinished"
    else:
        assert ended is not None
        assert ended.outcome is Outcome.ANSWERED
    if killed == "front":
        assert running.returncode == -signal.SIGKILL
        assert list(place.glob("headgate-*/spilled")) != [], "the control: what was killed leaves its rows"
    else:
        assert running.returncode == 4, err.decode()
        (sentence,) = err.decode().strip().splitlines()[-1:]
        assert sentence.startswith(f"headgate: the {killed} process ended without an answer")
        assert ("whether your names have left is not known" in sentence.lower()) == (killed == "gate")
        assert ("names have left all the same" in sentence or "name has left" in sentence) == (killed == "cell")
        assert b"Traceback" not in err
    done = subprocess.run([sys.executable, "-m", "headgate", "headers", table], env=environment, capture_output=True)
    assert done.returncode == 0
    assert list(place.iterdir()) == []
