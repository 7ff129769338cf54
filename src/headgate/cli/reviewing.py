"""The review in a terminal: a person looks at each name, decides, sees the exact bytes, and closes or stops."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.prompt import Confirm
from rich.text import Text

from headgate import app
from headgate.canonical import canonical_json
from headgate.cli import deciding, drawing, show
from headgate.cli.deciding import Leaving, State, Task, Where
from headgate.cli.keyboard import RESIZED, keyboard
from headgate.errors import RefusalError
from headgate.gate import DEFAULT_TEMPLATE, envelope, hold_budget, load_template, wire_bytes
from headgate.headers import Header, Table
from headgate.ledger import DecidedBy
from headgate.manifest import Decided, Decision, named_in, propose, wire_names, withhold_all
from headgate.providers import Profile
from headgate.screening import Screened

# Measured on answers built for real tables: what is said of one name, and the analyses beside it.
_TOKENS_A_NAME, _TOKENS_OF_A_PLAN = 55, 2_000


@dataclass(frozen=True, slots=True)
class Review:
    """A review of one table by a person: `profile` is whom the names would go to, `sends` whether they go there next.

    `already` holds decisions of a file, with which the review begins.
    """

    table: Table
    profile: Profile | None
    sends: bool
    already: Mapping[str, object] | None = None

    def __call__(self, headers: Sequence[Header], screened: Sequence[Screened]) -> Decided:
        """The decisions the person took and closed. Raises RefusalError where the person stops."""
        before, actor = app.recalled(headers)
        task = deciding.prepare(headers, screened, before, self._leaving, app.own_names())
        already = named_in(self.already, headers, screened) if self.already is not None else ()
        scene = drawing.Scene(self.table.path.name, self.profile.host if self.profile else None, actor, self.sends)
        closed = _reviewed(task, deciding.begin(task, time.monotonic(), already), scene)
        if closed.where is not Where.CLOSED:
            raise RefusalError("the review was stopped: nothing was decided, nothing is kept and nothing left")
        show.err.print(f"Closed: {deciding.counted(closed.decisions)}.")
        return Decided(closed.decisions, DecidedBy.PERSON)

    def _leaving(self, decisions: Sequence[Decision]) -> Leaving:
        """What would leave. Raises RefusalError where the decisions may not be closed, or the profile allows less."""
        names = app.preview(self.table, lambda _headers, _screened: Decided(tuple(decisions), DecidedBy.PERSON)).names
        if self.profile is None or not names:
            return Leaving(canonical_json(list(names)), names)
        sent = wire_names(names)
        made = envelope(load_template(DEFAULT_TEMPLATE), sent, self.profile)
        hold_budget(made, self.profile)
        return Leaving(wire_bytes(made), sent, cut_answer(sent, self.profile) or "")


def offered(review: Review, headers: Sequence[Header], screened: Sequence[Screened]) -> Decided:
    """As the review, for the built-in planner, where nothing leaves: all withheld, unless the person reviews now."""
    show.review(propose(headers, screened))
    if Confirm.ask("Nothing leaves with the built-in planner. Review the names now?", console=show.err, default=False):
        return review(headers, screened)
    return Decided(withhold_all(headers), DecidedBy.NOBODY)


def cut_answer(names: Sequence[str], profile: Profile) -> str | None:
    """What to say where an answer about these names will hardly fit, before it is paid for."""
    wanted = _TOKENS_A_NAME * len(names) + _TOKENS_OF_A_PLAN
    if wanted <= profile.settings.max_tokens:
        return None
    return (
        f"An answer about {len(names)} names takes about {wanted:,} tokens and {profile.name} allows "
        f"{profile.settings.max_tokens:,}: raise 'max_tokens' in its settings, or it is cut and of no use."
    )


def _reviewed(task: Task, state: State, scene: drawing.Scene) -> State:
    """The state a person ends in. The terminal is as it was before, whatever happens."""
    told: Leaving | None = None
    with keyboard() as key:
        try:
            while state.where not in {Where.CLOSED, Where.STOPPED}:
                if state.where is not Where.CLOSING:
                    _screen(task, state, scene)
                elif state.leaving is not told:
                    told = state.leaving
                    _last_look(task, state, scene)
                else:
                    _again(drawing.question(state, scene))
                pressed = key()
                if pressed != RESIZED:
                    state = deciding.press(task, state, pressed, time.monotonic())
        finally:
            _left()
    if state.where is Where.CLOSED:
        show.err.print()
    return state


def _is_plain() -> bool:
    """Whether the terminal knows no control sequences."""
    return show.err.is_dumb_terminal or show.err.legacy_windows


def _screen(task: Task, state: State, scene: drawing.Scene) -> None:
    """The state is on the terminal's other screen, drawn in one piece; where there is none, below what was there."""
    lines = drawing.frame(task, state, scene, show.err.size)
    with show.err.capture() as drawn:
        for number, line in enumerate(lines):
            show.err.print(line, end="" if number == len(lines) - 1 else "\n", soft_wrap=True)
    if _is_plain():
        show.err.file.write(f"\n{drawn.get().rstrip()}\n")
        return
    if not show.err.is_alt_screen:
        show.err.set_alt_screen(True)
        show.err.show_cursor(False)
    # Home, each line to its end, and nothing below: what stood there before does not flicker.
    show.err.file.write("\x1b[H" + drawn.get().replace("\n", "\x1b[K\n") + "\x1b[K\x1b[J")
    show.err.file.flush()


def _left() -> None:
    if show.err.is_alt_screen:
        show.err.show_cursor(True)
        show.err.set_alt_screen(False)


def _last_look(task: Task, state: State, scene: drawing.Scene) -> None:
    """The exact bytes are on the terminal's usual screen, which can be scrolled, and the question below them."""
    assert state.leaving is not None
    _left()
    show.err.print(Text("\nWhat would leave, byte for byte:\n", style="dim"))
    show.err.file.write(state.leaving.data.decode() + "\n\n")
    for line in drawing.closing(task, state, scene):
        show.err.print(line)
    show.err.print(drawing.question(state, scene), end="", style="bold", markup=False)
    show.err.file.flush()


def _again(question: str) -> None:
    show.err.file.write("\n" if _is_plain() else "\r\x1b[K")
    show.err.print(question, end="", style="bold", markup=False)
    show.err.file.flush()
