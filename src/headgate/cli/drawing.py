"""How a review looks: each state as lines of text that fit the terminal, and the last look at what would leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from headgate.charts.text import shown, visible
from headgate.cli.deciding import READING, State, Subject, Task, Where, counted, here, stops
from headgate.engines.wording import day
from headgate.manifest import Choice, Decision, Remembered
from headgate.manifest.public_name import flaw
from headgate.policy import policy_id
from headgate.screening import Category, Screened, Verdict, screen, vocabulary_id
from headgate.screening.own import OwnNames

# Lines of text are hard to read beyond this many columns, however wide the terminal is.
_WIDEST = 108
_LABEL = 14
_LONGEST_HEADER = 600
_LEAST_ROOM = 5  # lines for the header and what was found in it, however low the terminal is
_MARGIN = "  "
_STYLES = {Verdict.CLEAN: "green", Verdict.REVIEW: "magenta", Verdict.BLOCKED: "red"}
_WORDS = {
    Verdict.CLEAN: "Clean: nothing was found in it.",
    Verdict.REVIEW: "Look at it: what was found may say who or where you are.",
    Verdict.BLOCKED: "Blocked: it cannot leave as it is. Rename it or withhold it.",
}
_FOUND = {
    Category.ORG: "organisation",
    Category.ID_VALUE: "id",
    Category.DATE_VALUE: "date",
    Category.INSTRUCTION: "instruction",
    Category.HIDDEN: "not visible",
}
_DECIDED = {Choice.APPROVE: "approved as it is", Choice.WITHHOLD: "withheld"}
HELP = (
    ("a", "approve the header as it is; never one that is blocked"),
    ("p", "take what is proposed"),
    ("r", "rename it: type a public name, the original never leaves"),
    ("w", "withhold it: it does not leave, and is analysed here all the same"),
    ("f", "the same for its family: the proposal of each, or withheld"),
    ("m", "decide as it was decided in this workspace before"),
    ("P", "take the proposals for all flagged names that are open; approves none"),
    ("c", "approve all clean names that are open"),
    ("M", "decide as before all that still pass; approves no flagged name"),
    ("u", "undo the last decision, as often as you like"),
    ("← →", "look at another one: also b and space, page up and down, home, end"),
    ("s", "sort by risk, or in the order of the source"),
    ("enter", "when all are decided: see what would leave, and close"),
    ("q", "stop: nothing is kept and nothing leaves"),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is said around a review: the table's name, whom the names would go to (None for nobody), who decides, and
    whether they are sent next.
    """

    table: str
    host: str | None
    actor: str
    sends: bool


def frame(task: Task, state: State, scene: Scene, size: tuple[int, int]) -> list[Text]:
    """The screen of this state, as many lines as the terminal has, none of them wider than it."""
    width, height = max(size[0], 20), size[1]
    above, below = _head(task, state, scene, width), _foot(task, state, width)[: max(height - 3 - _LEAST_ROOM, 3)]
    room = max(height - len(above) - len(below), 3)
    body = [line for each in _body(task, state, scene, width, room) for line in _wrapped(each, width)]
    if len(body) > room:
        body = [*body[: room - 1], Text(f"{_MARGIN}… more than this window has lines for", style="dim")]
    body += [Text("")] * (room - len(body))
    for line in (*above, *body, *below):
        line.truncate(width)
    return [*above, *body, *below]


def _head(task: Task, state: State, scene: Scene, width: int) -> list[Text]:
    order = "by risk" if state.sorted_by_risk else "in the order of the source"
    right = f"{state.at + 1:,} of {len(stops(task, state)):,}, {order}"
    left = f" Review of {shown(scene.table, 60)}"
    gap = max(width - len(left) - len(right) - 1, 1)
    title = Text(left, style="bold").append(" " * gap).append(right, style="not bold")
    done = counted(state.decisions) or "nothing decided yet"
    line = Text(f" {done}" + (f", {state.open:,} open" if state.open else ""))
    return [title, line, _rule(width)]


