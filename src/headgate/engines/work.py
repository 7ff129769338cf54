"""The private folder where rows lie while they are analysed: gone afterwards, after a crash with the next run."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headgate.errors import UnavailableError

_NAME = re.compile(r"headgate-(\d+)-\w+")


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder of this process's own (0700) in the system's place for temporary files; removed at the end.

    What a run that was killed left behind is removed first. Raises UnavailableError where no folder can be made.
    """
    _sweep(Path(tempfile.gettempdir()))
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"headgate-{os.getpid()}-"))
    except OSError as error:
        raise UnavailableError(f"no private folder can be made for the rows ({error.strerror})") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Folders of ours whose process is no more are gone; nobody else's is touched."""
    for folder in place.glob("headgate-*-*"):
        named = _NAME.fullmatch(folder.name)
        if named and _is_own_folder(folder) and not _runs(int(named[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _is_own_folder(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
