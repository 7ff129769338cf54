"""Non-interference of the whole command with its sealed processes: what comes to the sink is what names alone give.

Each command is another world, user, machine and time; what it sent is compared with the request that the library's gate
gives for the same names in this process, at the same sink.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.canaries import Canaries, Kind
from tests.dialects import ANSWERS
from tests.scale import times
from tests.tls_server import PLAN, Authority, answers, provider, response
from tests.worlds import FORMATS, POOL, World, table

from headgate.gate.send import Gate
from headgate.manifest import ApprovedManifest
from headgate.providers import load_profiles
from headgate.providers.profiles import Dialect, Profile

KEY = "sk-a-key-of-nobody"
NAMES = POOL[:5]


def on_another_machine(canaries: Canaries) -> list[str]:
    """What runs a command on a machine of another name, where the system lets one name it."""
    named = canaries.word(Kind.VARIABLE)
    starts = ["unshare", "--uts", "sh", "-c", f'hostname {named} && exec "$@"', "sh"]
    allowed = (
        shutil.which("unshare") and not subprocess.run([*starts, "true"], capture_output=True, check=False).returncode
    )
    return starts if allowed else []


def whole(world: World, place: Path, profile: str) -> tuple[int, str, Canaries]:
    """`headgate analyse` of this world ended so, with these tokens everywhere around it."""
    canaries = Canaries(random.Random(world.seed))
    user, folder = place / canaries.word(Kind.HOME), place / canaries.word(Kind.FILE)
    folder.mkdir(parents=True)
    (user / ".headgate").mkdir(parents=True)
    (user / ".headgate" / "profiles.toml").write_text(profile, encoding="utf-8")
    made = table(world, NAMES, folder, canaries)
    decisions = folder / f"{canaries.word(Kind.FILE)}.json"
    decisions.write_text(json.dumps(made.decisions()), encoding="utf-8")
    done = subprocess.run(
        [
            *on_another_machine(canaries),
            *(sys.executable, "-m", "headgate", "analyse", made.path, "--provider", "sink"),
            *("--review", decisions, "--out", folder / canaries.word(Kind.FILE)),
            *(("--sheet", made.sheet) if made.sheet else ()),
        ],
        capture_output=True,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(user),
            "SINK_KEY": KEY,
            "LANG": canaries.chance.choice(["C.UTF-8", "de_DE.UTF-8"]),
            "TZ": canaries.chance.choice(["Asia/Kathmandu", "America/St_Johns"]),
            **{name: canaries.word(Kind.VARIABLE) for name in ("HEADGATE_ACTOR", "LOGNAME", "USER", "SHELL", "PWD")},
        },
        cwd=folder,
        check=False,
    )
    return done.returncode, done.stderr.decode(), canaries


def drawn(dialect: Dialect, number: int) -> World:
    """A world, another for each dialect and number; formats take turns."""
    chance = random.Random(f"{dialect} {number}")
    return World(
        seed=chance.randrange(2**32),
        form=FORMATS[(list(Dialect).index(dialect) + number) % len(FORMATS)],
        rows=chance.randrange(3, 40),
        order=chance.randrange(2**16),
        kinds="".join(chance.choice("wnde") for _ in range(6)),
        renamed=frozenset({1, chance.randrange(5)}),
        withheld=chance.randrange(5),
    )


@pytest.mark.parametrize("dialect", Dialect)
def test_the_whole_command_sends_what_its_names_give_and_nothing_of_its_world(
    dialect: Dialect,
    authority: Authority,
    certificate: Path,
    tmp_path: Path,
    gate: Callable[[Profile], Gate],
    approve: Callable[..., ApprovedManifest],
) -> None:
    with provider(answers(response(ANSWERS[dialect](PLAN))), certificate) as sink:
        profile = (
            f'[profiles.sink]\ndialect = "{dialect}"\nhost = "localhost"\nport = {sink.port}\nmodel = "model-1"\n'
            f'key_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n'
        )
        (tmp_path / "profiles.toml").write_text(profile, encoding="utf-8")
        gate(load_profiles(tmp_path / "profiles.toml")["sink"]).send(approve(*NAMES).id, "plan-1", "sink")
        for number in range(max(1, times(1) // 4)):
            world = drawn(dialect, number)
            code, err, canaries = whole(world, tmp_path / f"{number}", profile)
            # An empty plan is an answer that cannot be used: the request left all the same.
            assert (code, sink.connections) == (4, number + 2), (world, err)
            assert sink.requests[-1] == sink.requests[0], world
            assert canaries.spotted(sink.requests[-1], depth=1) == set(), world
            assert canaries.spotted(err, {Kind.CELL, Kind.VARIABLE}, depth=1) == set(), world
            shutil.rmtree(tmp_path / f"{number}")
