"""The rows of one table, loaded into a locked-down DuckDB under the ids of the manifest."""

from __future__ import annotations

import copy
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headgate.catalogue.meaning import Fold, Meaning, Origin, Quantity, Role
from headgate.catalogue.units import UNITS
from headgate.engines import timing as timings
from headgate.engines.columns import Typed, decide
from headgate.engines.computed import summed, value
from headgate.engines.duck import connect, lock, plain_errors
from headgate.engines.engine import Duck, Engine, Remote
from headgate.engines.interface import refuse_too_wide
from headgate.engines.reading import drop_raw, read_rows
from headgate.errors import InputError, IntegrityError, UnavailableError
from headgate.headers.table import Delimited, LocalType, Table
from headgate.manifest.approved import Column
from headgate.plan.language import Derived, Folded
from headgate.plan.titles import phrase

_UNKNOWN = Meaning(Role.UNKNOWN, None, None, None, Fold.NONE, 0.0, Origin.NAME)
_NUMBERS = frozenset({LocalType.INTEGER, LocalType.NUMBER})
_BATCH = 50_000
_TIMES = frozenset({LocalType.DATETIME, LocalType.DATE})
_ROOMY = 36  # letters that a header may have in a sentence
_SAYS_END = re.compile(r"(?<![a-z])(period|hour|interval|time)[ _-]*end", re.IGNORECASE)


