"""What leaves is a function of template, approved names and profile, and of nothing else."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.dialects import KEY_HEADERS, header_names, parts, profile_of

from headgate.errors import IntegrityError, RefusalError
from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.providers.profiles import (
    Dialect,
    KeyHeader,
    Profile,
    ResponseFormat,
    Settings,
    Store,
    TokenField,
)

GOLDEN = Path(__file__).parents[2] / "golden"
PLAN = load_template("plan-1")
KEY = "sk-a-key-of-nobody"
SCHEMA = {"name": "plan-1", "strict": True, "schema": PLAN.schema}
CHAT, RESPONSES, ANTHROPIC, GEMINI = Dialect
# What ties requests together, hands something over, or has it kept.
NEVER = {
    "user", "safety_identifier", "metadata", "prompt_cache_key", "previous_response_id", "conversation", "tools",
    "files", "background", "batch", "container", "labels", "cachedContent",
}  # fmt: skip


def test_no_approved_name_means_nothing_to_send(profile: Profile) -> None:
    with pytest.raises(RefusalError, match="nothing to send"):
        envelope(PLAN, (), profile)


@pytest.mark.parametrize(
    "names",
    [
        ("b", "a"),
        ("a", "a"),
        ("e\u0301",),  # é in two code points: not NFC
        ("",),
        ("a\ud800",),
        ("b\udfff",),
    ],
    ids=["unsorted", "repeated", "not NFC", "blank", "half a character", "the other half"],
)
def test_names_no_approved_manifest_holds_are_refused(profile: Profile, names: tuple[str, ...]) -> None:
    with pytest.raises(IntegrityError):
        envelope(PLAN, names, profile)


def test_there_is_no_argument_through_which_anything_else_could_come() -> None:
    assert list(inspect.signature(envelope).parameters) == ["template", "names", "profile"]


def test_the_golden_envelope_of_the_steel_table_is_met(profile: Profile, names: tuple[str, ...]) -> None:
    golden = json.loads((GOLDEN / f"{profile.dialect}-steel.json").read_text(encoding="utf-8"))
    made = envelope(PLAN, names, profile)
    assert made == Envelope(
        golden["method"],
        golden["host"],
        golden["port"],
        golden["path"],
        tuple((name, value) for name, value in golden["headers"]),
        golden["body"].encode("utf-8"),
    )


def test_names_stand_in_the_one_user_message_as_json_and_nowhere_else(profile: Profile, names: tuple[str, ...]) -> None:
    instructions, message, rest = parts(profile.dialect, envelope(PLAN, names, profile).body)
    assert instructions == PLAN.instructions
    assert json.loads(message) == {
        "columns": [{"id": f"c{number}", "name": name} for number, name in enumerate(names, 1)]
    }
    assert rest == parts(profile.dialect, envelope(PLAN, ("a",), profile).body)[2]
    assert not rest.keys() & NEVER


def test_openai_is_asked_for_no_member_that_its_published_request_does_not_have() -> None:
    known = json.loads((GOLDEN / "openai-members.json").read_text(encoding="utf-8"))
    for dialect, schema in ((CHAT, "CreateChatCompletionRequest"), (RESPONSES, "CreateResponse")):
        asked = json.loads(envelope(PLAN, ("a",), profile_of(dialect)).body)
        assert asked.keys() <= set(known[schema])
        assert set(known[schema]) & NEVER, "the control: there is something to leave out"


@pytest.mark.parametrize(
    ("host", "port", "tls", "said"),
    [
        ("api.example.com", 443, True, "api.example.com"),
        ("api.example.com", 8443, True, "api.example.com:8443"),
        ("127.0.0.1", 80, False, "127.0.0.1"),
        ("127.0.0.1", 443, False, "127.0.0.1:443"),
        ("::1", 8080, True, "[::1]:8080"),
    ],
)
def test_the_host_header_names_the_port_where_it_is_not_the_usual_one(
    profile: Profile, host: str, port: int, tls: bool, said: str
) -> None:
    made = envelope(PLAN, ("a",), replace(profile, host=host, port=port, tls=tls))
    assert made.headers[0] == ("Host", said)


@pytest.mark.parametrize("bearer", [False, True])
def test_the_headers_are_exactly_these(profile: Profile, bearer: bool) -> None:
    where, before = ("Authorization", "Bearer ") if bearer else KEY_HEADERS[profile.dialect]
    changed = replace(profile, key_header=KeyHeader.AUTHORIZATION) if bearer else profile
    made = envelope(PLAN, ("a",), changed)
    assert made.headers == (
        ("Host", "api.example.com"),
        ("User-Agent", "headgate"),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(made.body))),
        *((("anthropic-version", "2026-10-21"),) if profile.dialect is ANTHROPIC else ()),
        (where, f"{before}<key>"),
    )


def test_azure_gets_the_key_in_a_header_of_its_own() -> None:
    made = envelope(PLAN, ("a",), replace(profile_of(RESPONSES), key_header=KeyHeader.API_KEY))
    assert made.headers[-1] == ("api-key", "<key>")
    assert "Authorization" not in dict(made.headers)


@pytest.mark.parametrize(
    ("dialect", "settings", "rest"),
    [
        (
            CHAT,
            Settings(),
            {
                "max_tokens": 8192,
                "response_format": {"type": "json_schema", "json_schema": SCHEMA},
                "store": False,
                "temperature": 0,
            },
        ),
        (
            CHAT,
            Settings(
                token_field=TokenField.MAX_COMPLETION_TOKENS,
                temperature=None,
                response_format=ResponseFormat.JSON_OBJECT,
            ),
            {"max_completion_tokens": 8192, "response_format": {"type": "json_object"}, "store": False},
        ),
        (
            CHAT,
            Settings(store=Store.OMIT, response_format=ResponseFormat.NONE),
            {"max_tokens": 8192, "temperature": 0},
        ),
        (
            RESPONSES,
            Settings(),
            {
                "max_output_tokens": 8192,
                "store": False,
                "temperature": 0,
                "text": {"format": {"type": "json_schema", **SCHEMA}},
            },
        ),
        (
            RESPONSES,
            Settings(temperature=None, response_format=ResponseFormat.JSON_OBJECT),
            {"max_output_tokens": 8192, "store": False, "text": {"format": {"type": "json_object"}}},
        ),
        # Whatever the settings say: left out, the provider keeps the exchange.
        (
            RESPONSES,
            Settings(store=Store.OMIT, response_format=ResponseFormat.NONE),
            {"max_output_tokens": 8192, "store": False, "temperature": 0},
        ),
        (
            ANTHROPIC,
            Settings(),
            {"max_tokens": 8192, "output_config": {"format": {"type": "json_schema", "schema": PLAN.schema}}},
        ),
        (ANTHROPIC, Settings(response_format=ResponseFormat.NONE), {"max_tokens": 8192}),
        (
            GEMINI,
            Settings(),
            {
                "store": False,
                "generationConfig": {
                    "maxOutputTokens": 8192,
                    "temperature": 0,
                    "responseMimeType": "application/json",
                    "responseJsonSchema": PLAN.schema,
                },
            },
        ),
        (
            GEMINI,
            Settings(store=Store.OMIT, temperature=None, response_format=ResponseFormat.JSON_OBJECT),
            {"generationConfig": {"maxOutputTokens": 8192, "responseMimeType": "application/json"}},
        ),
        (
            GEMINI,
            Settings(response_format=ResponseFormat.NONE),
            {"store": False, "generationConfig": {"maxOutputTokens": 8192, "temperature": 0}},
        ),
    ],
)
def test_a_setting_adds_or_takes_away_only_its_own_member(
    dialect: Dialect, settings: Settings, rest: dict[str, object]
) -> None:
    profile = replace(profile_of(dialect), settings=settings)
    model = {} if dialect is GEMINI else {"model": "model-1"}
    assert parts(dialect, envelope(PLAN, ("a",), profile).body)[2] == rest | model
    assert wire_bytes(envelope(PLAN, ("a",), profile), KEY) == expected_request(PLAN, ("a",), profile, KEY)


def test_the_key_is_on_the_wire_and_in_no_envelope(profile: Profile) -> None:
    made = envelope(PLAN, ("a",), profile)
    where, before = KEY_HEADERS[profile.dialect]
    request, _, _ = wire_bytes(made, KEY).partition(b"\r\n")
    assert f"\r\n{where}: {before}{KEY}\r\n".encode() in wire_bytes(made, KEY)
    assert f"\r\n{where}: {before}<key>\r\n".encode() in wire_bytes(made)
    assert KEY.encode() not in request
    assert KEY not in repr(made)


def test_a_name_that_is_spelled_like_the_place_of_the_key_does_not_get_the_key(profile: Profile) -> None:
    made = envelope(PLAN, ("<key>",), profile)
    assert wire_bytes(made, KEY).count(KEY.encode()) == 1


def test_a_provider_without_a_key_gets_no_header_for_one(profile: Profile) -> None:
    made = envelope(PLAN, ("a",), replace(profile, key_env=None))
    assert [name for name, _ in made.headers] == header_names(profile)[:-1]


@pytest.mark.parametrize("late", ["/v1\r\nX-Leak: 1", "/v1\nX", "/v1\tx", "/vé"])
def test_a_line_that_would_end_early_is_never_spelled(profile: Profile, late: str) -> None:
    with pytest.raises(IntegrityError):
        wire_bytes(replace(envelope(PLAN, ("a",), profile), path=late))


def test_the_body_is_canonical_json(profile: Profile, names: tuple[str, ...]) -> None:
    # RFC 8785 in the words of a third implementation: ASCII member names, and numbers that are whole.
    body = envelope(PLAN, (*names, "Überlast °C"), profile).body
    spelled = json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert body == spelled.encode("utf-8")


@pytest.mark.parametrize(
    "change",
    [
        {"host": "api.example.org"},
        {"port": 8443},
        {"path": "/v2"},
        {"key_env": None},
        {"key_header": KeyHeader.API_KEY},
        {"settings": Settings(max_tokens=1)},
    ],
    ids=str,
)
def test_both_computations_agree_and_each_sees_every_change(profile: Profile, change: dict[str, object]) -> None:
    changed = replace(profile, **change)  # type: ignore[arg-type]
    first = wire_bytes(envelope(PLAN, ("a",), changed), KEY)
    assert first == expected_request(PLAN, ("a",), changed, KEY)
    assert first != wire_bytes(envelope(PLAN, ("a",), profile), KEY)
    assert first != expected_request(PLAN, ("a",), profile, KEY)
