"""Nothing of the package but its named doors asks for a socket, a name or a program, and no command needs a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest
from tests.conftest import WANT
from tests.doors import forgiven, nothing_through

from headgate.sandbox.probes import Layer, attempts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces and strace are of Linux")


def as_if_in(module: str, code: str) -> None:
    """Run code as if it stood in this module of the package."""
    made = ModuleType(module)
    exec(compile(code, f"{module}.py", "exec"), made.__dict__)


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("import socket; socket.getaddrinfo('localhost', 80)", "socket.getaddrinfo"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo"),
        ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')", "urllib.Request"),
        ("import http.client; http.client.HTTPConnection('127.0.0.1', 9).connect()", "http.client.connect"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import os; os.system('true')", "os.system"),
        ("import os; os.posix_spawn('/bin/true', ['true'], {})", "os.posix_spawn"),
        ("import os; os.execv('/nonexistent', ['x'])", "os.exec"),
        ("import os; os.fork() or os._exit(0)", "os.fork"),
        ("try:\n    import socket; socket.socket()\nexcept BaseException: pass", "socket.__new__"),
    ],
)
def test_what_goes_through_no_door_is_seen(code: str, event: str) -> None:
    for module in ("headgate.engines.frame", "headgate.gate.send", "headgate.sandbox.processes", "headgate"):
        with forgiven() as found, suppress(AssertionError):
            as_if_in(module, code)
        assert found == [f"{event} by {module}"]
    for module in ("headgatekeeper", "tests.other"):  # the control: what is not of the package is not asked
        with nothing_through():
            as_if_in(module, "import socket; socket.socket().close()")


def test_what_goes_through_its_door_is_let_through() -> None:
    with nothing_through():
        as_if_in("headgate.gate.transport", "import socket; socket.socket().close()")
        as_if_in("headgate.sandbox.process", "import subprocess; subprocess.run(['true'])")
        for layer in Layer:
            for attempt in attempts(layer, network=False, ports=True).values():
                attempt()
                attempt()


@pytest.fixture
def commands(tmp_path: Path) -> list[list[str]]:
    """Every command that has no provider."""
    table = tmp_path / "a.csv"
    table.write_text("timestamp,energy kWh\n" + "".join(f"2026-01-01 {n:02d}:00,{n}\n" for n in range(24)))
    home = Path(os.environ["HEADGATE_HOME"])
    home.mkdir()
    (home / "profiles.toml").write_text(
        '[profiles.sink]\ndialect = "openai-chat"\nhost = "api.example.com"\nmodel = "m"\nkey_env = "K"\n'
    )
    (tmp_path / "clients.txt").write_text("Hexley Polymers\n")
    return [
        ["lists", "add", "clients", str(tmp_path / "clients.txt")],
        ["lists", "show"],
        ["analyse", str(table), "--out", str(tmp_path / "out")],
        ["headers", str(table)],
        ["screen"],
        ["wire", str(table), "--provider", "sink"],
        ["ledger", "list"],
        ["doctor"],
    ]


# A network of its own in which no interface is up.
ALONE = ("unshare", "--user", "--map-current-user", "--net")
# The one address that is named without a provider: the probes try this machine's discard port, to see that they cannot.
ADDRESS = re.compile(r"sa_family=AF_INET6?\b[^}]*")
DISCARD = 'sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")'


def traced(folder: Path, *command: str) -> tuple[str, list[str], list[str]]:
    """What Python says there; its calls of the network, and those of its threads and the processes it starts.

    What a filter refuses ends before the tracer sees it.
    """
    for old in folder.glob("trace.*"):
        old.unlink()
    tracer = shutil.which("strace")
    options = ["-ff", "--seccomp-bpf", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o", str(folder / "trace")]
    tracing = [tracer, *options] if tracer else []
    done = subprocess.run(
        [*ALONE, *tracing, sys.executable, *command], input="energy\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    files = sorted(folder.glob("trace.*"), key=lambda path: int(path.suffix[1:]))
    first, *others = [path.read_text().splitlines() for path in files] or [[]]
    return done.stdout, first, [line for lines in others for line in lines if not line.startswith("+++")]


def test_every_command_without_a_provider_works_without_a_network_and_names_no_address(
    commands: list[list[str]], tmp_path: Path
) -> None:
    code = "import socket; print([name for _, name in socket.if_nameindex() if name != 'lo'], end=' ')\n"
    code += "try: socket.create_connection(('127.0.0.1', 9))\nexcept OSError as error: print(error.errno)"
    said, calls, _ = traced(tmp_path, "-c", code)
    assert said == "[] 101\n", "the control: nothing can be reached (ENETUNREACH)"
    named = set[str]()
    for arguments in commands:
        _, front, others = traced(tmp_path, "-m", "headgate", *arguments)
        # What draws the charts wakes itself through a pair of sockets that has no address.
        assert [line for line in front if not line.startswith("socketpair(AF_UNIX")] == [], arguments
        named.update(address for line in others for address in ADDRESS.findall(line))
    if not shutil.which("strace"):
        pytest.skip(f"{WANT}strace")
    assert any(DISCARD in call for call in calls), "the control: a call of the front is seen"
    assert named == {DISCARD}, "the control is in it: the probes did try"
