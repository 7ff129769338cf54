"""Mutation testing of what decides what leaves and what is accepted: mutmut, with the mutations it lacks.

`[tool.mutmut]` in pyproject.toml names the modules and the tests. mutmut changes literals, operators, arguments and
assignments within functions. Here it also leaves out statements, conditions, parts of patterns and of displays, and
changes the pieces of f-strings; what an error says is left alone, since only its kind decides. With `constants` as its
argument the same is done to the constants of the modules, which mutmut does not see: one process forked for each.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import libcst as cst
import pytest
from _pytest.config import _prepareconfig
from mutmut.__main__ import cli
from mutmut.mutation import file_mutation, mutators
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import load_stats
from mutmut.utils.file_utils import change_cwd, setup_source_paths
from mutmut.workers.isolation import run_in_fork

ROOT = Path(__file__).parents[1]
SECONDS = 300
_usual_skip = file_mutation.MutationVisitor._skip_node_and_children


def _is_typed(node: cst.CSTNode) -> bool:
    """Whether this is what the type checker alone reads."""
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "assert_never"


def _statements(node: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    """A call for its effect, a refusal: left out."""
    match node.body:
        case [cst.Expr(value=called)] if _is_typed(called):
            pass
        case [cst.Expr(value=cst.Call()) | cst.Raise()]:
            yield node.with_changes(body=[cst.Pass()])


def _conditions(node: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    for always in ("True", "False"):
        yield node.with_changes(test=cst.Name(always))


def _operands(node: cst.BooleanOperation) -> Iterator[cst.CSTNode]:
    yield node.left
    yield node.right


def _cases(node: cst.Match) -> Iterator[cst.CSTNode]:
    """A case: left out."""
    for at, case in enumerate(node.cases):
        if len(node.cases) > 1 and not (isinstance(case.pattern, cst.MatchAs) and case.guard is None):
            yield node.with_changes(cases=[*node.cases[:at], *node.cases[at + 1 :]])


def _guards(node: cst.MatchCase) -> Iterator[cst.CSTNode]:
    if node.guard is not None:
        yield node.with_changes(guard=cst.Name("True"))


def _elements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Each element of a display, alternative or member of a pattern: left out."""
    field = "patterns" if isinstance(node, cst.MatchOr) else "elements"
    mark = "separator" if isinstance(node, cst.MatchOr) else "comma"
    parts = getattr(node, field)
    for at in range(len(parts)):
        rest = [*parts[:at], *parts[at + 1 :]]
        match node:
            case cst.MatchOr() if len(rest) == 1:
                yield rest[0].pattern
                continue
            case cst.Tuple() if len(rest) == 1:
                rest[0] = rest[0].with_changes(comma=cst.Comma())
            case cst.Tuple() | cst.Set() if not rest:  # an empty one is spelled otherwise
                continue
            case _ if rest:
                rest[-1] = rest[-1].with_changes(**{mark: cst.MaybeSentinel.DEFAULT})
        yield node.with_changes(**{field: rest})


def _pieces(node: cst.FormattedString) -> Iterator[cst.CSTNode]:
    """Each text of an f-string with a letter more, each expression left out."""
    for at, part in enumerate(node.parts):
        other = [part.with_changes(value=part.value + "X")] if isinstance(part, cst.FormattedStringText) else []
        yield node.with_changes(parts=[*node.parts[:at], *other, *node.parts[at + 1 :]])


def _words(node: cst.SimpleString) -> Iterator[cst.CSTNode]:
    """A list of words, not a sentence, without each of them; a pattern without each of its signs."""
    quote = node.quote
    body = node.raw_value
    if "r" in node.prefix:
        for at in range(len(body)):
            yield node.with_changes(value=f"{node.prefix}{quote}{body[:at]}{body[at + 1 :]}{quote}")
    elif body.count(" ") > 3 and ":" not in body:
        words = body.split(" ")
        for at, word in enumerate(words):
            if word:
                yield node.with_changes(value=quote + " ".join([*words[:at], *words[at + 1 :]]) + quote)


