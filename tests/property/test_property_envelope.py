"""Both computations of what leaves agree on every input, and the names come out of it as they went in."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.dialects import parts
from tests.scale import times

from headgate.canonical import nfc
from headgate.gate.envelope import envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.providers.profiles import Dialect, KeyHeader, Profile, ResponseFormat, Settings, Store, TokenField

PLAN = load_template("plan-1")
LETTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from('"\\/\x00\x08\x1f\x7f\u2028\r\n{}[]:,<>&')
)
NAMES = st.lists(st.text(LETTERS, min_size=1, max_size=30).map(nfc), min_size=1, max_size=12).map(
    lambda found: tuple(sorted(set(found)))
)
SETTINGS = st.builds(
    Settings,
    max_tokens=st.integers(1, 1_000_000),
    token_field=st.sampled_from(TokenField),
    temperature=st.one_of(st.none(), st.integers(0, 200).map(lambda hundredths: hundredths / 100)),
    response_format=st.sampled_from(ResponseFormat),
    store=st.sampled_from(Store),
)
PROFILES = st.builds(
    Profile,
    name=st.just("p"),
    dialect=st.sampled_from(Dialect),
    host=st.sampled_from(["api.example.com", "127.0.0.1", "::1"]),
    path=st.sampled_from(["/v1/chat/completions", "/x?api-version=2026-01-01"]),
    model=st.sampled_from(["m", "openai/gpt-x:latest"]),
    key_env=st.sampled_from([None, "KEY"]),
    key_header=st.sampled_from(KeyHeader),
    port=st.sampled_from([80, 443, 8443]),
    tls=st.booleans(),
    settings=SETTINGS,
)


@settings(max_examples=times(300), deadline=None)
@given(names=NAMES, profile=PROFILES)
def test_both_computations_give_the_same_bytes(names: tuple[str, ...], profile: Profile) -> None:
    made = envelope(PLAN, names, profile)
    assert wire_bytes(made, "sk-key") == expected_request(PLAN, names, profile, "sk-key")


@settings(max_examples=times(300), deadline=None)
@given(names=NAMES, profile=PROFILES)
def test_names_stay_data_whatever_they_are_made_of(names: tuple[str, ...], profile: Profile) -> None:
    request = wire_bytes(envelope(PLAN, names, profile))
    head, _, body = request.partition(b"\r\n\r\n")
    assert all(line.isascii() and line.isprintable() for line in head.decode("ascii").split("\r\n"))
    instructions, message, rest = parts(profile.dialect, body)
    assert instructions == PLAN.instructions
    assert [each["name"] for each in json.loads(message)["columns"]] == list(names)
    assert rest == parts(profile.dialect, envelope(PLAN, ("a",), profile).body)[2]
