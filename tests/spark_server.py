"""A Spark cluster of the tests' own: a standalone master, one worker and a Spark Connect server, all on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_START_SECONDS = 120
_MEMORY = "1g"


@dataclass(frozen=True)
class Spark:
    """A running cluster: the port of its master and that of its Spark Connect server."""

    master: int
    connect: int

    @property
    def url(self) -> str:
        """The URL of its Spark Connect server."""
        return f"sc://127.0.0.1:{self.connect}"


def programs() -> Path | None:
    """The folder of `spark-class`, None where pyspark or Java is missing."""
    found = find_spec("pyspark")
    if found is None or found.origin is None or shutil.which("java") is None:
        return None
    folder = Path(found.origin).parent / "bin"
    return folder if (folder / "spark-class").exists() else None


@contextmanager
def spark() -> Iterator[Spark]:
    """A running cluster, gone with its folder afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="spark-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        master, connect = _free(), _free()
        here = ["--host", "127.0.0.1", "--webui-port", "0"]
        _started(stack, folder, "spark-class", "org.apache.spark.deploy.master.Master", *here, "--port", str(master))
        _answers(master)
        place = f"spark://127.0.0.1:{master}"
        sized = ["--cores", "2", "--memory", "2g", "-d", str(folder / "work")]
        _started(stack, folder, "spark-class", "org.apache.spark.deploy.worker.Worker", *here, *sized, place)
        settings = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(connect),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": _MEMORY,
            "spark.executor.memory": "500m",
            "spark.cores.max": "1",
            "spark.sql.shuffle.partitions": "1",
            "spark.default.parallelism": "1",
            "spark.sql.adaptive.enabled": "false",
            "spark.ui.enabled": "false",
            "spark.local.dir": str(folder),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }
        given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        server = "org.apache.spark.sql.connect.service.SparkConnectServer"
        _started(stack, folder, "spark-submit", "--master", place, "--class", server, *given, "spark-internal")
        _answers(connect)
        yield Spark(master, connect)


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _started(stack: ExitStack, folder: Path, program: str, *arguments: str) -> None:
    bin_folder = programs()
    assert bin_folder is not None
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "JAVA_HOME", "LANG"}}
    log = stack.enter_context((folder / f"{program}-{len(list(folder.iterdir()))}.log").open("wb"))
    process = subprocess.Popen(
        [str(bin_folder / program), *arguments],
        cwd=folder,
        stdout=log,
        stderr=log,
        env=kept | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1", "SPARK_DAEMON_MEMORY": _MEMORY},
        start_new_session=True,
    )
    stack.callback(_ended, process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(port: int) -> None:
    """Something listens at the port; the test fails where nothing does in two minutes."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"nothing listens at port {port}")
