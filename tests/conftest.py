"""What all tests share: the real tables, the things beyond Python, and the count of what was skipped for want."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from tests import doors, postgres_server, spark_server
from tests.postgres_server import Postgres
from tests.spark_server import Spark
from tests.tls_server import Authority

# `make attack`: every property that names its examples by `tests.scale.times` is tried with a hundred times as many.
settings.register_profile("attack", max_examples=100 * 100, deadline=None)

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
WANT = "wants "

doors.watch()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real tables and corpora beside the repository."""
    if not (SHARED / "data").is_dir():
        pytest.skip("needs the tables of ../shared, which are not there")
    return SHARED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; `make test` installs one with apt where it may."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip(f"{WANT}chromium")
    return found


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def certificate(authority: Authority) -> Path:
    """A key and certificate for localhost and 127.0.0.1."""
    return authority.leaf()[0]


@pytest.fixture(scope="session")
def postgres(authority: Authority) -> Iterator[Postgres]:
    """A PostgreSQL server of this process's own; `make test` installs one with apt where it may."""
    if postgres_server.programs() is None:
        pytest.skip(f"{WANT}postgresql")
    with postgres_server.postgres(authority, "a p:ss@word/%of nobody") as server:
        yield server


@pytest.fixture(scope="session")
def spark() -> Iterator[Spark]:
    """A Spark cluster of this process's own; `make test` installs Java with apt where it may."""
    if spark_server.programs() is None:
        pytest.skip(f"{WANT}java")
    with spark_server.spark() as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own, so that no test sees or leaves state."""
    home = tmp_path / "headgate-home"
    monkeypatch.setenv("HEADGATE_HOME", str(home))
    monkeypatch.setenv("HEADGATE_ACTOR", "tester")
    return home


@pytest.fixture(autouse=True)
def named_doors() -> Iterator[None]:
    """The test fails where the package opens a socket, looks up a name or starts a program through no named door."""
    with doors.nothing_through():
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a test skipped for want of something that `make test` installs is a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI") == "true" and WANT in str(report.longrepr):
        report.outcome = "failed"


def pytest_terminal_summary(terminalreporter) -> None:
    """Say by name and number what was skipped for want of something beyond Python."""
    wanted: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = str(report.longrepr).partition(WANT)
        if reason:
            name = reason.strip("'\") ")
            wanted[name] = wanted.get(name, 0) + 1
    for name, count in sorted(wanted.items()):
        terminalreporter.write_line(f"skipped for want of {name}: {count}", yellow=True)