def _one_less(node: cst.Integer) -> Iterator[cst.CSTNode]:
    if node.evaluated_value > 0:
        yield node.with_changes(value=str(node.evaluated_value - 1))


MORE: mutators.OPERATORS_TYPE = [
    (cst.SimpleStatementLine, _statements),
    (cst.If, _conditions),
    (cst.CompIf, _conditions),
    (cst.BooleanOperation, _operands),
    (cst.Match, _cases),
    (cst.MatchCase, _guards),
    *((kind, _elements) for kind in (cst.Dict, cst.List, cst.Set, cst.Tuple, cst.MatchMapping, cst.MatchOr)),
    (cst.FormattedString, _pieces),
    (cst.Integer, _one_less),
]


def _skip(visitor: file_mutation.MutationVisitor, node: cst.CSTNode) -> bool:
    """What an error says, and what the type checker alone reads, is not changed."""
    return isinstance(node, cst.Raise) or _is_typed(node) or _usual_skip(visitor, node)


def _plain(test: str) -> str:
    """The id of a test without backslashes, which a second collection doubles."""
    return test.replace("\\", "")


class Collected:
    """The tests, collected once: a process forked for a mutant has them, and runs its own, the quick ones first."""

    def __init__(self) -> None:
        arguments = _configured()
        chosen = [*arguments["pytest_add_cli_args"], *arguments["pytest_add_cli_args_test_selection"]]
        config = _prepareconfig(["--rootdir=.", "--tb=native", "-q", *chosen])
        config._do_configure()
        self._session = pytest.Session.from_config(config)
        config.hook.pytest_sessionstart(session=self._session)
        config.pluginmanager.unregister(name="terminalreporter")
        config.hook.pytest_collection(session=self._session)
        self._seconds = {_plain(test): seconds for test, seconds in state().duration_by_test.items()}
        self._items = {_plain(item.nodeid): item for item in self._session.items}
        gc.freeze()  # so that a forked process does not go through, and copy, all of this

    def run(self, tests: Iterable[str], changed: str) -> int:
        """Whether one of the tests failed, as an exit code. Those that noticed other changes of `changed` are first."""
        noticed = Path(f"noticed-{changed}")
        before = Counter(noticed.read_text("utf-8").splitlines() if noticed.exists() else [])
        ordered = sorted(map(_plain, tests), key=lambda test: (-before[test], self._seconds.get(test, 0)))
        items = [self._items[test] for test in ordered]
        with TemporaryDirectory() as folder:
            # Of the process's own: one for all would be listed for each test, and grow with every mutant.
            self._session.config._tmp_path_factory._basetemp = Path(folder)  # type: ignore[attr-defined]
            for item, following in zip_longest(items, items[1:]):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self._session.testsfailed:
                    with noticed.open("a", encoding="utf-8") as kept:
                        kept.write(f"{_plain(item.nodeid)}\n")
                    return 1
        return 0


_collected: list[Collected] = []


def _run_tests(_runner: PytestRunner, *, mutant_name: str | None, tests: Iterable[str]) -> int:
    """As mutmut's own, in a process that was forked for a mutant; all of them for the two controls, which have none."""
    with change_cwd("mutants"):
        if not _collected:
            _collected.append(Collected())
        if mutant_name is None:
            return run_in_fork(lambda: _collected[0].run(state().duration_by_test, "nothing"))
        return _collected[0].run(tests, mutant_name.partition("__mutmut_")[0])


def _configured() -> dict[str, list[str]]:
    found: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    return found


def _targets() -> Iterator[Path]:
    settings = _configured()
    for pattern in settings["only_mutate"]:
        for path in sorted(ROOT.glob(pattern)):
            if str(path.relative_to(ROOT)) not in settings.get("do_not_mutate", []):
                yield path


