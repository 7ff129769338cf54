"""Sealing: this process, before it loads anything large, can reach from now on only what it was given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from headgate.errors import RefusalError
from headgate.isolation import FLOORS, MEANINGS, IsolationLevel
from headgate.sandbox import landlock, namespaces, seccomp, system
from headgate.sandbox.probes import Layer, Probe, attempts


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a process is given: files and folders to read, folders to write, TCP ports to connect to, folders to list.

    Without ports it has no network at all. `engine` is the host and port it is connected to before it is sealed: it
    then holds that one connection, and still can make no other. What Python itself needs to run is not listed here.
    """

    reads: tuple[Path, ...]
    writes: tuple[Path, ...]
    ports: tuple[int, ...]
    floor: IsolationLevel
    lists: tuple[Path, ...] = ()
    engine: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Isolation:
    """The level that was reached, each probe with its control, and for what does not hold why not."""

    level: IsolationLevel
    probes: tuple[Probe, ...]
    missing: tuple[str, ...]


# What the interpreter, the C library and DuckDB read. No home, no data, no temporary folder is below any of them.
_RUNTIME = (
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf", "/dev/urandom", "/dev/random"),
    *("/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/sys/devices/system/cpu", "/sys/fs/cgroup"),
)
# What looking a host's name up reads.
_RESOLVER = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/services"),
    *("/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf"),
)


def seal(confinement: Confinement) -> Isolation:
    """This process is sealed as far as the system can, and what each layer forbids was tried before and after it.

    In this order: (1) no core dump, no new privilege; (2) namespaces; (3) no capability, not readable by others;
    (4) Landlock; (5) seccomp over every thread. A layer counts only where none of its probes gets through any more.
    Raises `RefusalError` where the level is below the floor: the process is then of no use. With a connection to an
    engine, L2 and L3 are said as `ENGINE`.
    """
    network = bool(confinement.ports)
    reads = [*_interpreter(), *map(Path, _RUNTIME), *confinement.reads, *(map(Path, _RESOLVER) if network else ())]
    probes: list[Probe] = []
    missing: list[str] = []
    layers: dict[Layer, Callable[[], None]] = {
        Layer.NAMESPACES: lambda: _enter_and_renounce(network=network),
        Layer.LANDLOCK: lambda: landlock.restrict(reads, confinement.writes, confinement.ports, confinement.lists),
        Layer.SECCOMP: lambda: seccomp.restrict(network=network),
    }
    if system.machine() is None:
        missing = [f"{layer}: not on this kind of machine ({sys.platform})" for layer in layers]
    else:
        system.harden()
        if network and not landlock.holds_ports():
            missing.append("ports: this kernel holds none (Linux 6.7 does), so any port of a host can be connected to")
        for layer, apply in layers.items():
            found, why = _under(layer, apply, network=network)
            probes += found
            missing += [f"{layer}: {why}"] if why else []
    isolation = Isolation(
        _level({layer for layer in layers if not _lacks(layer, missing)}), tuple(probes), tuple(missing)
    )
    _hold(isolation, confinement.floor)
    if confinement.engine and isolation.level in {IsolationLevel.L2, IsolationLevel.L3}:
        return replace(isolation, level=IsolationLevel.ENGINE)
    return isolation


def _enter_and_renounce(*, network: bool) -> None:
    try:
        namespaces.enter(network=network)
    finally:
        system.renounce()


def _under(layer: Layer, apply: Callable[[], None], *, network: bool) -> tuple[list[Probe], str]:
    """The probes around one layer, and why it does not hold ("" where it does)."""
    tried = attempts(layer, network=network, ports=landlock.holds_ports())
    before = {name: attempt() for name, attempt in tried.items()}
    try:
        apply()
    except OSError as error:
        why = error.strerror or type(error).__name__
    else:
        why = ""
    probes = [Probe(name, layer, before[name], attempt()) for name, attempt in tried.items()]
    through = [probe.name for probe in probes if probe.after]
    return probes, why or (f"it still could {through[0]}" if through else "")


def _lacks(layer: Layer, missing: Iterable[str]) -> bool:
    return any(each.startswith(f"{layer}:") for each in missing)


def _level(held: set[Layer]) -> IsolationLevel:
    match Layer.LANDLOCK in held, Layer.SECCOMP in held:
        case True, True:
            return IsolationLevel.L3 if Layer.NAMESPACES in held else IsolationLevel.L2
        case False, False:
            return IsolationLevel.L0
        case _:
            return IsolationLevel.L1


def _hold(isolation: Isolation, floor: IsolationLevel) -> None:
    if FLOORS.index(isolation.level) >= FLOORS.index(floor):
        return
    raise RefusalError(
        f"this system isolates a process only to {isolation.level} ({MEANINGS[isolation.level]}), and the floor is "
        f"{floor} ({MEANINGS[floor]}); missing: {'; '.join(isolation.missing)}. Nothing was read or sent. Use a system "
        "that has them, or take the risk on purpose with HEADGATE_ISOLATION_FLOOR"
    )


def _interpreter() -> list[Path]:
    """Where Python and the packages lie: the prefixes, and every entry of the module path."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    parts = {Path(prefix) / part for prefix in prefixes for part in ("lib", "lib64", "bin", "pyvenv.cfg")}
    return sorted({*parts, *(Path(each) for each in sys.path if os.path.isabs(each))})
