"""Every refusal has its own sentence and one of the four exit codes."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "headgate"
FOUR = {"InputError", "RefusalError", "UnavailableError", "IntegrityError", "UnusableAnswerError", "EndedError"}


def sentence(node: ast.expr) -> str | None:
    """A literal text, with {} where something is filled in; None for anything else."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts)
        case _:
            return None


def raised(source: str) -> Iterator[tuple[str, str, int]]:
    """Each error that is raised with a literal sentence: its class, the sentence, the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            said = sentence(node.exc.args[0]) if node.exc.args else None
            if node.exc.func.id.endswith("Error") and said is not None:
                yield node.exc.func.id, said, node.lineno


def everywhere() -> dict[tuple[str, str], list[str]]:
    found = defaultdict[tuple[str, str], list[str]](list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for kind, said, line in raised(path.read_text(encoding="utf-8")):
            found[kind, said].append(f"{path.relative_to(PACKAGE)}:{line}")
    return found


def test_no_two_places_say_the_same_so_each_refusal_is_known_by_its_sentence() -> None:
    ours = {said: places for (kind, said), places in everywhere().items() if kind in {"RefusalError", "IntegrityError"}}
    assert {said: places for said, places in ours.items() if len(places) > 1} == {}


def test_only_the_four_kinds_are_raised_with_a_sentence_of_ours() -> None:
    others = {kind for kind, _ in everywhere()} - FOUR
    assert others <= {"AttributeError", "TypeError", "ValueError", "OSError"}  # of Python, caught where they are raised
    assert len([kind for kind, _ in everywhere() if kind == "RefusalError"]) >= 10


def test_the_same_sentence_twice_would_be_seen() -> None:
    twice = 'raise RefusalError(f"{a} is refused")\nraise RefusalError(f"{b} is refused")'
    assert [said for _, said, _ in raised(twice)] == ["{} is refused", "{} is refused"]
