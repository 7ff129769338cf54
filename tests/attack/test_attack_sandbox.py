"""Hostile code in a sealed process reaches nothing; the same code without the seal does all of it."""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import headgate

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the attacks are of Linux on x86_64"
)
HOSTILE = Path(__file__).with_name("hostile.py")
NOBODY = 65534
BARRED = {"EPERM", "EACCES", "EXDEV"}

# What the control cannot do on every machine, or not without being root: a module, a setting, a capability it takes.
_NEEDS_MORE = {"vsock", "crypto", "sctp", "mptcp", "io_uring", "socket by x32 number", "tcp6", "ping", "setxattr"}
_NEEDS_MORE |= {"type into the terminal", "pidfd_getfd", "ptrace", "process_vm_readv", "memory of another"}
_NEEDS_ROOT = {"raw", "packet", "old packet", "setns", "new mount", "host name", "open by handle"}
_NEEDS_ROOT |= {"write to the packages", "core dumps", "signal 0 to the parent"}

# What Linux answers instead of "not permitted": no such call (so that the C library takes the older one), no name.
_OTHERWISE = {"clone3": "ENOSYS", "look up": "EAI"}
# What a gate keeps: asking a name server takes datagrams, and the kernel does not let us say to whom.
_GATES = {"udp", "look up"}


@dataclass
class World:
    """Everything around one hostile process: files, listeners and a victim, all of the user it runs as."""

    folder: Path
    user: int
    at: dict[str, Any] = field(default_factory=dict)
    listeners: dict[str, socket.socket] = field(default_factory=dict)
    victim: subprocess.Popen[bytes] | None = None

    def touched(self) -> set[str]:
        """The listeners that somebody reached."""
        found = set()
        for name, listener in self.listeners.items():
            try:
                if name == "udp":
                    listener.recv(9)
                else:
                    listener.accept()[0].close()
                found.add(name)
            except BlockingIOError:
                continue
        return found

    def files(self) -> dict[str, tuple[int, int, bytes]]:
        """Every file but those of the work folder: its mode, its second of change and its bytes."""
        return {
            str(path.relative_to(self.folder)): (found.st_mode, found.st_mtime_ns, path.read_bytes())
            for path in sorted(self.folder.rglob("*"))
            if stat.S_ISREG((found := path.lstat()).st_mode) and self.folder / "work" not in path.parents
        }


def command(world: World, *arguments: str, by: Sequence[str] = ()) -> list[str]:
    """This interpreter, as the world's user, started by the command `by`."""
    plain = [*by, sys.executable, "-I", "-B", *arguments]
    if world.user == os.getuid():
        return plain
    lower = ["setpriv", f"--reuid={world.user}", f"--regid={world.user}", "--clear-groups", *plain]
    hidden = next((at for at in reversed(Path(sys.base_prefix).parents) if not at.stat().st_mode & stat.S_IXOTH), None)
    if hidden is None:
        return lower
    # The interpreter lies in somebody's private folder: in a mount namespace of its own, others reach it there too.
    script = (
        'mount --bind "$2" "$1" && mount -t tmpfs -o mode=755 none "$3" && mkdir -p "$2" && mount --bind "$1" "$2" '
        '&& shift 3 && exec "$@"'
    )
    kept = world.folder / "interpreter"
    kept.mkdir(exist_ok=True)
    return ["unshare", "-m", "sh", "-c", script, "sh", str(kept), sys.base_prefix, str(hidden), *lower]


@pytest.fixture(params=["as this user", "as nobody"])
def build(request: pytest.FixtureRequest) -> Iterator[Callable[[str], World]]:
    """Builds a world for a `cell` or a `gate`."""
    user = os.getuid()
    if request.param == "as nobody":
        tree = Path(headgate.__file__).resolve()
        if user != 0 or not all(at.stat().st_mode & stat.S_IXOTH for at in (*tree.parents, *HOSTILE.parents)):
            pytest.skip("needs root, and a checkout that others can read")
        user = NOBODY
    with ExitStack() as stack:
        yield lambda which: _build(stack, which, user)


