"""The one error tree: four kinds, told apart by what the caller does next.

    HeadgateError
    ├── InputError        fix what was given          exit 2   HTTP 422
    ├── RefusalError      our standard is not met     exit 3   HTTP 403
    ├── UnavailableError  try later, or elsewhere     exit 4   HTTP 503
    └── IntegrityError    stop: our state was changed exit 5   HTTP 500

A message names the header or file, the rule and the way out. It never holds a cell value.
"""

from __future__ import annotations


class HeadgateError(Exception):
    """The root; never raised itself."""

    exit_code = 1


class InputError(HeadgateError):
    """The file, name, profile or option is wrong; the caller can mend it."""

    exit_code = 2


class RefusalError(HeadgateError):
    """Our own standard is not met, so nothing leaves; a person has to decide."""

    exit_code = 3


class UnavailableError(HeadgateError):
    """The other end, or this machine's disk, gives no usable answer now."""

    exit_code = 4


class IntegrityError(HeadgateError):
    """Our own state is not what we wrote; stop and look."""

    exit_code = 5
