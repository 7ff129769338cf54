"""Outside the gate's process: it is started for one profile, and asked to send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from headgate.errors import UnavailableError
from headgate.gate.program import Sending
from headgate.gate.send import Answer
from headgate.isolation import IsolationLevel
from headgate.providers import Profile
from headgate.sandbox.process import EndedError, Process, started
from headgate.sandbox.record import from_json, to_json
from headgate.sandbox.seal import Confinement
from headgate.tls import SYSTEM_STORES

_DNS_PORT = 53  # a long answer of a name server comes by TCP
_MOST_SAID = 1 << 24


@contextmanager
def gate_process(
    home: Path, profile: Profile | None, keys: Callable[[str], str | None], floor: IsolationLevel, actor: str
) -> Iterator[Process]:
    """The gate, running: it has its state folder, the certificates it trusts, the profile's port and the profile's key.

    Its environment holds that key and nothing else; it sends what `actor` approved and nothing of others. It finishes a
    send that was begun, so that the outcome is recorded even where this process ends first. Without a profile it can
    only be looked at. Raises `RefusalError` where the system does not isolate it down to `floor`.
    """
    ports = (profile.port, _DNS_PORT) if profile else (_DNS_PORT,)
    stores = (profile.ca_file,) if profile and profile.ca_file else SYSTEM_STORES
    variable = profile.key_env if profile else None
    key = keys(variable) if variable else None
    environment = {variable: key} if variable and key else {}
    given = Confinement(stores, (home,), ports, floor)
    with started("gate", given, home, environment, limit=_MOST_SAID, finishes=True, actor=actor) as process:
        yield process


def send(gate: Process, manifest_id: str, template_id: str, profile_id: str) -> Answer:
    """As `Gate.send`, in the gate's process.

    Where that ends without an answer, the `UnavailableError` says that names may have left.
    """
    try:
        return from_json(Answer, gate.ask("send", to_json(Sending(manifest_id, template_id, profile_id))))
    except EndedError as error:
        raise UnavailableError(
            f"{error}. Whether your names have left is not known: headgate doctor names a send without an outcome"
        ) from None
