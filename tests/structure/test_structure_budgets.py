"""Size, shape and documentation keep to the budgets: a ratchet, from the first commit on."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "headgate"
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
MODULE_LINES, FUNCTION_LINES, ENVELOPE_LINES = 450, 60, 150
VAGUE = re.compile(r"(Manager|Service|Helper|Handler|Processor|Util|Utils|Wrapper|Factory)$")
VAGUE_FILES = {"utils", "helpers", "common", "models", "services", "managers", "handlers", "misc"}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that hold code: no blank line, no comment line, no docstring."""
    tree = ast.parse(source)
    docs: set[int] = set()
    for node in ast.walk(tree):
        for statement in getattr(node, "body", []) if isinstance(getattr(node, "body", None), list) else []:
            value = getattr(statement, "value", None)
            if isinstance(statement, ast.Expr) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                docs.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    comments = {
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip()
    }
    return {n for n, line in enumerate(source.splitlines(), 1) if line.strip() and n not in docs | comments}


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (n for n in node.body if isinstance(n, FUNCTION) and not n.name.startswith("_"))


def too_long(source: str) -> list[str]:
    lines = code_lines(source)
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, FUNCTION)
        and sum(n in lines for n in range(node.lineno, (node.end_lineno or 0) + 1)) > FUNCTION_LINES
    ]


def test_the_budgets_would_be_seen_to_break() -> None:
    body = "\n".join(f"    x = {n}" for n in range(61))
    assert too_long(f"def f():\n{body}") == ["f"]
    assert len(code_lines('"""doc"""\n# note\n\nx = 1\n')) == 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_keeps_its_budget(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert len(code_lines(source)) <= MODULE_LINES
    assert too_long(source) == []
    assert ast.get_docstring(tree), "a module says what it is"
    assert [n.name for n in public(tree) if not ast.get_docstring(n)] == []
    assert [n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and VAGUE.search(n.name)] == []
    assert path.stem not in VAGUE_FILES


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_swallows_every_exception(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            assert not broad or any(isinstance(n, ast.Raise) for n in ast.walk(node)), f"line {node.lineno}"


def test_what_leaves_is_answered_by_one_short_file() -> None:
    assert len((PACKAGE / "gate" / "envelope.py").read_text(encoding="utf-8").splitlines()) < ENVELOPE_LINES


def test_tests_use_hardly_any_mock() -> None:
    lines = used = 0
    for path in sorted((ROOT / "tests").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        lines += len(code_lines(source))
        used += len(re.findall(r"\b(?:Mock|MagicMock|AsyncMock|patch)\(|monkeypatch\.setattr\(", source))
    assert used <= 5 * lines / 1000
