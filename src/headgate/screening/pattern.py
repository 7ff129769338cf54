"""Spans known by their shape: contacts, identifiers, dates, instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headgate.screening.finding import Category
from headgate.screening.mark import Mark

LONGEST = 200
_MOST_WORDS = 16
_RENAME = "Rename it or withhold the column."
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_YEAR = "(?:19|20)[0-9]{2}"
_CLOCK = "[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]{1,9})?)?"
_START = "(?<![0-9])(?<![0-9][.:])"
_END = "(?![0-9])"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shape, and what a span of this shape may be. No pattern repeats within a repetition."""

    shape: re.Pattern[str]
    category: Category
    reason: str
    placeholder: str
    blocks: bool


def _pattern(category: Category, reason: str, placeholder: str, *shapes: str, blocks: bool = True) -> Pattern:
    return Pattern(re.compile("|".join(shapes), re.IGNORECASE), category, reason, placeholder, blocks)


_INSTRUCTION = _pattern(
    Category.INSTRUCTION,
    f"This reads as an instruction to a program or a model, not as a name. {_RENAME}",
    "",
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|above|prior|earlier|all|instruction|rules?|prompt)",
    r"\b(?:ignoriere|vergiss|ignorez|ignora|ignorem|negeer)\b.{0,40}\b(?:anweisung|instruc|istruzion|instruç|instrucc)",
    r"\b(?:system|developer) ?prompt|\bprompt injection|\bjailbreak|\bact as\b|\bdo not (?:tell|say)\b",
    r"\byou (?:are|must|will|should) ",
    r"\b(?:assistant|system|user) ?: ",
    r"\b(?:respond|reply|answer) (?:only )?with\b",
    r"\{\{|\$\{|<\||\|>|```|</?[a-z][^>]{0,60}>|\]\(|\bfunction ?\(",
    r"\bselect .{1,60} from\b|\bdrop table\b",
)
# What is asked of a reader: a header that begins so and goes on about "the", "all" or "you" is no name.
_REQUEST = _pattern(
    Category.INSTRUCTION,
    f"This reads as a request and not as a name. {_RENAME}",
    "",
    r"^(?:please )?(?:send|return|include|print|show|reveal|treat|approve|delete|insert|update|e ?mail|output|repeat"
    r"|ignore|skip|mail|forward|write|copy|give|tell|remove|reply|answer|summari[sz]e|translate)\b(?: \w+){0,12}? "
    r"(?:the|all|this|these|those|your|my|me|every|everything|anything)\b",
)
_EMAIL = _pattern(
    Category.CONTACT, f"“{{}}” looks like an email address. {_RENAME}", "contact", r"[^\s@]{1,64}@[^\s@]+"
)
_WEB = _pattern(
    Category.CONTACT,
    f"“{{}}” looks like the address of a web site or a computer. {_RENAME}",
    "contact",
    r"\b[a-z][a-z0-9+]{1,15}://\S+",
    r"\bwww\.\S+",
    r"\b[a-z0-9-]{1,63}\.(?:com|org|edu|gov|local|lan|intern|corp|internal)\b",
    r"\b[a-z0-9-]{3,63}\.(?:ie|co\.uk|uk|de|fr|nl|be|ch|es|it|pl|dk|fi|eu|io|app|net|info)(?=$|/)",
    r"\\\\\w+|\b[a-z]:\\\w*|^/[\w.-]+/\S*|\b[\w.-]+ ?(?:\[at\]|\(at\)) ?[\w.-]+",
)
# Earlier shapes win where two overlap. Each needs three digits or more.
_WITH_DIGITS = (
    _pattern(
        Category.ID_VALUE,
        f"“{{}}” is a globally unique identifier. {_RENAME}",
        "code",
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    ),
    _pattern(
        Category.CONTACT,
        f"“{{}}” looks like a network address. {_RENAME}",
        "contact",
        r"\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b",
        rf"{_START}[0-9]{{1,3}}\.[0-9]{{1,3}}\.[0-9]{{1,3}}\.[0-9]{{1,3}}{_END}",
        r"(?<![0-9a-f:])(?:[0-9a-f]{1,4}:){4,7}:?[0-9a-f]{1,4}(?![0-9a-f:])",
    ),
    _pattern(
        Category.ID_VALUE,
        f"“{{}}” looks like an account number. {_RENAME}",
        "code",
        r"\b[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?\b(?<=[0-9 ]{4})",
    ),
    _pattern(
        Category.DATE_VALUE,
        "“{}” looks like a date or a time: a value, not a name. Name the column for what it holds.",
        "date",
        rf"{_START}{_YEAR}[-/._](?:1[0-2]|0?[1-9])[-/._](?:3[01]|[12][0-9]|0?[1-9]){_END}(?:[T ]?{_CLOCK})?",
        rf"{_START}[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:{_YEAR}|[0-9]{{2}}){_END}(?: {_CLOCK})?",
        rf"(?<![0-9]){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]){_END}",
        rf"(?<![a-z]){_MONTH}[- _.'/]{{0,2}}{_YEAR}{_END}|{_YEAR}[-_/ ]{_MONTH}(?![a-z])",
        rf"{_START}{_YEAR}-(?:0[1-9]|1[0-2]){_END}",
        rf"{_START}{_CLOCK}{_END}",
        blocks=False,
    ),
    _pattern(
        Category.CONTACT,
        f"“{{}}” looks like a telephone number. {_RENAME}",
        "contact",
        r"\+[0-9][0-9 ().-]{6,24}[0-9]",
        r"(?<![\w.])\(?0[0-9]{1,4}\)?[ /-][0-9]{3,4}[ -]?[0-9]{3,6}(?![\w.])",
        r"(?<![\w.])0[0-9]{8,11}(?![\w.])",
    ),
    _pattern(
        Category.ID_VALUE,
        f"“{{}}” is a long number, such as a meter or account has. {_RENAME}",
        "code",
        rf"(?<![0-9])[0-9]{{8,}}{_END}",
    ),
)
_POSTCODE = _pattern(
    Category.CONTACT,
    f"“{{}}” looks like a postcode. {_RENAME}",
    "contact",
    r"(?-i:\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}\b)",
    blocks=False,
)
PATTERNS = (_INSTRUCTION, _REQUEST, _EMAIL, _WEB, *_WITH_DIGITS, _POSTCODE)

