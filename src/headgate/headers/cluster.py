"""A Spark cluster as an engine: how it is reached and as whom, out of a URL of Spark Connect."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from headgate.errors import InputError

_URL = re.compile(r"sc://(?P<host>\[[^\]/;]*\]|[^:/;\[\]]+)(?::(?P<port>[0-9]{1,5}))?/?(?:;(?P<options>.*))?")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*", re.ASCII)
_VALUE = re.compile(r"[!-~]{1,4096}", re.ASCII)
_PORT = 15_002
_FORM = "sc://host:15002/;token=…;use_ssl=true"
_OPTIONS = frozenset({"user_id", "token", "use_ssl", "sslrootcert"})


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Spark Connect server: host, port, the user it is told, and the token where there is one.

    `tls` is None where the person said nothing of it: then none to this machine, and TLS to any other. `root` is a PEM
    file of the only authorities to trust, None for the system's. Its `repr` says nothing of it.
    """

    host: str = field(repr=False)
    port: int = field(repr=False)
    user: str = field(repr=False, default="headgate")
    token: str | None = field(repr=False, default=None)
    tls: bool | None = field(repr=False, default=None)
    root: Path | None = field(repr=False, default=None)


def cluster(url: str) -> Cluster:
    """The cluster that a URL names: `sc://host:15002/;user_id=…;token=…;use_ssl=true;sslrootcert=…`.

    The form is that of Spark Connect (`docs/connection-string` of Apache Spark) and `sslrootcert` ours. Raises
    InputError, without a word of the URL, where it is another address or says what is not known.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise InputError(f"the cluster's URL is not of the form {_FORM}")
    host = found["host"].removeprefix("[").removesuffix("]")
    port = int(found["port"] or _PORT)
    if not _HOST.fullmatch(host) or not 0 < port < 1 << 16:
        raise InputError(f"the cluster's URL names no host, or a port that is none: {_FORM}")
    options = _options(found["options"] or "")
    said = options.get("use_ssl")
    if said not in (None, "true", "false"):
        raise InputError("use_ssl in the cluster's URL is true or false")
    root = options.get("sslrootcert")
    return Cluster(
        host,
        port,
        options.get("user_id", "headgate"),
        options.get("token"),
        None if said is None else said == "true",
        Path(root).absolute() if root else None,
    )


def _options(text: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in text.split(";") if each]
    options = {name: value for name, _, value in pairs}
    if not options.keys() <= _OPTIONS or len(options) < len(pairs):
        raise InputError(f"the cluster's URL may say {', '.join(sorted(_OPTIONS))}, each once, and nothing else")
    if not all(_VALUE.fullmatch(value) for value in options.values()):
        raise InputError("a value in the cluster's URL is empty, or holds what no such value may")
    return options
