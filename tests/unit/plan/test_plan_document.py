import copy
import json

import pytest

from headgate.catalogue import Fold, understand
from headgate.errors import InputError
from headgate.headers import LocalType as T
from headgate.manifest.approved import Column
from headgate.plan import Derived, Dropped, from_json, propose, to_json
from headgate.plan.language import Folded, Operation, Plan

TABLE = {"date": T.DATETIME, "Usage_kWh <b>": T.NUMBER, "Acme\nhall": T.TEXT}


def saved():
    columns = tuple(Column(f"c{n + 1}", n, name, None if n == 2 else f"n{n}") for n, name in enumerate(TABLE))
    meanings = dict(zip((c.id for c in columns), understand(list(TABLE), list(TABLE.values())), strict=True))
    local = propose(columns, meanings)
    expr = Operation("div", Folded(Fold.SUM, "c2"), Operation("neg", Folded(Fold.MAX, "c2")))
    dropped = (Dropped("analyses[3]", "the kind of analysis does not exist"),)
    derived = (Derived("d1", "share", expr),)
    hints = {**local.hints, "row_noun": "interval", "adjectives.hot": "c2"}
    return Plan(local.meanings, derived, local.analyses, local.questions, hints, dropped), columns


def changed(path, value):
    document = copy.deepcopy(to_json(*saved()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["format"], "other"), (["version"], 2), (["version"], True), (["extra"], 1), (["columns"], {}),
        (["columns", 0, "role"], "boss"), (["columns", 0, "id"], "c2"), (["columns", 0, "position"], -1),
        (["columns", 0, "position"], 1), (["columns", 0, "position"], True), (["columns", 0, "origin"], "guess"),
        (["columns", 0, "header"], None), (["columns", 1, "synonyms"], ["<b>"]), (["analyses", 0, "kind"], "sql"),
        (["analyses", 0, "inputs"], {"measures": ["c9"]}), (["analyses", 0, "title"], 1),
        (["analyses", 0, "inputs"], {"measures": []}),
        (["analyses", 0, "inputs"], {"measures": "c2", "timestamp": ["c1", "c3"]}),
        (["analyses", 0, "title"], "x" * 401), (["analyses", 0, "params"], {"x": 1}), (["derived", 0, "id"], "c1"),
        (["questions"], [{"about": "c1", "ask": "who"}]), (["hints"], {"time": "c9"}), (["hints"], []),
        (["dropped"], [{"item": "a"}]),
    ],
    ids=str,
)  # fmt: skip
def test_a_document_outside_the_format_is_refused_and_nothing_of_it_is_told(path, value):
    with pytest.raises(InputError, match="no saved plan") as caught:
        from_json(changed(path, value))
    assert "Usage_kWh" not in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "plan", 3, {}])
def test_what_is_no_document_is_refused(document):
    with pytest.raises(InputError, match="no saved plan"):
        from_json(document)


def test_a_saved_plan_comes_back_as_it_was():
    plan, columns = saved()
    assert from_json(json.loads(json.dumps(to_json(plan, columns)))) == (plan, columns)
