"""Running the command at a terminal of the tests' own: keys are pressed, and what stands on the screen is read."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PATIENCE = 60.0


class Terminal:
    """A command that runs at a pseudo-terminal, its standard output apart from it."""

    def __init__(self, running: subprocess.Popen[bytes], screen: int) -> None:
        self._running = running
        self._screen = screen
        self._seen = 0
        self.raw = b""
        self.out = b""

    @property
    def text(self) -> str:
        """All that was on the screen so far, without its escapes."""
        return _ESCAPES.sub("", self.raw.decode("utf-8", "replace")).replace("\r", "")

    def until(self, word: str) -> str:
        """What came since the last call, up to where this stands in it."""
        deadline = time.monotonic() + _PATIENCE
        while word not in self.text[self._seen :]:
            if not self._read(deadline):
                raise AssertionError(f"{word!r} never came; the end was {self.text[-2000:]!r}")
        end = self.text.index(word, self._seen) + len(word)
        came, self._seen = self.text[self._seen : end], end
        return came

    def press(self, keys: str, until: str) -> str:
        """The keys are pressed, and this came on the screen; what came with it."""
        os.write(self._screen, keys.encode())
        return self.until(until)

    def agree(self, keys: str = "y") -> None:
        """A yes that is taken: one that comes before anybody could have looked is not, so a harmless key goes first."""
        early = True
        while early:
            before = len(self.text)
            os.write(self._screen, b"\x7f")
            while not re.search(r"exactly this\?.* \Z", self.text[before:], re.DOTALL):
                self._read(time.monotonic() + _PATIENCE)
            early = "Look at it first" in self.text[before:]
        self._seen = len(self.text)
        os.write(self._screen, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """The window has another size."""
        fcntl.ioctl(self._screen, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def interrupt(self) -> None:
        """Ctrl-C, as a terminal passes it on."""
        self._running.send_signal(signal.SIGINT)

    def attributes(self) -> list[object]:
        """How the terminal treats what is typed."""
        return termios.tcgetattr(self._screen)

    def end(self) -> int:
        """The exit code; all that the command said is read."""
        while self._read(time.monotonic() + _PATIENCE):
            pass
        return self._running.wait(_PATIENCE)

    def _read(self, deadline: float) -> bool:
        """Whether the command lives, after something more came of it."""
        assert self._running.stdout
        out = self._running.stdout.fileno()
        ready, _, _ = select.select([self._screen, out], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise AssertionError(f"nothing came any more; the end was {self.text[-2000:]!r}")
        if out in ready:
            self.out += os.read(out, 65536)
        if self._screen in ready:
            try:
                came = os.read(self._screen, 65536)
            except OSError:  # the other side was closed
                return False
            self.raw += came
            return bool(came)
        return self._running.poll() is None


@contextmanager
def at_terminal(
    *arguments: object,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    size: tuple[int, int] = (80, 24),
    whole_env: dict[str, str] | None = None,
) -> Iterator[Terminal]:
    """`headgate` with these arguments, at a terminal of so many columns and lines; `whole_env` in place of ours."""
    screen, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    ours = dict(os.environ) if whole_env is None else whole_env
    kept = {name: value for name, value in ours.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    running = subprocess.Popen(
        [sys.executable, "-m", "headgate", *map(str, arguments)],
        stdin=end,
        stdout=subprocess.PIPE,
        stderr=end,
        cwd=cwd,
        env=kept | {"TERM": "xterm-256color"} | (env or {}),
        start_new_session=True,
    )
    os.close(end)
    try:
        yield Terminal(running, screen)
    finally:
        running.kill()
        running.wait()
        assert running.stdout
        running.stdout.close()
        os.close(screen)
