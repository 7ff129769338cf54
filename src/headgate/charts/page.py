"""The report: one HTML page that loads nothing, runs nothing, and reads well on paper, phones and dark screens."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

import jinja2
import pyarrow as pa
from markupsafe import Markup, escape

from headgate.charts import palette
from headgate.charts.drawing import svg
from headgate.charts.export import file_name
from headgate.charts.parts import Width
from headgate.charts.spec import vega_lite
from headgate.charts.text import aligned, decimals, shown, visible
from headgate.charts.values import Scale, labels, numbers, scale_of, wall_clock
from headgate.charts.view import ReportView
from headgate.engines.interface import Figure, Headline, Result, Skipped
from headgate.engines.wording import compact, day, moment, number
from headgate.plan.language import Analysis
from headgate.plan.wording import QUESTIONS, TITLES, has_digits, quoted

PREVIEW_ROWS = 12
_MOST_CARDS = 12
_MOST_COLUMNS = 60  # the rest is behind a click
_JOINTS = re.compile(r"([_./:])")


@dataclass(frozen=True, slots=True)
class _Picture:
    title: str
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class _Heading:
    name: str
    numeric: bool


@dataclass(frozen=True, slots=True)
class _Preview:
    name: str
    of: str
    file: str
    headings: tuple[_Heading, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


@dataclass(frozen=True, slots=True)
class _Section:
    id: str
    title: str
    words: str
    why: str
    result: Result
    pictures: tuple[_Picture, ...]
    previews: tuple[_Preview, ...]


def page(report: ReportView) -> str:
    """The whole report as one HTML document, the same for the same view.

    Every text of the view is escaped by the template, invisible characters are spelled out and long headers cut. The
    content security policy allows one style sheet, by its hash, images from data URLs, and nothing else: no script.
    """
    results = [outcome for outcome in report.outcomes if isinstance(outcome, Result)]
    style = _style()
    return _template().render(
        report=report,
        made=moment(datetime.fromisoformat(report.made_at).astimezone(UTC)) + " UTC",
        policy=_policy(style),
        style=Markup(style),  # noqa: S704  the package's own sheet; no text of the view is in it
        most_columns=_MOST_COLUMNS,
        cards=tuple(_cards(results)),
        sections=[_section(i, result) for i, result in enumerate(results, start=1)],
        skipped=_together((one.reason, title_of(one.analysis)) for one in report.outcomes if isinstance(one, Skipped)),
        questions=_together((_asked(question.ask), question.about) for question in report.questions),
    )


def _together(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """What is said of each, once, with everything that it is said of."""
    found: dict[str, list[str]] = {}
    for said, of in pairs:
        found.setdefault(said, []).append(of)
    return found


def _asked(ask: str) -> str:
    """The question in words."""
    return QUESTIONS.get(ask, ask.replace("_", " "))


def _policy(style: str) -> str:
    """The content security policy (CSP level 3): the style sheet is allowed by hash, so no other style can be added."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def _style() -> str:
    sheet = files("headgate.charts").joinpath("report.css").read_text("utf-8")
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{palette.dark_rules()}\n}}\n"
    return f"\n{sheet}\n{dark}"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(compact=compact, title=title_of)
    environment.filters.update(shown=shown, breakable=_breakable, visible=visible, number=number, spelled=_spelled_fact)
    return environment.from_string(files("headgate.charts").joinpath("report.html.jinja").read_text("utf-8"))


def _cards(results: list[Result]) -> Iterator[Headline]:
    """The headline figures of all results, each value once, in the order of the report; the first dozen."""
    every: dict[tuple[float, str], Headline] = {}
    for result in results:
        for one in result.headlines:
            every.setdefault((one.value, one.unit), one)
    yield from list(every.values())[:_MOST_CARDS]


def _section(place: int, result: Result) -> _Section:
    return _Section(
        id=f"a{place}",
        title=title_of(result.analysis),
        words=_words(result.analysis),
        why=result.analysis.why,
        result=result,
        pictures=tuple(_picture(f"a{place}-{i}", figure, result) for i, figure in enumerate(result.figures, start=1)),
        previews=tuple(
            _preview(name, table, _drawn(result, name), file_name(result, place, name))
            for name, table in result.tables.items()
            if table.num_rows
        ),
    )


def title_of(analysis: Analysis) -> str:
    """The title, in quotation marks where it is a provider's."""
    title = analysis.title or analysis.kind.replace("_", " ")
    return quoted(title) if _is_theirs(analysis) else title


def _is_theirs(analysis: Analysis) -> bool:
    """Whether the title is a provider's words and not the kind's own."""
    return analysis.from_provider and analysis.title != TITLES.get(analysis.kind)


def _words(analysis: Analysis) -> str:
    """Which words of the analysis are the provider's, and what is not to be believed of them; "" for none."""
    theirs = {"title": analysis.title if _is_theirs(analysis) else "", "reason": analysis.why}
    said = [name for name, text in theirs.items() if text and analysis.from_provider]
    if not said:
        return ""
    digits = " The digits in them are not from your data." if any(has_digits(theirs[name]) for name in said) else ""
    return f"The {' and the '.join(said)} {'is' if len(said) == 1 else 'are'} in the provider’s words.{digits}"


def _picture(ident: str, figure: Figure, result: Result) -> _Picture:
    """The figure drawn twice, since type that is scaled down to a telephone cannot be read."""
    table = result.tables[figure.table]
    fit = None if figure.fit is None else result.tables[figure.fit]
    wide, narrow = (svg(vega_lite(figure, table, width, fit=fit), f"{ident}-{width.name.lower()}") for width in Width)
    return _Picture(figure.title, Markup(wide), Markup(narrow))  # noqa: S704  checked by svg, text in it escaped


def _drawn(result: Result, table: str) -> str:
    """What a table is of: the titles of the charts that draw it, or its own name under the analysis's title."""
    titles = [figure.title for figure in result.figures if figure.table == table]
    return "; ".join(titles) or f"{title_of(result.analysis)}: {table.replace('_', ' ')}"


def _preview(name: str, table: pa.Table, of: str, file: str) -> _Preview:
    """The first rows of a table as text, numbers of one column with the same decimals."""
    head = table.slice(0, PREVIEW_ROWS)
    columns = [_column(head, column) for column in head.column_names]
    headings = tuple(_Heading(column, scale_of(head, column) is Scale.QUANTITATIVE) for column in head.column_names)
    return _Preview(name.replace("_", " "), of, file, headings, tuple(zip(*columns, strict=True)), table.num_rows)


def _column(table: pa.Table, name: str) -> list[str]:
    match scale_of(table, name):
        case Scale.QUANTITATIVE if not pa.types.is_time(table.schema.field(name).type):
            values = numbers(table, name)
            places = decimals(values)
            return [aligned(value, places) for value in values]
        case Scale.TEMPORAL:
            return [_moment(value) for value in wall_clock(table, name)]
        case _:
            empty = [value is None or value == "" for value in table.column(name).to_pylist()]
            return ["–" if none else label for none, label in zip(empty, labels(table, name), strict=True)]


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value) if value.hour or value.minute or value.second else day(value)
    return "–" if not isinstance(value, date) else day(value)


def _breakable(text: str) -> Markup:
    """The text as `shown`, with a place to break a line after each mark that joins words in a header."""
    return Markup(_JOINTS.sub(r"\1<wbr>", str(escape(shown(text)))))  # noqa: S704  escaped before


def _spelled_fact(value: float | str | None) -> str:
    match value:
        case None:
            return "–"
        case str():
            return shown(value)
        case _:
            return number(value)
