"""The numbers of the filter are those of the kernel's own headers, for both machines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headgate.sandbox import seccomp, system

X86_64 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
AARCH64 = Path("/usr/include/asm-generic/unistd.h")
# Newer than the headers of some systems; from 424 on the number is the same on every machine.
NEW = 440


def numbers(path: Path) -> dict[str, int]:
    found = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", path.read_text(), re.MULTILINE)
    return {name: int(number) for name, number in found}


@pytest.mark.parametrize(("path", "column"), [(X86_64, 0), (AARCH64, 1)])
def test_the_numbers_are_those_of_the_kernel(path: Path, column: int) -> None:
    if not path.exists():
        pytest.skip("needs the kernel's headers (linux-libc-dev)")
    known = numbers(path)
    used = {**seccomp._FORBIDDEN, **seccomp._NETWORK}
    used |= {"clone": seccomp._CLONE, "clone3": seccomp._CLONE3, "ioctl": seccomp._IOCTL, "prctl": seccomp._PRCTL}
    used |= {"tgkill": seccomp._TGKILL, "prlimit64": seccomp._PRLIMIT}
    wrong = {
        name: (pair[column], known.get(name))
        for name, pair in used.items()
        if pair[column] != known.get(name) and (name in known or (pair[column] or 0) < NEW)
    }
    assert wrong == {}
    mine = system._NUMBERS["x86_64" if column == 0 else "aarch64"]
    assert mine == {name: known[name] for name in mine}
    assert known["execve"] in {59, 221}, "the control: the headers were read"