def _build(stack: ExitStack, which: str, user: int) -> World:
    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    world = World(folder, user)
    for name, text in {
        "data/table.csv": "a,b\n1,2\n",
        "data/other.csv": "a,b\n3,4\n",
        "data/gone.csv": "",
        "home/secret": "secret",
        "home/spare": "spare",
        "state/master.key": "k" * 32,
        "work/x": "",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    abstract = f"headgate-test-{secrets.token_hex(8)}"
    for name, family, kind, address in (
        ("given", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        ("tcp6", socket.AF_INET6, socket.SOCK_STREAM, ("::1", "tcp")),
        ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", "tcp")),
        ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract),
        ("path", socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "listener")),
    ):
        listener = stack.enter_context(socket.socket(family, kind))
        match address:
            case (host, "tcp"):
                address = (host, world.listeners["tcp"].getsockname()[1])
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen(64)
        listener.setblocking(False)
        world.listeners[name] = listener
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user)
    folder.chmod(0o755)
    victim = stack.enter_context(
        subprocess.Popen(command(world, "-c", "print(flush=True); input()"), stdin=-1, stdout=-1, cwd="/")
    )
    stack.callback(victim.kill)
    assert victim.stdout
    victim.stdout.readline()
    world.victim = victim
    given = world.listeners["given"].getsockname()[1]
    world.at = {
        "port": world.listeners["tcp"].getsockname()[1],
        "abstract": abstract,
        "listener": str(folder / "listener"),
        "victim": victim.pid,
        "source": str(folder / "data/table.csv"),
        "secret": str(folder / "home/secret"),
        "spare": str(folder / "home/spare"),
        "outside": str(folder / "home/made"),
        "work": str(folder / ("work" if which == "cell" else "state")),
        "theirs": str(folder / ("state/master.key" if which == "cell" else "work/x")),
        "ports": [] if which == "cell" else [given, 53],
        "given": None if which == "cell" else given,
        "floor": "L2",
        "control": False,
    }
    return world


# A user namespace in which there can be no further one.
NO_NAMESPACES = (
    *("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c"),
    *('echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"),
)


def attacked(world: World, *by: str, **change: object) -> dict[str, Any]:
    """What the hostile process managed in this world, started by the command `by`."""
    done = subprocess.run(
        command(world, str(HOSTILE), by=by),
        input=json.dumps(world.at | change).encode(),
        capture_output=True,
        start_new_session=True,
        cwd="/",
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("which", "level"), [("cell", "L3"), ("gate", "L3"), ("cell", "L2"), ("gate", "L2")])
def test_hostile_code_in_a_sealed_process_gets_nothing_through(
    build: Callable[[str], World], which: str, level: str
) -> None:
    world = build(which)
    before = world.files()
    found = attacked(world, *(NO_NAMESPACES if level == "L2" else ()))
    assert found["level"] == level, found["missing"]
    kept = _GATES if which == "gate" else set()
    said: Mapping[str, str] = found["attacks"]
    assert {name for name, one in said.items() if one == "through"} == kept
    odd = {name: one for name, one in said.items() if one not in BARRED and name not in kept}
    assert odd == {name: one for name, one in _OTHERWISE.items() if name not in kept}
    assert set(found["kept"].values()) == {"through"}, found["kept"]
    assert world.touched() == ({"given", "udp"} if which == "gate" else set())
    assert world.victim is not None
    assert world.victim.poll() is None
    after = world.files()
    if which == "gate":  # its state folder is its own to write
        before, after = ({k: v for k, v in each.items() if not k.startswith("state/")} for each in (before, after))
    assert after == before


def test_a_sealed_process_has_no_privilege_no_core_dump_and_cannot_be_read(build: Callable[[str], World]) -> None:
    world = build("cell")
    none = "0" * 16
    caps = dict.fromkeys(("CapEff", "CapPrm", "CapInh", "CapAmb"), none)
    wanted = {
        "core": "(0, 0)",
        "readable": "0",
        "NoNewPrivs": "1",
        "Seccomp": "2",
        "user": f"{world.user} {world.user}",
    }
    assert attacked(world)["state"] == wanted | caps


@pytest.mark.parametrize("which", ["cell", "gate"])
def test_without_the_seal_the_same_code_gets_everything_through(build: Callable[[str], World], which: str) -> None:
    world = build(which)
    found = attacked(world, control=True)
    spared = _NEEDS_MORE | (_NEEDS_ROOT if world.user else set())
    assert {name: one for name, one in found["attacks"].items() if one != "through" and name not in spared} == {}
    assert world.touched() >= {"tcp", "udp", "abstract", "path"}
    assert world.victim is not None
    assert world.victim.wait(10) != 0
    assert (world.folder / "home/made").exists()


def test_calls_of_another_architecture_end_the_process(build: Callable[[str], World]) -> None:
    free, sealed = build("cell"), build("cell")

    def run(world: World, control: bool) -> int:
        asked = json.dumps(world.at | {"only": "int 0x80", "control": control})
        done = subprocess.run(
            command(world, str(HOSTILE)),
            input=asked.encode(),
            capture_output=True,
            start_new_session=True,
            cwd="/",
            check=False,
        )
        return done.returncode

    if run(free, True) != 0:
        pytest.skip("this kernel takes no 32-bit calls")
    assert run(sealed, False) != 0


def test_a_sealed_gate_asks_a_name_server(tmp_path: Path) -> None:
    """It has no socket to the system's own services, so this is the one way to a name."""
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    alone = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c"]
    script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
    naming = [sys.executable, str(HOSTILE.with_name("naming.py"))]
    done = subprocess.run(
        [*alone, script, "sh", str(tmp_path / "resolv.conf"), *naming], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "192.0.2.7\n"), done.stderr