class Frame:
    """The rows of one table and what is known of its columns. Made by `open_frame`; close it, or use it in `with`.

    `rows` is the Ibis table: `row` (source order, from 0) and one column a column id: numbers as float64 and stamps as
    naive local timestamps (what cannot be read is null), all else as text. `count` is the number of rows.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        columns: Sequence[Column],
        types: Mapping[str, Typed],
        meanings: Mapping[str, Meaning],
    ) -> None:
        self.name = name
        self.ids: tuple[str, ...] = tuple(column.id for column in columns)
        self._engine = engine
        self._columns = {column.id: column for column in columns}
        self._names = {column.id: column.header for column in columns}
        self._types = types
        self._meanings = meanings
        self._wordy = False
        self._timings: dict[str, timings.Timing] = {}
        self._kept: dict[tuple[str, ...], ir.Table] = {}
        self.rows: ir.Table = engine.table("rows")

    def __enter__(self) -> Frame:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def under(self, meanings: Mapping[str, Meaning], derived: Sequence[Derived] = ()) -> Frame:
        """The same rows, read under these meanings. It shares the connection: close the frame that was opened.

        A computed column stands beside the others where it is a sum or difference of columns of one kind, each folded
        as its meaning says: then it can be worked out row by row. It is none of `ids`.
        """
        other = copy.copy(self)
        other._meanings = dict(meanings)
        other._kept = {}
        for stale in ("_phrases", "_spoken"):
            other.__dict__.pop(stale, None)
        other._types, other._names = dict(self._types), dict(self._names)
        for each in derived:
            terms = summed(each.expr)
            if terms is not None and other._alike(terms):
                other._types[each.id] = Typed(LocalType.NUMBER, "", self.count)
                other._names[each.id] = each.name
                other._meanings[each.id] = other.meaning(terms[0].of)
                other.rows = other.rows.mutate(**{each.id: value(each.expr, self.rows)})
        return other

    def moved(self, engine: Remote) -> Frame:
        """The same rows in another engine, of the types that were decided here; close that frame and not this one.

        Raises as `Engine` does.
        """
        here = self._engine
        if not isinstance(here, Duck):
            raise IntegrityError("rows are given to another engine once, by the one they were read into")
        engine.load("rows", self.rows.schema(), here.batches("rows", _BATCH))
        other = copy.copy(self)
        other._engine, other._kept = engine, {}
        other.rows = engine.table("rows")
        here.close()
        return other

    def _alike(self, terms: Sequence[Folded]) -> bool:
        kinds = {(found.role, found.quantity, found.unit, found.fold) for found in (self.meaning(t.of) for t in terms)}
        return len(kinds) == 1 and all(
            t.of in self._columns and self.is_number(t.of) and t.fold is self.meaning(t.of).fold for t in terms
        )

    def close(self) -> None:
        """Nothing of the rows is left where the engine ran."""
        self._engine.close()

    @cached_property
    def count(self) -> int:
        """The number of rows."""
        return int(self.number(self.rows.count()) or 0)

    def type(self, column: str) -> LocalType:
        """The column's type as decided over all rows."""
        return self._types[column].type

    def is_number(self, column: str) -> bool:
        """Whether the column holds numbers."""
        return self.type(column) in _NUMBERS

    def is_time(self, column: str) -> bool:
        """Whether the column holds dates or time stamps."""
        return self.type(column) in _TIMES

    def unparsed(self, column: str) -> int:
        """Cells that hold something, but nothing of the column's type nor a mark for a missing value."""
        return self._types[column].unparsed

    def sentinels(self, column: str) -> int:
        """Cells that hold a mark for a missing value (`ND`, `N/A`, `-`)."""
        return self._types[column].sentinels

    def header(self, column: str) -> str:
        """The header as it stands in the table, or the name of a computed column; for local display only."""
        return self._names[column]

    def label(self, column: str) -> str:
        """The header as a sentence or a chart has room for it: in words where it or another of the analysis is long.

        As it stands where another column of the analysis reads the same in words.
        """
        header = self.header(column)
        if column not in self._columns or not (self._wordy or _is_long(header)):
            return header
        return self._phrases[column] if self._spoken[self._phrases[column]] <= 1 else header

    @cached_property
    def _phrases(self) -> Mapping[str, str]:
        return {each: phrase(self.header(each), self.meaning(each)) for each in self._columns}

    @cached_property
    def _spoken(self) -> Counter[str]:
        return Counter(self._phrases.values())

    def about(self, columns: Collection[str]) -> Frame:
        """The same rows for an analysis of these columns, of all where there are none.

        Names need to be told apart from one another alone.
        """
        if not columns:
            return self
        other = copy.copy(self)
        own = [each for each in columns if each in self._columns]
        other.__dict__["_spoken"] = Counter(self._phrases[each] for each in own)
        other._wordy = any(_is_long(self.header(each)) for each in own)
        return other

    def phrase(self, column: str) -> str:
        """The column in words for a title inside a sentence: `electricity use`; the name of a computed column."""
        if column not in self._columns:
            return self.header(column)[:1].lower() + self.header(column)[1:]
        return self._phrases[column]

    def holds(self, column: str) -> bool:
        """Whether there is such a column, computed ones included."""
        return column in self._names

    def meaning(self, column: str) -> Meaning:
        """What the column means, as the frame was opened with."""
        return self._meanings.get(column, _UNKNOWN)

    def unit(self, column: str) -> str:
        """The column's unit, "" where none is known."""
        return self.meaning(column).unit or ""

    def text(self, column: str) -> ir.Value:
        """The column's values as text; whole numbers without a point."""
        cell = self.rows[column]
        return (cell.cast("int64") if self.type(column) is LocalType.INTEGER else cell).cast("string")

    def is_power(self, column: str) -> bool:
        """Whether the column is a power (kW, kvar) rather than the energy of each interval."""
        unit, meaning = UNITS.get(self.unit(column)), self.meaning(column)
        return meaning.role is Role.POWER or (unit.quantity if unit else meaning.quantity) is Quantity.POWER

    def interval_energy(self, column: str, step: int | None) -> float | None:
        """What a value of one is in kWh (or kVArh) an interval of `step` seconds; None for a power without an interval.

        A column without a unit is taken to be in kW, kWh or kVArh, as its role says.
        """
        unit = UNITS.get(self.unit(column))
        scale = unit.scale if unit is not None and unit.scale is not None else 1.0
        if not self.is_power(column):
            return scale
        return None if step is None else scale * step / 3600

    def execute(self, expression: ir.Table) -> pa.Table:
        """The Arrow table of a small expression over `rows`."""
        return self._engine.execute(expression)

    def number(self, expression: ir.Scalar) -> float | None:
        """The single number of an expression, None where there is none."""
        value = self.execute(expression.as_table()).column(0)[0].as_py()
        return None if value is None else float(value)

    def timing(self, column: str) -> timings.Timing:
        """How the stamps of a time column are meant; computed once."""
        if column not in self._timings:
            self._timings[column] = self._find_timing(column)
        return self._timings[column]

    def interval(self, column: str) -> int | None:
        """The most frequent step between the distinct sorted stamps of a time column, in seconds."""
        return self.timing(column).step if self.is_time(column) else None

    def start(self, column: str) -> ir.Value:
        """The stamp at which a row's interval begins: as written, or corrected by what `timing` found."""
        found, stamp = self.timing(column), self.rows[column]
        if found.late_midnight:
            stamp = _midnights_later(stamp)
        if found.ending and found.step is not None:
            stamp = stamp - ibis.interval(seconds=found.step)
        return stamp

    def load(self, column: str, time: str) -> ir.Table:
        """One row an interval: `t` (its start), `kw` (mean power), `kwh` (energy); without value or stamp no row.

        Units are converted (W, MW, Wh, MWh, GJ, kVArh …). A stamp that occurs twice counts once, with the mean of its
        values; where an entity column tells the rows apart, their values are added up. Raises InputError where the
        stamps have no step or the column holds no numbers.
        """
        return self.shared(("load", column, time), lambda: self._find_load(column, time))

    def values(self, column: str) -> ir.Table:
        """One row a distinct value of a column of numbers: `value`, and `n`, the rows that have it; no null.

        What only asks how values are spread (extremes, quantiles, bins) is worked out of it, so the rows are read once.
        """
        rows = self.rows.select(value=self.rows[column])
        rows = rows.filter(rows["value"].notnull())
        return self.shared(("values", column), lambda: rows.group_by("value").aggregate(n=rows.count()))

    def stamps(self, time: str) -> ir.Table:
        """One row a distinct stamp as written: `t`, and `n`, the rows that have it; rows without one are left out."""
        return self.shared(("stamps", time), lambda: self.counted_stamps(time, None).select("t", "n"))

    def counted_stamps(self, time: str, entity: str | None) -> ir.Table:
        """The same of each `entity` ("" where none is given), as an expression: it can have as many rows as `rows`."""
        name = ibis.literal("") if entity is None else self.text(entity).fill_null("")
        rows = self.rows.select(t=self.rows[time], entity=name)
        rows = rows.filter(rows["t"].notnull())
        return rows.group_by(["t", "entity"]).aggregate(n=rows.count())

    def shared(self, name: tuple[str, ...], find: Callable[[], ir.Table]) -> ir.Table:
        """What `find` says, worked out once for whoever asks under this name: a table of the engine's own."""
        if name not in self._kept:
            self._kept[name] = self._engine.keep(find())
        return self._kept[name]

    def _find_load(self, column: str, time: str) -> ir.Table:
        step = self.interval(time)
        if not self.is_number(column):
            raise InputError(f"“{self.label(column)}” of {self.name} does not hold numbers; choose another column")
        if step is None:
            raise InputError(f"“{self.label(time)}” of {self.name} has no regular step; choose another time column")
        entities = [each for each in self.ids if self.meaning(each).role is Role.ENTITY]
        keys = {f"e{n}": self.rows[each] for n, each in enumerate(entities)}
        rows = self.rows.select(t=self.start(time), value=self.rows[column], **keys)
        rows = rows.filter(rows.t.notnull() & rows.value.notnull())
        single = rows.group_by(["t", *keys]).aggregate(value=rows.value.mean())
        total = single.group_by("t").aggregate(value=single.value.sum()) if keys else single
        energy = self.interval_energy(column, step) or 1.0
        return total.select("t", kw=total.value * (energy * 3600 / step), kwh=total.value * energy)

    def _find_timing(self, column: str) -> timings.Timing:
        times = self.rows.select("row", t=self.rows[column])
        gaps = self.execute(timings.step_counts(self.stamps(column)).limit(1)).to_pylist()
        if not gaps:
            return timings.Timing(None, False, False)
        step = int(gaps[0]["gap"])
        late = False
        if step < timings.DAY:
            found = self.execute(timings.midnights(times, step)).to_pylist()[0]
            late = found["all"] >= 2 and found["late"] >= 0.9 * found["all"]
        stamp = _midnights_later(times.t) if late else times.t
        ends = self.execute(times.aggregate(first=stamp.min(), last=stamp.max())).to_pylist()[0]
        says_end = step < timings.DAY and _SAYS_END.search(self.header(column)) is not None
        return timings.Timing(step, says_end or timings.is_ending(ends["first"], ends["last"], step), late)


