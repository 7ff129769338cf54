"""The published vocabulary: in its normal form, broad, and without names."""

from __future__ import annotations

import gzip
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from headgate.screening import vocabulary_id
from headgate.screening.vocabulary import fold, identify, parse, vocabulary

ROOT = Path(__file__).parents[3]
FILE = ROOT / "src" / "headgate" / "screening" / "vocabulary.txt"
NAMES = (
    "smith", "johnson", "murphy", "kowalski", "rossi", "müller", "schmidt", "garcia", "martin", "dubois", "jansen",
    "silva", "walsh", "burke", "khan", "okafor", "mary", "john", "patricia", "michael", "jennifer", "giovanni",
    "françois", "siobhan", "agnieszka", "fatima", "london", "paris", "berlin", "madrid", "rome", "dublin",
    "amsterdam", "lisbon", "zürich", "manchester", "hamburg", "lyon", "milano", "porto", "rotterdam", "cork",
    "galway", "ringaskiddy", "pfizer", "siemens", "nestlé", "danone", "lidl", "tesco", "aramark", "glanbia",
    "google", "microsoft", "amazon", "openai", "anthropic", "shell", "boots", "orange", "bath", "nice", "mobile",
    "grace", "rose", "phoenix", "victoria", "austin",
)  # fmt: skip


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("vocabulary_tool", ROOT / "tools" / "vocabulary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_person_place_or_company_passes_by_itself(name: str) -> None:
    words = vocabulary()
    assert fold(name) not in words.words - set(words.companions)


def test_the_control_generic_words_of_every_language_do_pass() -> None:
    generic = [
        "energy",
        "leistung",
        "consommation",
        "temperatura",
        "potenza",
        "produção",
        "verbruik",
        "kwh",
        "ahu",
        "qty",
    ]
    assert {fold(word) for word in generic} <= vocabulary().words


def test_the_file_is_in_its_normal_form(tool: ModuleType) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert tool.render(parse(text)) == text


def test_the_control_an_unsorted_or_doubled_word_is_not_normal(tool: ModuleType) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert tool.render(parse(text + "\nzebra zebra aaa\n")) != text + "\nzebra zebra aaa\n"


def test_the_identity_follows_the_text() -> None:
    texts = [(FILE.parent / name).read_text(encoding="utf-8") for name in ("vocabulary.txt", "dictionary.txt")]
    assert vocabulary_id() == identify(*texts)
    assert re.fullmatch(r"2-[0-9a-f]{12}", vocabulary_id())
    assert identify(texts[0], texts[1] + " ") != vocabulary_id()


def test_words_that_pass_only_in_company_are_in_no_plain_section() -> None:
    words = vocabulary()
    assert not set(words.companions) & words.words


def test_no_word_of_the_dictionary_is_a_name_a_gazetteer_holds() -> None:
    general = vocabulary().general
    assert len(general) > 30_000
    packed = gzip.decompress((FILE.parent / "gazetteers.txt.gz").read_bytes()).decode("utf-8")
    lists = {name: set(body.splitlines()) for name, body in parse(packed).items()}
    assert not general & (lists["given names"] | lists["places"] | lists["companies"])
    assert not general & lists["family names"]
    assert {"rossi", "wexford", "pfizer"} <= lists["family names"] | lists["places"] | lists["companies"]


def test_what_an_alias_keeps_beside_a_name_passes_by_itself() -> None:
    words = vocabulary()
    assert {"boiler", "steam", "kwh", "cost", "orders", "verbrauch", "consommation"} <= words.meant
    assert not {"polymers", "foods", "castle", "dairies"} & words.meant
