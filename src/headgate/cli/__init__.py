"""The command line: a thin caller of the library."""

from __future__ import annotations

import sys
import traceback

from headgate.errors import HeadgateError, InputError, UnavailableError


def main() -> None:
    """Run one command and leave with its exit code; an error is one sentence on standard error, never a traceback.

    0 done; 2 input, 3 refused, 4 unavailable, 5 integrity (`headgate.errors`); 1 a defect of ours; 130 interrupted.
    """
    from typer.exceptions import TyperException

    from headgate.cli.commands import app

    try:
        sys.exit(app(sys.argv[1:] or ["--help"], standalone_mode=False) or 0)
    except HeadgateError as error:
        _leave(error.exit_code, str(error))
    except TyperException as error:
        _leave(InputError.exit_code, f"{error.format_message()} See `headgate --help`.")
    except KeyboardInterrupt:
        _leave(130, "interrupted; nothing is half-written")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _leave(UnavailableError.exit_code, f"this machine would not do it: {error.strerror or type(error).__name__}")
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = place.filename.replace("\\", "/").rpartition("/")[2]
        _leave(1, f"a defect of Headgate: {type(error).__name__} at {name}:{place.lineno}")
        raise


def _leave(code: int, sentence: str) -> None:
    print(f"headgate: {sentence}", file=sys.stderr)  # noqa: T201
    sys.exit(code)