def open_frame(
    table: Table,
    columns: Sequence[Column],
    meanings: Mapping[str, Meaning],
    *,
    work: Path,
    memory: int | None = None,
) -> Frame:
    """The rows of a table in a DuckDB that can read nothing else any more.

    (1) A private folder is made in `work`; (2) the rows are read by position; (3) types are decided over all rows;
    (4) the typed table is kept and the raw one dropped; (5) the connection is locked. It takes at most `memory` bytes
    and puts the rest on disk. Raises InputError where the file
    is not what its layout says or too wide, UnavailableError where this machine has no room.
    """
    refuse_too_wide(table)
    try:
        work.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="rows-", dir=work))
    except OSError as error:
        raise UnavailableError(f"no private folder can be made in {work.name} ({error.strerror})") from None
    try:
        return _load(table, columns, meanings, folder, memory)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _load(
    table: Table, columns: Sequence[Column], meanings: Mapping[str, Meaning], folder: Path, memory: int | None
) -> Frame:
    with plain_errors(table.path.name):
        connection = connect(folder, memory)
        read_rows(connection, table, folder)
        types = decide(connection, columns, meanings, _decimal(table))
        _keep(connection, columns, types)
        backend = ibis.duckdb.from_connection(connection)
        lock(connection)
    return Frame(table.path.name, Duck(table.path.name, backend, folder), columns, types, meanings)


def _keep(connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], types: Mapping[str, Typed]) -> None:
    cells = ", ".join(["row", *(f"{types[column.id].sql} AS {column.id}" for column in columns)])
    connection.execute(f"CREATE TABLE rows AS SELECT {cells} FROM raw")  # noqa: S608
    drop_raw(connection)


def _decimal(table: Table) -> str:
    return table.layout.decimal if isinstance(table.layout, Delimited) else "."


def _midnights_later(stamp: ir.Value) -> ir.Value:
    midnight = timings.seconds(stamp) % timings.DAY == 0
    return ibis.cases((midnight, stamp + ibis.interval(days=1)), else_=stamp)


def _is_long(header: str) -> bool:
    """Whether a sentence has no room for a header: it has too many letters, or more than one line."""
    return len(header) > _ROOMY or not header.isprintable()
