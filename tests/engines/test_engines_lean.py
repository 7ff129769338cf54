"""The core install has neither pandas nor numpy: every general kind has to run without them."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.engines.opening import STEEL

WITHOUT = """
    import sys
    from pathlib import Path

    class Without:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in ("numpy", "pandas"):
                raise ImportError(name)

    sys.meta_path.insert(0, Without())
"""
RUN = """
    from headgate.engines.interface import Result
    from headgate.engines.profile import refine
    from headgate.engines.run import run
    from headgate.plan import propose
    from tests.engines.opening import STEEL, opened

    with opened(STEEL, Path(sys.argv[1])) as frame:
        plan = propose(list(frame._columns.values()), refine(frame))
        outcomes = run(plan, frame, lambda *told: None)
    assert {outcome.analysis.kind for outcome in outcomes if isinstance(outcome, Result)} >= {
        "kpi_summary", "trend", "breakdown", "correlation", "timestamp_audit", "data_profile", "peak_demand"
    }, outcomes
"""
CONTROL = """
    import ibis.backends.duckdb.converter
"""


@pytest.mark.parametrize(("program", "works"), [(RUN, True), (CONTROL, False)], ids=["a whole plan", "control"])
def test_a_plan_runs_without_pandas_and_numpy_where_ibis_itself_would_not(
    tmp_path: Path, program: str, works: bool
) -> None:
    assert STEEL.is_file()
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(WITHOUT) + textwrap.dedent(program), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (ran.returncode == 0) == works, ran.stderr
    assert works or "ImportError: numpy" in ran.stderr
