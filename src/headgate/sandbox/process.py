"""Processes of our own: started afresh with nothing of this one's environment, asked and answered over one channel."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from headgate.canonical import Json
from headgate.errors import HeadgateError, InputError, IntegrityError, RefusalError, UnavailableError
from headgate.sandbox import system
from headgate.sandbox.channel import Channel, Message
from headgate.sandbox.connection import Connection, connected
from headgate.sandbox.record import from_json, to_json
from headgate.sandbox.seal import Confinement, Isolation, seal

_ERRORS: Mapping[str, type[HeadgateError]] = {
    kind.__name__: kind for kind in (InputError, RefusalError, UnavailableError, IntegrityError)
}
START, READY, TOLD, ANSWER = "start", "ready", "told", "answer"
_MOST_STARTING = 1 << 24
_END_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Start:
    """The first message to a process: what it is given, where it works, who acts, whose child it is, and whether it
    outlives it. Who acts is told to the gate alone; to others it is "".

    It goes over the channel and not on the command line, which every user of a machine can read.
    """

    confinement: Confinement
    place: Path
    actor: str
    parent: int
    finishes: bool


class EndedError(UnavailableError):
    """A process of ours ended, or met a defect, without an answer to what it was asked: what it did is not known."""


class Process:
    """A running process of ours. `isolation` is what it reached before it loaded anything large."""

    def __init__(self, name: str, channel: Channel) -> None:
        self._name = name
        self._channel = channel
        self.isolation = from_json(Isolation, self._next().value)

    def ask(self, kind: str, value: Json = None, *, told: Callable[[Json], None] | None = None) -> Json:
        """The value that answers this; `told` is called with what the process says meanwhile.

        Raises the `HeadgateError` that the process raised, and `EndedError` where it ended without an answer.
        """
        try:
            self._channel.send(kind, value)
        except OSError:
            raise self._ended() from None
        while (message := self._next()).kind == TOLD:
            if told is not None:
                told(message.value)
        return message.value

    def _next(self) -> Message:
        match self._channel.receive():
            case Message(kind="error", value={"error": str(name), "message": str(sentence)}) if name in _ERRORS:
                raise _ERRORS[name](sentence)
            case Message(kind="defect", value=str(place)):
                raise EndedError(f"the {self._name} process met a defect of Headgate ({place}); please report it")
            case Message(kind=kind) as message if kind in {READY, TOLD, ANSWER}:
                return message
            case _:
                raise self._ended()

    def _ended(self) -> EndedError:
        return EndedError(
            f"the {self._name} process ended without an answer: too little memory, or something stopped it; "
            "headgate doctor says whether it starts"
        )


@contextmanager
def started(
    name: str,
    confinement: Confinement,
    place: Path,
    environment: Mapping[str, str],
    *,
    limit: int,
    finishes: bool,
    actor: str = "",
) -> Iterator[Process]:
    """A fresh sealed process of this name; it is gone, or about to be, at the end of the block.

    `place` is the folder it works in, `environment` all it has of one, `limit` the largest message it may send, in
    bytes, `actor` who acts where it has to know. One that `finishes` completes what it was asked after the block has
    ended; any other is killed. Raises `RefusalError` where it cannot be sealed to its floor.
    """
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-m", "headgate.sealed", name]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a library prints may quote a cell
        env=dict(environment),
        cwd="/",
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        channel = Channel(child.stdout, child.stdin, limit)
        with suppress(OSError):  # it has ended already, which the first answer will say
            channel.send(START, to_json(Start(confinement, place, actor, os.getpid(), finishes)))
        yield Process(name, channel)
    finally:
        with suppress(OSError):
            child.stdin.close()
        if not finishes:
            child.kill()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_END_SECONDS)
        child.stdout.close()


Tell = Callable[[Json], None]
Answering = Callable[[Message, Tell], Json]
Load = Callable[[Isolation, Path, str, Connection | None], Answering]


def serve(limit: int, load: Load) -> None:
    """This process was told how it starts, was sealed, and answered what it was asked until its channel was closed.

    What it is asked is at most `limit` bytes long. A connection it may hold is made before the seal. `load` imports
    what answers, once sealed; it is given what was reached, the folder, who acts, and that connection. The standard
    input and output become the channel's alone: whatever else is printed goes nowhere. An error of ours is said as its
    class and sentence. Any other ends the process, and is said as its class and place alone, since its text may quote
    a cell.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    receiving, sending = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    channel = Channel(receiving, sending, limit)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    with suppress(BrokenPipeError), _saying_defects(channel), _saying_errors(channel):
        start = _started(Channel(receiving, sending, _MOST_STARTING))
        held = connected(start.confinement.engine) if start.confinement.engine else None
        isolation = seal(start.confinement)
        answering = load(isolation, start.place, start.actor, held)
        channel.send(READY, to_json(isolation))
        while (message := channel.receive()) is not None:
            with _saying_errors(channel):
                channel.send(ANSWER, answering(message, lambda value: channel.send(TOLD, value)))


def _started(channel: Channel) -> Start:
    message = channel.receive()
    start = from_json(Start, message.value if message and message.kind == START else None)
    if not start.finishes and system.machine() is not None:
        system.die_with(start.parent)
    return start


@contextmanager
def _saying_errors(channel: Channel) -> Iterator[None]:
    try:
        yield
    except HeadgateError as error:
        kind = next(name for name, each in _ERRORS.items() if isinstance(error, each))
        channel.send("error", {"error": kind, "message": str(error)})


@contextmanager
def _saying_defects(channel: Channel) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        channel.send("defect", f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}")
        raise
