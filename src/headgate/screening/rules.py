"""Which words and numbers of one header pass, and what the others may be. Everything here is linear in the header."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from headgate.screening.finding import Category
from headgate.screening.mark import Mark
from headgate.screening.token import Kind, Token, is_counter
from headgate.screening.vocabulary import Vocabulary

_ORDINALS = frozenset({"st", "nd", "rd", "th"})
_ATTACHED_UNITS = frozenset("mshdwykgltxnpVAWCHMKD")
_SPELT_OUT = 4
_INITIALS = frozenset({" ", ".", ". "})
# What has a number of its own: after one of them four digits are that number and no year.
_NUMBERED_THINGS = frozenset(
    {
        "room", "meter", "user", "employee", "emp", "patient", "account", "acct", "invoice", "inv", "asset",
        "customer", "client", "order", "case", "ref", "reference", "serial", "code", "lot", "tenant", "apartment",
        "flat", "unit", "member", "student", "driver", "vehicle", "machine", "device", "badge", "ticket", "contract",
        "policy", "site",
    }
)  # fmt: skip
_RENAME = "Rename it or withhold the column."
_JOINS = frozenset(" &'’-_.,/!")


class State(Enum):
    """What the rules make of a token."""

    PASSES = auto()
    UNKNOWN = auto()
    CODE = auto()


def word_marks(header: str, tokens: Sequence[Token], words: Vocabulary) -> list[Mark]:
    """The unknown words and codes of a header, left to right; neighbours that make one name are one mark."""
    states = [_state(header, tokens, at, words) for at in range(len(tokens))]
    if _is_spelt_out(tokens):
        states = [
            State.UNKNOWN if token.kind is Kind.LETTER else state for token, state in zip(tokens, states, strict=True)
        ]
    for at in range(len(tokens) - 1):
        if _are_initials(header, tokens[at], tokens[at + 1]):
            states[at] = states[at + 1] = State.UNKNOWN
    if _is_tag_chain(tokens, words):
        states = [State.CODE if _is_numbered(tokens, at, words) else state for at, state in enumerate(states)]
    if all(state is State.PASSES for state in states):
        return []
    for order in (range(1, len(tokens)), range(len(tokens) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for at in order:
            states[at] = _beside(header, tokens, states, at, at + step, words)
    return _merge(header, tokens, states)


def _state(header: str, tokens: Sequence[Token], at: int, words: Vocabulary) -> State:
    token = tokens[at]
    match token.kind:
        case Kind.UNKNOWN:
            return State.PASSES if token.key in _ORDINALS and _follows_number(tokens, at) else State.UNKNOWN
        case Kind.NUMBER:
            return State.PASSES if _number_passes(header, tokens, at, words) else State.CODE
        case Kind.CONDITIONAL:
            company = words.companions[token.key]
            return State.PASSES if any(t.key in company for t in _neighbours(tokens, at)) else State.UNKNOWN
        case Kind.WORD | Kind.LETTER:
            return State.UNKNOWN if _names_something(tokens, at, words) else State.PASSES


def _follows_number(tokens: Sequence[Token], at: int) -> bool:
    return at > 0 and tokens[at - 1].kind is Kind.NUMBER and tokens[at - 1].end == tokens[at].start


def _neighbours(tokens: Sequence[Token], at: int) -> list[Token]:
    return [tokens[i] for i in (at - 1, at + 1) if 0 <= i < len(tokens)]


def _names_something(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether the word is part of a phrase that is a well-known name though its words are generic."""
    after = tokens[at + 1].key if at + 1 < len(tokens) else ""
    before = tokens[at - 1].key if at > 0 else ""
    key = tokens[at].key
    return after in words.known_names.get(key, ()) or key in words.known_names.get(before, ())


