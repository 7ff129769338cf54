"""Write the three locks (core, dev, model): every package by version and hash, no address.

Needs `uv` on the path or in this environment; the versions of an existing lock are kept unless --upgrade is given.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMON = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header"]
COMMON += ["--no-annotate", "--quiet", "pyproject.toml", "--group", "build"]


def main() -> int:
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    if not Path(uv).exists():
        print("uv is not here: install it with pip first")
        return 2
    for lock, more in (
        ("requirements.lock", []),
        ("requirements-dev.lock", ["--group", "dev", "-c", "requirements.lock"]),
        ("requirements-model.lock", ["--group", "dev", "--group", "model", "-c", "requirements-dev.lock"]),
    ):
        command = [uv, "pip", "compile", *COMMON, *more, "-o", lock, *sys.argv[1:]]
        subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
