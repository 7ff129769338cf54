"""The library's public names: few, documented, and imported only when used."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import headgate

PACKAGE = Path(headgate.__file__).parent
HEAVY = {"ibis", "duckdb", "pyarrow", "vl_convert", "sqlalchemy", "cryptography", "jinja2", "openpyxl", "pandas"}
HEAVY |= {"httpx2", "anyio"}
EXTRAS = {"HeadgateTransport"}  # needs an extra, so a star import leaves it out


def test_there_are_twelve_to_twenty_public_names_and_each_is_documented() -> None:
    assert 12 <= len(headgate.__all__) <= 20
    for name in headgate.__all__:
        assert getattr(headgate, name).__doc__, name


def test_what_is_promised_to_type_checkers_is_what_is_delivered() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    promised = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("headgate.")
        for alias in node.names
    }
    assert set(promised) == set(headgate.__all__) | EXTRAS
    for name, module in promised.items():
        assert getattr(importlib.import_module(str(module)), name) is getattr(headgate, name)


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.partition(".")[0] for line in done.stdout.splitlines()} & HEAVY


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("import headgate") == set()
    assert loaded_by("from headgate.cli import commands") == set()
    assert loaded_by("import pyarrow") == {"pyarrow"}, "the control: a heavy import would be seen"