def _number_passes(header: str, tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Small counters, years and amounts of a unit pass beside a word of the vocabulary."""
    token, length = tokens[at], len(tokens[at].text)
    before = tokens[at - 1] if at > 0 else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    counts = _counts(token, before, words)
    if not _may_follow(token, after, words, counts=counts):
        return False
    if counts or _follows_per(tokens, at):
        return True
    if before is not None and _is_tag(before, words):
        alone = len(tokens) == 2 and before.kind is Kind.LETTER and token.text[0] != "0"
        return length == 1 or (length == 2 and alone)
    kinds = [t.kind for t in (before, after) if t is not None and t.kind is not Kind.NUMBER]
    match length:
        case 1 | 2:
            second = before is not None and before.kind is Kind.NUMBER and len(before.text) == 1
            return bool(kinds) or (second and not _is_numbered(tokens, at - 1, words))
        case 3:
            amount = after is not None and after.key in words.units
            return amount and after is not None and header[token.end : after.start] in {"", " ", "_"}
        case _:
            year = length == 4 and 1900 <= int(token.text) < 2100 and (Kind.WORD in kinds or _is_apart(tokens, at))
            return year and (before is None or before.key not in _NUMBERED_THINGS)


def _are_initials(header: str, one: Token, other: Token) -> bool:
    """Whether two capitals stand side by side as initials do: `J. M.`, `B M`; with a stroke they are unit or phase."""
    letters = one.kind is other.kind is Kind.LETTER and one.text.isupper() and other.text.isupper()
    return letters and header[one.end : other.start] in _INITIALS


def _follows_per(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number, in groups or not, says per how many: `per 100,000`."""
    first = at
    while first > 0 and tokens[first - 1].kind is Kind.NUMBER and len(tokens[first].text) == len("000"):
        first -= 1
    return first > 0 and tokens[first - 1].key == "per" and set(tokens[at].text) <= set("10")


def _is_apart(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is attached to nothing and a word of the vocabulary stands somewhere beside it."""
    attached = at > 0 and tokens[at - 1].end == tokens[at].start
    return not attached and any(token.kind is Kind.WORD for token in tokens)


def _counts(token: Token, before: Token | None, words: Vocabulary) -> bool:
    """Whether a number is attached to a word that is no equipment tag and only counts it."""
    attached = before is not None and before.kind is Kind.WORD and before.end == token.start
    return attached and before is not None and not _is_tag(before, words) and is_counter(before.key, token.text, words)


def _may_follow(token: Token, after: Token | None, words: Vocabulary, *, counts: bool) -> bool:
    """Whether what comes after a number leaves it one: `3rd` and `24h` do, `42G` and `68-AHU` read as codes."""
    if after is None:
        return True
    attached = after.start == token.end
    if attached and after.key in _ORDINALS:
        return len(token.text) <= 2
    if attached and after.kind is Kind.LETTER:
        return after.text in _ATTACHED_UNITS
    return counts or len(token.text) == 1 or after.key not in words.tags or after.key in words.units


def _is_tag(token: Token, words: Vocabulary) -> bool:
    return token.kind is Kind.LETTER or token.key in words.tags


def _is_numbered(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a number follows a tag or a letter, or a number that does: AHU1, L5, EM 2735, B8_12."""
    if tokens[at].kind is not Kind.NUMBER or at == 0:
        return False
    if tokens[at - 1].kind is Kind.NUMBER and at > 1:
        return _is_tag(tokens[at - 2], words)
    return _is_tag(tokens[at - 1], words)


def _is_tag_chain(tokens: Sequence[Token], words: Vocabulary) -> bool:
    """Whether two or more numbered tags or letters stand in one header, as in `L5.WM.4`: then it names one asset."""
    return sum(_is_numbered(tokens, at, words) for at in range(len(tokens))) > 1


def _is_spelt_out(tokens: Sequence[Token]) -> bool:
    """Whether single letters stand in a row long enough to spell a name."""
    length = 0
    for token in tokens:
        length = length + 1 if token.kind is Kind.LETTER else 0
        if length >= _SPELT_OUT:
            return True
    return False


def _beside(header: str, tokens: Sequence[Token], states: list[State], at: int, other: int, words: Vocabulary) -> State:
    """The state of a token once its neighbour is known: parts of a code or a name go with it."""
    token, near, state = tokens[at], tokens[other], states[at]
    first, second = (near, token) if near.start < token.start else (token, near)
    attached = first.end == second.start
    match states[other]:
        case State.CODE:
            numbered = at + 1 < len(tokens) and tokens[at + 1].kind is Kind.NUMBER
            joins = token.kind is Kind.NUMBER or (_is_tag(token, words) and (attached or other > at or numbered))
            return State.CODE if joins or (attached and state is State.UNKNOWN) else state
        case State.UNKNOWN if state is State.PASSES:
            gap = header[first.end : second.start]
            initial = (
                token.kind is Kind.LETTER
                and token.text.isupper()
                and near.start > token.start
                and near.text[0].isupper()
                and gap in {"", " ", ". ", "_", "."}
            )
            part = (token.key in words.name_parts or token.key in words.general) and len(gap) <= 1
            number = attached and token.kind is Kind.NUMBER
            return State.UNKNOWN if initial or part or number else state
        case _:
            return state


def _merge(header: str, tokens: Sequence[Token], states: Sequence[State]) -> list[Mark]:
    marks: list[Mark] = []
    at = 0
    while at < len(tokens):
        state, first = states[at], at
        at += 1
        if state is State.PASSES:
            continue
        while (
            at < len(tokens)
            and states[at] is state
            and _JOINS.issuperset(header[tokens[at - 1].end : tokens[at].start])
        ):
            at += 1
        marks.append(_mark(header, tokens[first:at], state))
    return marks


def _mark(header: str, tokens: Sequence[Token], state: State) -> Mark:
    start, end = tokens[0].start, tokens[-1].end
    text = header[start:end]
    if state is State.CODE:
        reason = f"“{text}” looks like the code of one asset or record. {_RENAME}"
        return Mark(start, end, Category.ASSET_CODE, reason, "code")
    if (
        len(tokens) > 1
        and tokens[0].kind is Kind.LETTER
        and tokens[1].kind is Kind.UNKNOWN
        and tokens[0].text.isupper()
    ):
        reason = f"“{text}” may name a person: an initial before a word not in the vocabulary. {_RENAME}"
        return Mark(start, end, Category.PERSON, reason, "name")
    if all(token.kind is Kind.WORD for token in tokens):
        reason = f"“{text}” reads as a name, though its words are general. {_RENAME}"
        return Mark(start, end, Category.UNKNOWN_WORD, reason, "")
    reason = f"“{text}” is not in the vocabulary; it may name a site, a client or a person. {_RENAME}"
    return Mark(start, end, Category.UNKNOWN_WORD, reason, "")
