"""`correct`: what the user says a column means, kept, listed and forgotten."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict

from headgate import app
from headgate.cli import show
from headgate.errors import InputError


def correct(header: str | None, said: Mapping[str, str | None], *, forget: bool) -> None:
    """What was asked is done: kept, forgotten, or with neither header nor words listed, one JSON object a line."""
    words = any(word is not None for word in said.values())
    if forget:
        if words:
            raise InputError("give either what the column means or --forget")
        show.out.print(f"{app.forget_correction(header)} corrections are forgotten.")
    elif header is None:
        if words:
            raise InputError("name the header that means this")
        for one in app.corrections():
            sys.stdout.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
    else:
        app.correct(header, said)
        show.out.print("Kept. The next analysis of a table with this header takes it so.")
