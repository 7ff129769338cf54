"""`python -m headgate` is the command line."""

from __future__ import annotations

from headgate.cli import main

main()