_SPACED = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
BARE_NUMBER = re.compile(
    r"\s*[<>=~±+-]*\s*(?:[0-9]+[.,]?|[.,])[0-9.,' ]*(?:e[+-]?[0-9]{1,3})?\s*[%k.]{0,2}\s*", re.IGNORECASE
)
_BARE_YEAR = re.compile(rf"\s*{_YEAR}\s*")
_DIGIT = re.compile("[0-9]")
# Without one of these no instruction can match.
_VERB = re.compile(
    r"[{`<|\]]|ignor|disreg|forget|overrid|bypass|prompt|you|act.?as|do.?not|verg|negeer|respond|reply|answer|func"
    r"|select|drop|jailb|system|assist|user|send|return|includ|print|show|reveal|treat|approv|delet|insert|updat|mail"
    r"|output|repeat|skip|forward|write|copy|give|tell|remove|summar|translat",
    re.IGNORECASE,
)


def may_have_shape(header: str) -> bool:
    """Whether a header without a digit can match a pattern at all: a cheap look that never misses one."""
    return (
        "." in header
        or "\\" in header
        or header[:1] == "/"
        or ":" in header
        or "@" in header
        or _VERB.search(header) is not None
    )


def shaped_marks(header: str) -> list[Mark]:
    """The spans of a header known by their shape, left to right, none overlapping."""
    digits = len(_DIGIT.findall(header))
    if digits and BARE_NUMBER.fullmatch(header) and digits < 8:
        return [_bare(header)]
    marks: list[Mark] = []
    if header.count(" ") >= _MOST_WORDS:
        reason = f"This is a sentence of more than {_MOST_WORDS} words, not a name. Shorten it or withhold the column."
        marks.append(Mark(0, len(header), Category.INSTRUCTION, reason, "", blocks=True))
    if _VERB.search(header):
        marks += _said_apart(header)
    for pattern in _possible(header, digits):
        for match in pattern.shape.finditer(header):
            if all(match.end() <= mark.start or mark.end <= match.start() for mark in marks):
                reason = pattern.reason.replace("{}", match[0])
                marks.append(Mark(*match.span(), pattern.category, reason, pattern.placeholder, pattern.blocks))
    return sorted(marks, key=lambda mark: mark.start) if marks else marks


def _said_apart(header: str) -> list[Mark]:
    """A mark over the whole header where it instructs or requests once its words are parted by single spaces."""
    said = _SPACED.sub(" ", header).strip()
    for pattern in (_INSTRUCTION, _REQUEST):
        if pattern.shape.search(said):
            return [Mark(0, len(header), pattern.category, pattern.reason, pattern.placeholder, pattern.blocks)]
    return []


def _possible(header: str, digits: int) -> list[Pattern]:
    """The patterns that can match at all, told by a cheap look; in their order."""
    possible: list[Pattern] = []
    if _VERB.search(header):
        possible.append(_INSTRUCTION)
    if "@" in header:
        possible.append(_EMAIL)
    if "." in header or "\\" in header or "/" in header or "at" in header:
        possible.append(_WEB)
    if digits >= 3:
        possible += _WITH_DIGITS
    if digits >= 2 and " " in header:
        possible.append(_POSTCODE)
    return possible


def _bare(header: str) -> Mark:
    text = header.strip()
    if _BARE_YEAR.fullmatch(header):
        reason = f"“{text}” looks like a year: a value, not a name. Name the column for what it holds."
        return Mark(0, len(header), Category.DATE_VALUE, reason, "date")
    reason = f"“{text}” is a number: a value, not a name. Name the column for what it holds."
    return Mark(0, len(header), Category.ID_VALUE, reason, "number")
