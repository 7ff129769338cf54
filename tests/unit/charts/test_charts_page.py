from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow as pa
import pytest
from tests.unit.charts.samples import FORMS, SENT, analysis, column, every_form, report

from headgate.charts.page import page
from headgate.engines.interface import Result, Skipped
from headgate.plan.wording import QUESTIONS

HOSTILE = '<script>alert("h")</script>\u202e\u200b<img src=x onerror=alert(1)>'


class Elements(HTMLParser):
    """All tags with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def full() -> str:
    return page(report(results=every_form(), sent=(SENT,)))


def violations(text: str) -> list[str]:
    """What a page holds that could run, load or restyle."""
    found = []
    for tag, attributes in Elements(text).tags:
        if tag in {"script", "iframe", "object", "embed", "form", "base", "img", "image"}:
            found.append(tag)
        for name, value in attributes.items():
            loads = name in {"src", "href", "xlink:href", "srcset", "poster"} and not re.match(
                r"#|data:,$", value or ""
            )
            if loads or name == "style" or name.startswith("on"):
                found.append(f"{tag} {name}")
    return found


def test_the_page_holds_nothing_that_runs_loads_or_restyles(full: str) -> None:
    assert violations(full) == []


@pytest.mark.parametrize(
    "bad", ["<script>1</script>", "<p style='x'>", "<p onclick='x'>", "<img src='data:,'>", "<a href='//x'>"]
)
def test_that_check_sees_what_it_looks_for(bad: str) -> None:
    assert violations(bad)


def test_the_policy_allows_one_style_sheet_by_its_hash_and_nothing_else(full: str) -> None:
    policy = next(a["content"] for _, a in Elements(full).tags if a.get("http-equiv") == "Content-Security-Policy")
    (sheet,) = re.findall(r"<style>(.*?)</style>", full, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


PLACES = {
    "table name": lambda: report(table=HOSTILE),
    "header": lambda: report(columns=(column(HOSTILE),)),
    "public name": lambda: report(columns=(column("a", HOSTILE),)),
    "title and why": lambda: report(results=(Result(analysis(title=HOSTILE, why=HOSTILE), {}, {}),)),
    "sentence": lambda: report(results=(Result(analysis(), {}, {}, (), (HOSTILE,), (), (HOSTILE,)),)),
    "table": lambda: report(results=(Result(analysis(), {HOSTILE: pa.table({HOSTILE: [HOSTILE]})}, {}),)),
    "request": lambda: report(sent=(replace(SENT, names=(HOSTILE,), body=HOSTILE, url=HOSTILE, retention=HOSTILE),)),
    "question": lambda: replace(report(), questions=(replace(report().questions[0], about=HOSTILE, ask=HOSTILE),)),
}


@pytest.mark.parametrize("place", PLACES)
def test_hostile_text_is_escaped_and_its_invisible_characters_shown(place: str) -> None:
    made = page(PLACES[place]())
    assert violations(made) == []
    assert "\u202e" not in made
    assert "\u200b" not in made
    assert '<script>alert("h")</script>\\u202e\\u200b' in Elements(made).text


@pytest.mark.parametrize(
    ("title", "why", "theirs", "shown", "said"),
    [
        (
            "Load by hall",
            "Halls differ",
            True,
            "“Load by hall”",
            "The title and the reason are in the provider’s words.",
        ),
        ("Trend", "Halls differ", True, "Trend", "The reason is in the provider’s words."),
        ("Load of 2018", "", True, "“Load of 2018”", "The digits in them are not from your data."),
        ("Trend", "Saves 40 %", True, "Trend", "The digits in them are not from your data."),
        ("Trend", "", True, "Trend", ""),
        ("Load of 2018", "Halls differ", False, "Load of 2018", ""),
    ],
)
def test_a_providers_words_are_said_to_be_its_words(title: str, why: str, theirs: bool, shown: str, said: str) -> None:
    one = replace(analysis("trend", title, why), from_provider=theirs)
    view = report(results=(Result(one, {}, {}),))
    text = Elements(page(replace(view, outcomes=(*view.outcomes, Skipped(one, "No reason."))))).text
    assert text.count(shown) == 3  # in the contents, above the section, and among what was skipped
    assert ("“" in text) == ("“" in shown)
    assert (said in text) if said else ("provider" not in text)
    assert ("not from your data" in text) == ("not from your data" in said)


def test_a_header_of_ten_kilobytes_is_cut() -> None:
    made = page(report(columns=(column("x" * 10_000),)))
    assert "x" * 120 + "…" in made
    assert "x" * 121 not in made


def test_where_nothing_left_the_page_says_so() -> None:
    text = Elements(page(report())).text
    assert "Nothing. The plan was made here, and no connection was opened." in text
    assert "Envelope hash" not in text


def test_where_names_left_the_page_shows_them_the_exact_body_and_the_receipt(full: str) -> None:
    text = Elements(full).text
    assert "1 column name, and nothing else of yours." in text
    for part in (
        SENT.body,
        SENT.url,
        SENT.when,
        SENT.tls,
        SENT.retention,
        *SENT.names,
        "aa" * 32,
        "bb" * 32,
        "cc" * 32,
    ):
        assert part in text
    assert "Nothing. The plan was made here" not in text


def test_skipped_dropped_and_asked_stand_in_the_page(full: str) -> None:
    text = Elements(full).text
    assert "No column holds an amount produced." in text
    assert "analyses[3]" in text
    assert "Is it the reading of a meter that only rises, or what was used in each interval?" in text
    assert "cumulative_or_interval" not in text


def test_a_withheld_column_says_withheld() -> None:
    assert "withheld" in Elements(page(report(columns=(column("Site Nord"),)))).text


def test_every_contents_entry_leads_to_a_section_and_no_id_stands_twice(full: str) -> None:
    tags = Elements(full).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert links
    assert {str(link).removeprefix("#") for link in links} <= set(ids)


def test_a_headline_named_by_several_results_is_one_card(full: str) -> None:
    assert full.count('class="card"') == 1
    assert '<span class="value">628.7</span> <span class="unit">kW</span>' in full


def test_long_tables_show_their_first_rows_and_name_the_file_with_all() -> None:
    table = pa.table({"kw": [float(i) for i in range(1500)]})
    text = Elements(page(report(results=(Result(analysis("trend"), {"daily": table}, {}),)))).text
    assert "1,500 rows" in text
    assert "The first 12 of 1,500 rows." in text
    assert "results/01-trend-daily.csv" in text


def test_a_report_without_a_result_says_so() -> None:
    assert "No analysis gave a result on this table." in Elements(page(report())).text


def test_the_same_view_gives_the_same_page(full: str) -> None:
    assert page(report(results=every_form(), sent=(SENT,))) == full


def test_every_figure_is_drawn_for_the_page_and_for_the_telephone(full: str) -> None:
    assert full.count('role="img"') == 2 * len(FORMS)


def test_an_empty_cell_of_a_data_table_is_a_dash() -> None:
    table = pa.table({"column": ["a", "b", "c"], "unit": ["kWh", "", None]})
    made = page(report(results=(Result(analysis(), {"columns": table}, {}),)))
    assert re.findall("<td>([^<]*)</td>", made)[:3] == ["kWh", "–", "–"]


def test_what_was_skipped_for_one_reason_is_told_together() -> None:
    view = report()
    skipped = [Skipped(analysis("trend", title), "The table has no row.") for title in ("Trend", "Peaks")]
    text = Elements(page(replace(view, outcomes=tuple(skipped)))).text
    assert text.count("The table has no row.") == 1
    assert "2 analyses" in text
    assert "Trend; Peaks" in text


def test_a_question_that_is_asked_of_several_columns_stands_once() -> None:
    view = report()
    asked = tuple(replace(view.questions[0], about=name, ask="meaning") for name in ("lat", "lng"))
    text = Elements(page(replace(view, questions=asked))).text
    assert text.count("What does it measure?") == 1
    assert re.search(r"2 columns.*lat; lng", text, re.DOTALL)


def test_of_a_very_wide_table_sixty_columns_stand_open_and_the_rest_behind_a_click() -> None:
    made = page(report(columns=tuple(column(f"point {i}") for i in range(1684))))
    opened, closed = made.split("The other 1,624 columns")
    assert "point 59<" in opened
    assert "point 60<" not in opened
    assert "point 1683<" in closed


def faults(text: str) -> list[str]:
    """What of a page somebody could not use who hears it: rules of axe-core that can be told from the text alone."""
    tags = Elements(text).tags
    found = [
        f"svg without {name}" for tag, a in tags if tag == "svg" for name in ("aria-label", "role") if not a.get(name)
    ]
    ids = [a["id"] for _, a in tags if "id" in a]
    found += [f"double id {each}" for each in {each for each in ids if ids.count(each) > 1}]
    found += [
        f"described by no {a['aria-describedby']}" for _, a in tags if a.get("aria-describedby", ids[0]) not in ids
    ]
    found += [
        f"th without scope in {text[:20]}" for tag, a in tags if tag == "th" and a.get("scope") not in ("row", "col")
    ]
    names = [a["aria-label"] for _, a in tags if a.get("role") == "region"]
    found += [f"two regions called {each}" for each in {each for each in names if names.count(each) > 1}]
    found += [
        "a part that scrolls and no key reaches"
        for _, a in tags
        if "scroll" in str(a.get("class")) and "tabindex" not in a
    ]
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    found += ["a heading level left out" for one, other in zip([0, *levels], levels, strict=False) if other > one + 1]
    order = [tag for tag, _ in tags if tag in ("table", "caption")]
    found += ["a table without a caption"] * (order.count("table") - order.count("caption"))
    if ("html", {"lang": "en"}) not in tags:
        found.append("no language")
    return found


def test_the_page_can_be_heard_and_used_with_keys(full: str) -> None:
    assert faults(full) == []


@pytest.mark.parametrize(
    ("whole", "broken"),
    [
        (' scope="row"', ""),
        (' scope="col"', ""),
        ("<caption>", "<span>"),
        (' tabindex="0"', ""),
        ('role="img"', ""),
        ("<h2", "<h4"),
        ('lang="en"', ""),
        ('id="a2"', 'id="a1"'),
        (
            "-alt",
            "-no",
        ),
    ],
)
def test_that_check_hears_what_it_listens_for(full: str, whole: str, broken: str) -> None:
    assert faults(full.replace(whole, broken, 1))


def test_every_chart_has_its_numbers_in_a_table_named_after_it(full: str) -> None:
    captions = re.findall("<caption>([^<]*)</caption>", full)
    for figure, _ in FORMS.values():
        assert figure.title in captions


def test_every_question_of_the_plan_s_language_has_words() -> None:
    assert all(words.endswith((".", "?")) for words in QUESTIONS.values())
    assert set(QUESTIONS) == {
        "cumulative_or_interval", "period_start_or_end", "time_zone", "sign", "part_of", "meaning", "unit", "price",
        "schedule", "baseline_dates",
    }  # fmt: skip
