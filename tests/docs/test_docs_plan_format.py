"""docs/formats/plan.md says what the code takes."""

import json
import re
from pathlib import Path

import pytest

from headgate.plan import parse
from headgate.plan.items import ASKS, ONE_SIDED, TWO_SIDED
from headgate.plan.kinds import KINDS

TEXT = (Path(__file__).parents[2] / "docs" / "formats" / "plan.md").read_text(encoding="utf-8")


def section(title):
    return re.split(r"\n#+ ", TEXT.split(f"### {title}\n")[1])[0]


@pytest.mark.parametrize(
    ("title", "words"), [("Questions", ASKS), ("Kinds", set(KINDS)), ("Operators", ONE_SIDED | TWO_SIDED)]
)
def test_the_lists_of_the_document_are_those_of_the_code(title, words):
    listed = set(re.findall(r"`([a-z_]+)`", section(title).strip().split("\n\n")[0]))
    assert listed - {"a", "b"} == set(words)


def test_the_example_of_the_document_is_taken_whole():
    example = json.loads(re.search(r"```json\n(.*?)```", TEXT, re.S)[1])
    plan = parse(json.dumps(example), {each: (each,) for each in ("c1", "c2", "c3")})
    assert plan.dropped == ()
    assert len(plan.analyses) == 1
