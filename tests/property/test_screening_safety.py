"""Whatever the headers: screening is total, its spans are spans, and what it proposes screens clean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scale import times

from headgate.screening import Screened, Verdict, screen
from headgate.screening.token import RUN, Kind, cut_run
from headgate.screening.vocabulary import vocabulary

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "headers" / "dev.jsonl"
WORDS = sorted(vocabulary().words | set(vocabulary().companions))
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        ["Wexmoor", "Zuber", "kWh", "AHU13", "B", "7", "2019", "0042", "a@b.org", "μg", "ﬁ", "\u200b", "é"]
    ),
    st.text(max_size=6),
    st.integers(0, 10**6).map(str),
)
SEPARATORS = st.sampled_from(["", " ", "_", "-", ".", "/", " (", "%", ": ", "\n"])
HEADERS = st.one_of(
    st.text(max_size=40),
    st.lists(st.tuples(PIECES, SEPARATORS), max_size=7).map(lambda pairs: "".join(a + b for a, b in pairs)),
)


def assert_safe(row: list[str], screened: tuple[Screened, ...]) -> None:
    assert [s.header for s in screened] == row
    suggested = [s.suggested for s in screened]
    assert len(set(suggested)) == len(row)
    assert [s.suggested for s in screen(suggested) if s.verdict is not Verdict.CLEAN] == []
    for one in screened:
        assert screen([one.suggested])[0].verdict is Verdict.CLEAN
        assert (one.verdict is Verdict.CLEAN) == (one.findings == ())
        assert all(0 <= f.start <= f.end <= len(one.header) and f.reason for f in one.findings)
        if one.suggested != one.header:
            assert all(t.kind is not Kind.UNKNOWN for run in RUN.findall(one.suggested) for t in cut_run(run).tokens)


@settings(max_examples=times(400), deadline=None)
@given(st.lists(HEADERS, max_size=8))
def test_every_alias_is_unique_made_of_known_words_and_screens_clean(row: list[str]) -> None:
    assert_safe(row, screen(row))


@settings(max_examples=times(200), deadline=None)
@given(st.lists(HEADERS, max_size=6))
def test_screening_twice_says_the_same(row: list[str]) -> None:
    assert screen(row) == screen(row)


@given(
    st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=6, max_size=12),
    st.sampled_from(["{}_kWh", "temp{}", "{} 2", "x-{}"]),
)
def test_a_word_nobody_published_never_passes(word: str, shape: str) -> None:
    header = shape.format(word.capitalize())
    (screened,) = screen([header])
    if word not in vocabulary().words:
        assert screened.verdict is not Verdict.CLEAN
        assert word not in screened.suggested.lower()


@pytest.mark.shared
@pytest.mark.skipif(not CORPUS.exists(), reason="the header corpus is not beside the repository")
def test_every_row_of_the_corpus_gets_safe_aliases() -> None:
    rows = {tuple(json.loads(line)["row_headers"]) for line in CORPUS.read_text(encoding="utf-8").splitlines()}
    for row in rows:
        assert_safe(list(row), screen(row))