def _measure(width: int) -> Console:
    return Console(width=width, file=None, color_system=None)


def _rule(width: int) -> Text:
    return Text("─" * width, style="dim")


def _foot(task: Task, state: State, width: int) -> list[Text]:
    said = Text(state.said, style="bold").wrap(_measure(width), min(width, _WIDEST) - 2, overflow="fold")
    keys = [line for offered in _offered(task, state) for line in _keys(offered, width)]
    return [*(Text(" ").append_text(each) for each in said or [Text("")]), _rule(width), *keys]


_Keys = Sequence[tuple[str, str]]
_GO: _Keys = (("← →", "look"), ("u", "undo"), ("s", "order"), ("enter", "close"), ("?", "keys"), ("q", "stop"))


def _offered(task: Task, state: State) -> list[_Keys]:
    """The keys that do something here, each with what it does: for what is shown, for all, and to go on."""
    match state.where:
        case Where.TYPING:
            return [(("enter", "take this name"), ("escape", "leave it as it is"), ("ctrl-u", "clear"))]
        case Where.HELP:
            return [(("any key", "back to the review"),)]
        case Where.STOPPING:
            return [(("y", "stop and forget"), ("any other key", "go on"))]
    places = here(task, state)
    every = [("P", "all proposals"), ("c", "all clean"), ("M", "all as before")]
    if not any(each.before for each in task.subjects):
        del every[-1]
    if len(places) > 1:
        together = (("c", "approve them"), ("w", "withhold them"), ("s", "each by itself"))
        return [together, [each for each in every if each[0] != "c"], [each for each in _GO if each[0] != "s"]]
    subject = task.subjects[places[0]]
    one = [("p", "take proposal"), ("r", "rename"), ("w", "withhold")]
    if subject.proposal.screened.verdict is not Verdict.BLOCKED:
        one.insert(0, ("a", "approve"))
    if subject.before:
        one.append(("m", "as before"))
    if subject.family:
        one.append(("f", "its family"))
    return [one, every, _GO]


def _keys(offered: _Keys, width: int) -> list[Text]:
    lines = [Text(" ")]
    for key, what in offered:
        if len(lines[-1]) + len(key) + len(what) + 5 > width and len(lines[-1]) > 1:
            lines.append(Text(" "))
        lines[-1].append(f" {key} ", style="reverse").append(f" {what}  ")
    return lines


def _body(task: Task, state: State, scene: Scene, width: int, room: int) -> Iterator[Text]:
    """The lines between head and foot, not wrapped yet; a tab parts a label from its text."""
    if state.where is Where.HELP:
        yield from (Text(f"{key}\t{what}") for key, what in HELP)
        return
    if state.where is Where.STOPPING:
        yield Text("")
        yield Text(f"\tStop the review of {shown(scene.table, 60)}?", style="bold")
        yield Text(f"\tWhat was decided ({counted(state.decisions)}) is forgotten. Nothing is kept and nothing leaves.")
        return
    yield Text("")
    places = here(task, state)
    if len(places) > 1:
        yield from _together(task, state, places, width, room)
        return
    subject = task.subjects[places[0]]
    yield from _marked(subject.proposal.screened)
    yield Text("")
    yield from _findings(subject.proposal.screened)
    yield Text("")
    if state.where is Where.TYPING:
        yield from _typed(state.typed, task.own)
        return
    yield from _facts(task, state, scene, subject, state.decided[places[0]])


def _marked(found: Screened) -> Iterator[Text]:
    """The header, whole, with its findings coloured and underlined; what cannot be seen in it is spelled out."""
    if not found.header.strip():
        yield Text("\t(blank)", style="bold")
        return
    yield Text("\t").append_text(_spelled_out(found, found.header[:_LONGEST_HEADER]))
    if len(found.header) > _LONGEST_HEADER:
        yield Text(f"\t… {len(found.header):,} characters in all", style="dim")


