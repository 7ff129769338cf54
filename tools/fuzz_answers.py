"""`python tools/fuzz_answers.py --runs N` takes N mutated answers from the body of a reply to the report's page.

Atheris keeps those that reach new code and mutates them further. It ends with exit code 0 and what became of them, or
at the first answer that breaks a property of `tests/hostile_answers.py`, which it writes to a file and names.
"""

from __future__ import annotations

import argparse
import inspect
import random
import sys
import tempfile
import time
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.hostile_answers import Judge, altered, mutated

# The way an answer takes. Neither what judges it nor what looks at each sign is instrumented: that is slow.
WAY = ("headgate.gate.answer", "headgate.gate.dialects.", "headgate.plan.")
EVERY = 50_000


class Run:
    """The state of one run, told every `EVERY` answers."""

    def __init__(self, runs: int) -> None:
        self.judge = Judge(counting=False)  # the instruments call functions themselves
        self.runs = runs
        self.done = 0
        self.begun = time.monotonic()

    def weigh(self, body: bytes) -> None:
        self.done += 1
        self.judge.weigh(body)
        if self.done % EVERY == 0 or self.done == self.runs:
            self.tell()

    def tell(self) -> None:
        judge, seconds = self.judge, time.monotonic() - self.begun
        print(
            f"{self.done} answers in {seconds:.0f} s: {judge.taken} taken, {judge.refused} refused, "
            f"no refusal longer than {judge.longest} characters",
            flush=True,
        )


def mutate(body: bytes, most: int, seed: int) -> bytes:
    """A body for the next run: mostly a change of the one that coverage kept, now and then a new one or bare bytes."""
    random_ = random.Random(seed)
    match random_.randrange(20):
        case 0:
            made = bytes(atheris.Mutate(body, most))
        case 1 | 2 | 3:
            made = mutated(random_)
        case _:
            made = altered(body, random_)
    return made if len(made) <= most else body


def main() -> None:
    """Read the arguments and fuzz."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--runs", type=int, default=100_000)
    reader.add_argument("--seed", type=int, default=1)
    given = reader.parse_args()
    for name, module in list(sys.modules.items()):
        for _, function in inspect.getmembers(module, inspect.isfunction) if name.startswith(WAY) else ():
            if function.__module__ == name and name != "headgate.plan.strict":
                atheris.instrument_func(function)
    run = Run(given.runs)
    options = [f"-atheris_runs={given.runs}", f"-seed={given.seed}", "-max_len=65536", "-timeout=60"]
    options.append(f"-artifact_prefix={tempfile.gettempdir()}/answer-")
    atheris.Setup([sys.argv[0], *options], run.weigh, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
