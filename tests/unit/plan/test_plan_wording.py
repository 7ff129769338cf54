"""Words of a provider: what is plain enough to be kept, and how it is known for theirs."""

import json
import sys
import unicodedata

import pytest

from headgate.catalogue import Fold, Meaning, Origin, Role
from headgate.errors import InputError
from headgate.manifest.approved import Column
from headgate.plan import from_json, merge, parse, to_json
from headgate.plan.language import Analysis, Derived, Folded, Plan
from headgate.plan.wording import plain_text, quoted

SENT = {"c1": ("c1",), "c2": ("c2",)}


@pytest.mark.parametrize(
    "text",
    [
        "see shop.example",
        "see bücher.köln",
        "see usage.energy now",
        "see example\uff0ecom",
        "see example\u3002com",
        "see example\uff61com",
        "ring 10.0.0.1",
        "a\u034fb",
        "blank \u3164 letter",
        "blank \u2800 pattern",
        "blank \uffa0 letter",
        "hidden\ufe0f sign",
        "hidden\U000e0101 sign",
        "hidden\U000e0041 tag",
        "hidden\u2060 sign",
        "a\u00a0b",
        "e" + "\u0301\u0316\u0302\u0317\u0303",
    ],
    ids=ascii,
)
def test_what_leads_somewhere_or_does_not_show_is_not_plain(text):
    with pytest.raises(InputError):
        plain_text(text)


@pytest.mark.parametrize(
    "text",
    ["Reactive.Power_kVarh over time", "From 6 a.m. to 6 p.m., e.g. on Mondays", "1.5 MW", "kWh/m²", "Übersicht: Wärme",
     "电力负荷", "กำลังไฟฟ้า", "ё", "कीमत", "“Peak” – 50 % less?", "9:30"],
    ids=ascii,
)  # fmt: skip
def test_plain_words_are_taken_as_they_are(text):
    assert plain_text(text) == unicodedata.normalize("NFC", text)


def test_a_long_text_is_refused_before_it_is_composed():
    """Composing many marks takes time by the square of their number. The second text is the control: it is composed."""
    seen = []
    sys.setprofile(lambda _, event, of: seen.append(getattr(of, "__name__", "")) if event == "c_call" else None)
    try:
        with pytest.raises(InputError, match="longer than 160"):
            plain_text("a" + "\u0301\u0316" * 300)
        long = list(seen)
        with pytest.raises(InputError, match="piles up"):
            plain_text("a" + "\u0301\u0316" * 70)
    finally:
        sys.setprofile(None)
    assert "normalize" not in long
    assert "normalize" in seen


def test_quotation_marks_cannot_be_closed_from_within():
    assert quoted('a” is 12 “b «c» "d"') == "“a' is 12 'b 'c' 'd'”"


def means(role):
    return Meaning(role, None, None, None, Fold.SUM, 0.9, Origin.ROWS)


LOCAL = Plan({"c1": means(Role.TIMESTAMP), "c2": means(Role.MEASURE)})
ANSWER = {
    "derived": [{"id": "d1", "name": "twice 2", "expr": {"fold": "sum", "of": "c2"}},
                {"id": "d2", "expr": {"fold": "sum", "of": "c2"}}],
    "analyses": [{"kind": "trend", "inputs": {"timestamp": "c1", "measures": ["c2"]}, "title": "Up", "why": "40 % up"}],
}  # fmt: skip


def test_words_of_an_answer_are_known_for_its_words_and_stay_so_when_saved():
    own = Analysis("data_profile", {}, {"top_n": 20}, "Mine", "Because", 1)
    local = Plan(LOCAL.meanings, (Derived("d901", "All", Folded(Fold.SUM, "c2")),), (own,))
    merged = merge(local, parse(json.dumps(ANSWER), SENT))
    assert [(one.title, one.from_provider) for one in merged.analyses] == [("Up", True), ("Mine", False)]
    assert [one.name for one in merged.derived] == ["“twice 2”", "d2", "All"]
    columns = (Column("c1", 0, "time", "time"), Column("c2", 1, "use", "use"))
    document = json.loads(json.dumps(to_json(merged, columns)))
    assert [one["from_provider"] for one in document["analyses"]] == [True, False]
    assert from_json(document)[0].analyses == merged.analyses
    assert from_json(document)[0].derived == merged.derived


def test_digits_in_a_reason_or_the_name_of_a_computed_column_are_flagged():
    plan = parse(json.dumps(ANSWER), SENT)
    assert [one.item for one in plan.dropped] == ["derived[0].name", "analyses[0].why"]
    assert all(one.reason.startswith("kept") for one in plan.dropped)