def _spelled_out(found: Screened, text: str) -> Text:
    """The text of a screened name with what was found in it coloured and underlined."""
    out = Text()
    found_in = [any(each.start <= at < each.end for each in found.findings) for at in range(len(text))]
    for hit, places in groupby(range(len(text)), key=found_in.__getitem__):
        part = "".join(text[at] for at in places)
        out.append(visible(part), style=f"bold underline {_STYLES[found.verdict]}" if hit else "bold")
    return out


def _findings(found: Screened) -> Iterator[Text]:
    yield Text(f"\t{_WORDS[found.verdict]}", style=_STYLES[found.verdict])
    for category, reason in dict.fromkeys((each.category, each.reason) for each in found.findings):
        yield Text(f"{_FOUND.get(category, category.replace('_', ' ').lower())}\t{shown(reason, 300)}")


def _facts(task: Task, state: State, scene: Scene, subject: Subject, given: Decision | None) -> Iterator[Text]:
    name = subject.proposal.public_name
    proposed = Text("proposal\t")
    match subject.proposal.choice:
        case Choice.WITHHOLD:
            yield proposed.append("withhold it")
        case Choice.APPROVE:
            yield proposed.append("approve it as it is")
        case Choice.RENAME:
            yield proposed.append(shown(name or ""), style="cyan bold").append("  (screens clean)", style="dim")
            if not subject.flagged:
                yield Text("\tAnother column has a name like this one, or it cannot be sent as it is spelled.")
    if subject.before:
        before = subject.before
        who = "you" if before.actor == scene.actor else shown(before.actor, 40)
        since = _changed_since(before)
        yield Text(f"before\t{_spelled(before.choice, before.public_name)} by {who} on {day(before.at)}{since}")
    yield Text("decided\t").append(*(_decision(given) if given else ("not yet", "dim")))
    if subject.family:
        still = sum(state.decided[place] is None for place in subject.family)
        names = [shown(task.subjects[place].proposal.header.name, 60) for place in subject.family]
        yield Text(f"family\t{len(names)} headers that differ in numbers only, {still} open: {_some(names)}")


def _changed_since(before: Remembered) -> str:
    """What is another now than when that was decided, in words that follow it."""
    changed = {"policy": before.policy != policy_id(), "vocabulary": before.vocabulary != vocabulary_id()}
    named = " and the ".join(name for name, is_other in changed.items() if is_other)
    return f"; the {named} changed since" if named else ""


def _spelled(choice: Choice, name: str | None) -> str:
    return f"renamed to “{shown(name or '')}”" if choice is Choice.RENAME else _DECIDED[choice]


def _decision(given: Decision) -> tuple[str, str]:
    style = {Choice.APPROVE: "green bold", Choice.RENAME: "cyan bold", Choice.WITHHOLD: "bold"}[given.choice]
    return _spelled(given.choice, given.public_name), style


