"""A Spark driver for one run: a standalone master speaks to drivers alone, so a Spark Connect server is started."""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from headgate.errors import InputError, UnavailableError
from headgate.headers.cluster import Cluster

_MASTER = re.compile(r"spark://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(:[0-9]{1,5})?", re.ASCII)
_PORT = 7077
_SECONDS = 90
_PARTITIONS = "8"  # of a shuffle: rows that come over one connection are not many enough for Spark's 200
_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def is_master(url: str) -> bool:
    """Whether this names a standalone master."""
    return url.startswith("spark://")


@contextmanager
def driven(master: str, work: Path, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """A Spark Connect server on loopback whose master is `spark://host:7077`; it is gone afterwards.

    `environment` is what the program is given of it: where to find programs and Java.
    Nobody but who has its token may use it. Raises InputError where the address is none, UnavailableError where Java or
    pyspark is missing or the server does not start.
    """
    found = _MASTER.fullmatch(master)
    if found is None:
        raise InputError("the master's URL is not of the form spark://host:7077")
    program = _program()
    token, port = secrets.token_hex(32), _free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.ui.enabled": "false",
        "spark.local.dir": str(work),
        "spark.sql.warehouse.dir": str(work / "warehouse"),
        "spark.app.name": "headgate",
        "spark.sql.shuffle.partitions": _PARTITIONS,
    }
    given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    place = master if found[2] else f"{master}:{_PORT}"
    with subprocess.Popen(
        [str(program), "--master", place, "--class", _SERVER, *given, "spark-internal"],
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**environment, "SPARK_CONNECT_AUTHENTICATE_TOKEN": token, "SPARK_NO_DAEMONIZE": "1"},
        start_new_session=True,
    ) as process:
        try:
            _wait(process, port)
            yield Cluster("127.0.0.1", port, token=token, tls=False)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


def _program() -> Path:
    found = find_spec("pyspark")
    folder = Path(found.origin).parent / "bin" if found is not None and found.origin else None
    if folder is None or not (folder / "spark-submit").is_file():
        raise UnavailableError(
            "a standalone master needs a driver here, and the pyspark package that has one is not installed: pip "
            "install 'pyspark>=4.0,<4.1', or name a Spark Connect server with sc://"
        )
    if shutil.which("java") is None:
        raise UnavailableError(
            "a standalone master needs a driver here, and that needs Java 17, which is not installed"
        )
    return folder / "spark-submit"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    """The server takes connections."""
    until = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise UnavailableError("the master did not take the driver; check its host and port, and that it runs Spark 4.0")
