"""Files of the state folder that survive a crash whole, and what a failing disk is called."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from headgate.errors import HeadgateError, InputError, UnavailableError

_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}


def disk_error(error: OSError, path: Path) -> HeadgateError:
    """The error to raise for a failed file operation: UnavailableError if it may pass (full disk), else InputError."""
    reason = os.strerror(error.errno) if error.errno else "the operation failed"
    if error.errno in _PASSING:
        return UnavailableError(f"{path}: {reason}; free some space and try again")
    return InputError(f"{path}: {reason}; name a state folder that can be written with HEADGATE_HOME")


def write_durably(path: Path, data: bytes) -> None:
    """The file holds exactly `data`, mode 0600, on disk; after a crash it holds the old bytes or the new, never a mix.

    Two writers at the same time must be kept apart by the caller. Raises InputError or UnavailableError as
    `disk_error` says.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)
        write_new(fresh, data)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(error, path) from None


def write_new(path: Path, data: bytes) -> None:
    """The file did not exist and now holds `data`, mode 0600, on disk. Raises OSError, FileExistsError among them."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The folder's entries are on disk. Raises OSError."""
    # Windows opens no folders; its file system keeps their entries in its journal.
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