def _some(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{names[0]}, {names[1]}, … {names[-1]}"


def _typed(typed: str, own: OwnNames) -> Iterator[Text]:
    """The name that is being typed, and what screening says of it at once."""
    name = typed.strip()
    found = screen([typed], own)[0]
    yield Text("new name\t").append_text(_spelled_out(found, typed)).append("▏")
    yield Text("")
    wrong = flaw(name) if name else None
    if wrong:
        yield Text(f"\tIt {wrong}.", style="red")
    elif name:
        yield from _findings(found)


def _together(task: Task, state: State, places: Sequence[int], width: int, room: int) -> Iterator[Text]:
    """The clean names, families in one, in as many columns as there is room for."""
    yield Text(f"\t{len(places):,} names in which nothing was found", style="bold green")
    open_ = sum(state.decided[place] is None for place in places)
    said = f"{open_:,} open" if open_ else counted(each for place in places if (each := state.decided[place]))
    yield Text(f"\t{said}")
    yield Text("")
    labels = _collapsed(task, places)
    inside = width - len(_MARGIN)
    wide = min(max(map(cell_len, labels)) + 2, inside)
    columns = max(inside // wide, 1)
    rows = max(room - 6, 1)
    fits = labels[: rows * columns]
    if len(labels) > len(fits):
        fits = fits[: max(len(fits) - columns, 1)]
    for at in range(0, len(fits), columns):
        yield Text("".join(set_cell_size(each, wide) for each in fits[at : at + columns]).rstrip())
    if len(labels) > len(fits):
        yield Text("")
        yield Text(f"\tand {len(labels) - len(fits):,} more lines like these; s shows each by itself", style="dim")


def _collapsed(task: Task, places: Sequence[int]) -> list[str]:
    """A label for each of these names that stands alone, and one for each family of them."""
    seen: set[int] = set()
    listed = frozenset(places)
    labels = []
    for place in places:
        subject = task.subjects[place]
        if place in seen:
            continue
        seen.update(subject.family)
        name = shown(subject.proposal.header.name, 60)
        many = len(listed.intersection(subject.family))
        labels.append(f"{name} (×{many})" if many > 1 else name)
    return labels


def _wrapped(line: Text, width: int) -> list[Text]:
    """The line in its margin, wrapped; what follows a tab is set in from its label, and no wider than can be read."""
    measure = _measure(width)
    if "\t" not in line.plain:
        return [Text(_MARGIN).append_text(each) for each in line.wrap(measure, width - len(_MARGIN), overflow="fold")]
    label, text = line[: line.plain.index("\t")], line[line.plain.index("\t") + 1 :]
    text.style = line.style
    indent = len(_MARGIN) + (min(_LABEL, width // 3) if len(label) else 0)
    lines = text.wrap(measure, min(width, _WIDEST) - indent - 1, overflow="fold") or [Text("")]
    named = Text(_MARGIN).append_text(label)
    if len(named) > indent:
        return [named, *(Text(" " * indent).append_text(each) for each in lines)]
    named.pad_right(indent - len(named))
    return [named.append_text(lines[0]), *(Text(" " * indent).append_text(each) for each in lines[1:])]


def closing(task: Task, state: State, scene: Scene) -> Iterator[Text]:
    """What is said below the bytes that would leave, before they are agreed to."""
    assert state.leaving is not None
    names = state.leaving.names
    whom = f"{'go' if scene.sends else 'could go'} to {scene.host or 'a provider'}"
    if not names:
        yield Text("No name is approved: nothing can leave.", style="bold")
    else:
        noun = "This one name" if len(names) == 1 else f"These {len(names):,} names"
        yield Text(f"{noun}, and nothing else of yours, {whom}.", style="bold")
    yield Text(f"{counted(state.decisions)}.")
    stand_for = sum(each.choice is not Choice.WITHHOLD for each in state.decisions)
    if len(names) < stand_for:
        yield Text(f"They stand for {stand_for:,} approved names: of those that differ in numbers only, one is sent.")
    if state.leaving.note:
        yield Text(state.leaving.note, style="magenta")
    flagged = [shown(name, 60) for name in _let_out_flagged(task, state)]
    if flagged:
        yield Text(f"Flagged, and let out all the same: {_some(flagged)}", style="magenta")
    if state.hasty:
        yield Text(
            f"{len(state.hasty):,} flagged names were approved within {READING:g} second of being shown: nobody reads "
            "that fast. Type yes and enter to close all the same, or escape to look again.",
            style="red bold",
        )


def _let_out_flagged(task: Task, state: State) -> Iterator[str]:
    """The public names of headers that were approved though they were flagged, or were renamed to what is."""
    for subject, given in zip(task.subjects, state.decided, strict=True):
        if given is None or given.public_name is None:
            continue
        renamed = given.choice is Choice.RENAME
        if screen([given.public_name], task.own)[0].verdict is not Verdict.CLEAN if renamed else subject.flagged:
            yield given.public_name


def question(state: State, scene: Scene) -> str:
    """What is asked, with what was typed so far."""
    asked = "Send exactly this?" if scene.sends else "Close with exactly this? Nothing is sent now."
    said = f" ({state.said})" if state.said else ""
    return f"{asked} Type yes: {state.typed}{said} " if state.hasty else f"{asked} y/n{said} "