def _changed(statement: cst.SimpleStatementLine) -> Iterator[str]:
    """The statement of a constant, changed in one place each time."""
    operators = [*mutators.mutation_operators, *MORE, (cst.SimpleString, _words)]
    taken = (mutators.operator_assignment, mutators.operator_arg_removal, _statements)

    class Places(cst.CSTVisitor):
        def __init__(self) -> None:
            self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

        def on_visit(self, node: cst.CSTNode) -> bool:
            if isinstance(node, cst.Annotation):
                return False
            for kind, operator in operators:
                if isinstance(node, kind) and operator not in taken:
                    self.found.extend((node, other) for other in operator(node))
            return True

    places = Places()
    statement.visit(places)
    for old, new in places.found:
        made = statement.deep_replace(old, new)
        yield cst.Module(body=[made]).code  # type: ignore[list-item]


def _is_constant(statement: cst.BaseSmallStatement) -> bool:
    """Whether this gives a name a value, and not the name of a type or the list of names for others."""
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value="__all__"))]):
            return False
        case cst.Assign(value=cst.Subscript() | cst.Call(func=cst.Name(value="TypeVar"))):
            return False
        case _:
            return isinstance(statement, cst.Assign | cst.AnnAssign)


def _constants(path: Path) -> Iterator[tuple[str, str, str]]:
    """Each changed constant of a module: the code, and the one of the constants behind it, which may hold it."""
    body = cst.parse_module(path.read_text("utf-8")).body
    plain = [line for line in body if isinstance(line, cst.SimpleStatementLine) and _is_constant(line.body[0])]
    for at, line in enumerate(plain):
        behind = cst.Module(body=plain[at + 1 :]).code
        usual = cst.Module(body=[line]).code
        for code in dict.fromkeys(_changed(line)):
            if code != usual:
                yield usual, code, behind


def _execute(module: ModuleType, code: str) -> None:
    """What the tree's own code, changed in one place, gives its names is what they have in every module."""
    before = dict(vars(module))
    exec(code, vars(module))
    for key, old in before.items():
        for name, other in [*sys.modules.items()]:
            if name.startswith("headgate.") and vars(other).get(key) is old:
                setattr(other, key, vars(module)[key])


def _forked(module: ModuleType, code: str, tests: set[str]) -> int:
    """A process in which the tests run with this code executed in the module."""
    child = os.fork()
    if child:
        return child
    signal.alarm(SECONDS)
    ended = 1
    try:
        _execute(module, code)
        ended = _run_tests(PytestRunner(), mutant_name=module.__name__, tests=tests)
    finally:
        os._exit(ended)


def constants(chosen: list[str]) -> None:
    """Each constant of each module was changed in each way, and those that no test noticed are listed."""
    setup_source_paths()
    if not load_stats():
        raise SystemExit("run the other mutants first: they say which tests are whose")
    if _run_tests(PytestRunner(), mutant_name=None, tests=[]):
        raise SystemExit("the tests fail where nothing is changed")
    running: dict[int, str] = {}
    count = survived = 0

    def ended() -> None:
        nonlocal survived
        child, status = os.wait()
        told = running.pop(child)
        if os.waitstatus_to_exitcode(status) == 0:
            survived += 1
            print(told, flush=True)

    for path in _targets():
        name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        if chosen and name not in chosen:
            continue
        module = importlib.import_module(name)
        tests = {
            test
            for function, those in state().tests_by_mangled_function_name.items()
            if function.rpartition(".")[0] == name
            for test in those
        }
        for usual, code, behind in _constants(path):
            count += 1
            running[_forked(module, code + behind, tests)] = f"--- {name}\n-{usual.strip()}\n+{code.strip()}"
            if len(running) == 2:
                ended()
    while running:
        ended()
    print(f"{count} constants changed, {survived} unnoticed")


if __name__ == "__main__":
    if sys.argv[1:2] == ["constants"]:
        constants(sys.argv[2:])
    else:
        mutators.mutation_operators.remove((cst.Match, mutators.operator_match))  # type: ignore[attr-defined]
        mutators.mutation_operators.extend(MORE)  # type: ignore[attr-defined]
        file_mutation.MutationVisitor._skip_node_and_children = _skip  # type: ignore[method-assign]
        PytestRunner.run_tests = _run_tests  # type: ignore[method-assign,assignment]
        cli()
