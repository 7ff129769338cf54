"""What leaves is a function of template, approved names and profile, and of nothing else."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.errors import IntegrityError, RefusalError
from headgate.gate.envelope import Envelope, envelope, wire_bytes
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.providers.profiles import DEFAULT_PATHS, Dialect, Profile, ResponseFormat, Settings, Store, TokenField

GOLDEN = Path(__file__).parents[2] / "golden"
PLAN = load_template("plan-1")
KEY = "sk-a-key-of-nobody"


def asked(profile: Profile, names: tuple[str, ...]) -> dict[str, object]:
    body = json.loads(envelope(PLAN, names, profile).body)
    assert isinstance(body, dict)
    return body


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
    ],
    ids=["unsorted", "repeated", "not NFC", "blank", "half a character"],
)
def test_names_no_approved_manifest_holds_are_refused(profile: Profile, names: tuple[str, ...]) -> None:
    with pytest.raises(IntegrityError):
        envelope(PLAN, names, profile)


def test_there_is_no_argument_through_which_anything_else_could_come() -> None:
    assert list(inspect.signature(envelope).parameters) == ["template", "names", "profile"]


def test_the_golden_envelope_of_the_steel_table_is_met(profile: Profile, names: tuple[str, ...]) -> None:
    golden = json.loads((GOLDEN / "openai-chat-steel.json").read_text(encoding="utf-8"))
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
    body = asked(profile, names)
    system, user = body.pop("messages")  # type: ignore[misc]
    assert system == {"role": "system", "content": PLAN.instructions}
    assert user["role"] == "user"
    assert json.loads(user["content"]) == {
        "columns": [{"id": f"c{number}", "name": name} for number, name in enumerate(names, 1)]
    }
    assert body == {
        "max_tokens": 8192,
        "model": "model-1",
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "plan-1", "strict": True, "schema": PLAN.schema},
        },
        "store": False,
        "temperature": 0,
    }


def test_the_headers_are_exactly_these(profile: Profile) -> None:
    made = envelope(PLAN, ("a",), profile)
    assert made.headers == (
        ("Host", "api.example.com"),
        ("User-Agent", "headgate"),
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(made.body))),
        ("Authorization", "Bearer <key>"),
    )


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


@pytest.mark.parametrize(
    ("settings", "members"),
    [
        (Settings(), {"max_tokens", "response_format", "store", "temperature"}),
        (
            Settings(token_field=TokenField.MAX_COMPLETION_TOKENS, temperature=None),
            {"max_completion_tokens", "response_format", "store"},
        ),
        (Settings(store=Store.OMIT, response_format=ResponseFormat.NONE), {"max_tokens", "temperature"}),
        (
            Settings(response_format=ResponseFormat.JSON_OBJECT),
            {"max_tokens", "response_format", "store", "temperature"},
        ),
    ],
)
def test_a_setting_adds_or_takes_away_only_its_own_member(
    profile: Profile, settings: Settings, members: set[str]
) -> None:
    body = asked(replace(profile, settings=settings), ("a",))
    assert set(body) == members | {"messages", "model"}
    if settings.response_format is ResponseFormat.JSON_OBJECT:
        assert body["response_format"] == {"type": "json_object"}


def test_the_key_is_on_the_wire_and_in_no_envelope(profile: Profile) -> None:
    made = envelope(PLAN, ("a",), profile)
    assert f"Authorization: Bearer {KEY}\r\n".encode() in wire_bytes(made, KEY)
    assert b"Authorization: Bearer <key>\r\n" in wire_bytes(made)
    assert KEY not in repr(made)


def test_a_name_that_is_spelled_like_the_place_of_the_key_does_not_get_the_key(profile: Profile) -> None:
    made = envelope(PLAN, ("<key>",), profile)
    assert wire_bytes(made, KEY).count(KEY.encode()) == 1


def test_a_provider_without_a_key_gets_no_authorization(profile: Profile) -> None:
    made = envelope(PLAN, ("a",), replace(profile, key_env=None))
    assert "Authorization" not in dict(made.headers)


@pytest.mark.parametrize("late", ["/v1\r\nX-Leak: 1", "/v1\nX", "/v1\tx", "/vé"])
def test_a_line_that_would_end_early_is_never_spelled(profile: Profile, late: str) -> None:
    with pytest.raises(IntegrityError):
        wire_bytes(replace(envelope(PLAN, ("a",), profile), path=late))


def test_the_body_is_canonical_json(profile: Profile, names: tuple[str, ...]) -> None:
    # RFC 8785 in the words of a third implementation: ASCII member names, and numbers that are whole.
    body = envelope(PLAN, (*names, "Überlast °C"), profile).body
    spelled = json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert body == spelled.encode("utf-8")


def test_every_dialect_has_a_path_and_an_envelope(profile: Profile) -> None:
    for dialect in Dialect:
        made = envelope(PLAN, ("a",), replace(profile, dialect=dialect, path=DEFAULT_PATHS[dialect]))
        assert made.path == DEFAULT_PATHS[dialect]


@pytest.mark.parametrize(
    "change",
    [
        {"host": "api.example.org"},
        {"port": 8443},
        {"path": "/v2"},
        {"model": "model-2"},
        {"key_env": None},
        {"settings": Settings(max_tokens=1)},
        {"settings": Settings(temperature=0.01)},
        {"settings": Settings(store=Store.OMIT)},
        {"settings": Settings(response_format=ResponseFormat.JSON_OBJECT)},
    ],
    ids=str,
)
def test_both_computations_agree_and_each_sees_every_change(profile: Profile, change: dict[str, object]) -> None:
    changed = replace(profile, **change)  # type: ignore[arg-type]
    first = wire_bytes(envelope(PLAN, ("a",), changed), KEY)
    assert first == expected_request(PLAN, ("a",), changed, KEY)
    assert first != wire_bytes(envelope(PLAN, ("a",), profile), KEY)
    assert first != expected_request(PLAN, ("a",), profile, KEY)
