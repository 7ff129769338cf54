"""Single keys from a terminal, by name, without waiting for a line."""

from __future__ import annotations

import codecs
import os
import select
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_LETTERS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
_NUMBERS = {1: "home", 4: "end", 5: "page up", 6: "page down"}
NAMED: Mapping[str, str] = {
    "\r": "enter",
    "\n": "enter",
    "\x7f": "backspace",
    "\b": "backspace",
    "\x15": "clear",
    "\x1b": "escape",
    "\x04": "q",
    **{f"\x1b{mark}{letter}": name for mark in "[O" for letter, name in _LETTERS.items()},
    **{f"\x1b[{number}~": name for number, name in _NUMBERS.items()},
}
_LONGEST = max(map(len, NAMED))
RESIZED = "resized"
_LOOK_SECONDS = 0.25  # how often to look whether the terminal has another size


def cut(typed: str) -> tuple[str, str]:
    """The first key of what was typed, and the rest. A control character or sequence without a name is "unknown"."""
    for length in range(min(_LONGEST, len(typed)), 0, -1):
        if typed[:length] in NAMED and not (length == 1 and typed[:2] in {"\x1b[", "\x1bO"}):
            return NAMED[typed[:length]], typed[length:]
    if typed[:2] in {"\x1b[", "\x1bO"}:
        end = next((at for at in range(2, len(typed)) if "@" <= typed[at] <= "~"), len(typed) - 1)
        return "unknown", typed[end + 1 :]
    return (typed[0] if typed[0].isprintable() else "unknown"), typed[1:]


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """What gives the next key from standard input, a terminal; it is as it was before at the end of the block.

    Keys typed ahead are not echoed. A terminal that has another size now gives `RESIZED`. The end of the input is `q`,
    and Ctrl-C raises KeyboardInterrupt.
    """
    if sys.platform == "win32":
        yield _console_key
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    waiting = ""
    size = os.get_terminal_size(descriptor)

    def key() -> str:
        nonlocal waiting, size
        while not waiting:
            if not select.select([descriptor], [], [], _LOOK_SECONDS)[0]:
                # Against the size before the last drawing, so that one which changed meanwhile is not missed.
                drawn, size = size, os.get_terminal_size(descriptor)
                if size != drawn:
                    return RESIZED
                continue
            data = os.read(descriptor, 1024)
            if not data:
                return "q"
            waiting = decoder.decode(data)
        found, waiting = cut(waiting)
        return found

    try:
        tty.setcbreak(descriptor)
        yield key
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


if sys.platform == "win32":
    import msvcrt

    _CONSOLE = {"H": "up", "P": "down", "K": "left", "M": "right", "G": "home", "O": "end", "I": "page up"} | {
        "Q": "page down"
    }

    def _console_key() -> str:
        """A key of the Windows console: a special one comes as two characters."""
        typed = msvcrt.getwch()
        if typed == "\x03":
            raise KeyboardInterrupt
        if typed in {"\0", "\xe0"}:
            return _CONSOLE.get(msvcrt.getwch(), "unknown")
        return cut(typed)[0]
