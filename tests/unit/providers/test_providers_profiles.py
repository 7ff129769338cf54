"""A profile is one exact host, endpoint and model, or it is refused with the way out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.dialects import PATHS, profile_of

from headgate.errors import InputError
from headgate.providers.profiles import (
    Dialect,
    KeyHeader,
    Profile,
    ResponseFormat,
    Settings,
    Store,
    TokenField,
    find_profile,
    load_profiles,
)

GOOD = {
    "dialect": '"openai-chat"',
    "host": '"api.example.com"',
    "model": '"model-1"',
    "key_env": '"EXAMPLE_KEY"',
}


def written(folder: Path, lines: dict[str, str], settings: dict[str, str] | None = None, name: str = "one") -> Path:
    file = folder / "profiles.toml"
    text = [f"[profiles.{name}]", *(f"{key} = {value}" for key, value in lines.items())]
    if settings is not None:
        text += [f"[profiles.{name}.settings]", *(f"{key} = {value}" for key, value in settings.items())]
    file.write_text("\n".join(text), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "host",
    [
        "https://api.example.com",
        "user@api.example.com",
        "api.example.com/v1",
        "api.example.com:443",
        "*.example.com",
        "api example.com",
        " api.example.com",
        "api.example.com\\n",
        "api.example.com.",
        ".example.com",
        "-api.example.com",
        "api_1.example.com",
        "API.example.com",
        "api..example.com",
        "a" * 64 + ".example.com",
        ".".join(["abcdefgh"] * 30),
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "10.0.0.0x1",
        "[::1]",
        "fe80::1%eth0",
        "::0001",
        "аpi.example.com",
        "api。example.com",
        "",
    ],
)
def test_a_host_that_is_not_one_exact_name_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(InputError, match=r"'host' (must be one exact name|holds a letter that is not ASCII)"):
        load_profiles(written(tmp_path, GOOD | {"host": f'"{host}"'}))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "api.example.com",
        "xn--bcher-kva.example",
        "8.8.8.8",
        "127.0.0.1",
        "::1",
        "2001:db8::1",
        "1.example.com",
    ],
)
def test_an_exact_host_is_taken_as_it_is(tmp_path: Path, host: str) -> None:
    assert load_profiles(written(tmp_path, GOOD | {"host": f'"{host}"'}))["one"].host == host


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dialect": '"soap"'}, "'dialect' must be one of \"openai-chat\""),
        ({"key_header": '"cookie"'}, '\'key_header\' must be one of "authorization", "api-key"'),
        ({"key_header": '"x-api-key"'}, "'key_header' must be one of"),
        ({"dialect": "1"}, "'dialect' must be one of"),
        ({"host": "1"}, "'host' must be"),
        ({"port": "0"}, "'port' must be a whole number from 1 to 65535"),
        ({"port": "65536"}, "'port' must be a whole number"),
        ({"port": "true"}, "'port' must be a whole number"),
        ({"port": '"443"'}, "'port' must be a whole number"),
        ({"path": '"v1/chat"'}, "'path' must be a plain path"),
        ({"path": '"/v1/../admin"'}, "'path' must be"),
        ({"path": '"//other.example/v1"'}, "'path' must be"),
        ({"path": '"/v1 HTTP/1.1\\r\\nX: 1"'}, "'path' must be"),
        ({"path": '"/v1?user=x"'}, "'path' must be"),
        ({"path": '"/v1?key=sk-secret"'}, "'path' must be"),
        ({"path": '"/v1#x"'}, "'path' must be"),
        ({"path": '"/v1/%2e%2e"'}, "'path' must be"),
        ({"model": '""'}, "'model' must be"),
        ({"model": '"two words"'}, "'model' must be"),
        ({"model": "5"}, "'model' must be"),
        ({"key_env": '""'}, "'key_env' is missing"),
        ({"key_env": '"sk-secret"'}, "'key_env' must be the name of an environment variable, not the key itself"),
        ({"key_env": '"1KEY"'}, "'key_env' must be the name"),
        ({"key_env": "1"}, "'key_env' must be the name"),
        ({"tls": "false"}, "'tls' may be false only together with loopback = true"),
        ({"tls": '"no"'}, "'tls' must be true or false"),
        ({"loopback": "1"}, "'loopback' must be true or false"),
        ({"ca_file": '"absent.pem"'}, "which is not a file"),
        ({"ca_file": '""'}, "'ca_file' must be the path"),
        ({"settings": "1"}, "'settings' must be a table"),
        ({"proxy": '"http://x"'}, "'proxy' is not known"),
        ({"key": '"sk-secret"'}, "put the key in an environment variable"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(tmp_path: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(InputError) as refused:
        load_profiles(written(tmp_path, GOOD | change))
    assert message in str(refused.value)
    assert "[profiles.one]" in str(refused.value)
    assert "sk-secret" not in str(refused.value)


@pytest.mark.parametrize("missing", ["dialect", "host", "model", "key_env"])
def test_what_has_no_default_must_be_given(tmp_path: Path, missing: str) -> None:
    with pytest.raises(InputError, match=f"'{missing}'"):
        load_profiles(written(tmp_path, {key: value for key, value in GOOD.items() if key != missing}))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_tokens": "0"}, "'max_tokens' must be a whole number from 1"),
        ({"token_field": '"n"'}, "'token_field' must be one of"),
        ({"temperature": "2.1"}, "'temperature' must be a number from 0 to 2"),
        ({"temperature": "0.123"}, "'temperature' must be"),
        ({"temperature": "nan"}, "'temperature' must be"),
        ({"temperature": "true"}, "'temperature' must be"),
        ({"response_format": '"xml"'}, "'response_format' must be one of"),
        ({"store": "true"}, "'store' must be one of"),
        ({"store": '"true"'}, "'store' must be one of"),
        ({"timeout_seconds": "0"}, "'timeout_seconds' must be"),
        ({"timeout_seconds": "1.5"}, "'timeout_seconds' must be"),
        ({"max_request_bytes": "0"}, "'max_request_bytes' must be"),
        ({"user": '"me"'}, "'user' is not known"),
        ({"metadata": "{}"}, "'metadata' is not known"),
    ],
)
def test_a_setting_that_is_not_known_or_not_right_is_refused(
    tmp_path: Path, settings: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError) as refused:
        load_profiles(written(tmp_path, GOOD, settings))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("dialect", "settings", "message"),
    [
        ("openai-responses", {"store": '"omit"'}, "'store' must be \"false\""),
        ("openai-responses", {"token_field": '"max_tokens"'}, "'token_field' is no field of this dialect"),
        ("openai-responses", {"max_tokens": "15"}, "'max_tokens' must be a whole number from 16"),
        ("anthropic-messages", {"store": '"false"'}, "'store' is no field of this dialect: take it out"),
        ("anthropic-messages", {"token_field": '"max_tokens"'}, "'token_field' is no field"),
        ("anthropic-messages", {"temperature": "0"}, "'temperature' is no field"),
        (
            "anthropic-messages",
            {"response_format": '"json_object"'},
            '\'response_format\' must be one of "none", "json_',
        ),
        ("gemini-generate", {"store": '"omit"'}, 'only for Vertex, with key_header = "authorization"'),
        ("gemini-generate", {"token_field": '"max_tokens"'}, "'token_field' is no field"),
        ("gemini-generate", {"temperature": "2.1"}, "'temperature' must be a number from 0 to 2"),
    ],
)
def test_a_setting_its_dialect_has_no_place_for_is_refused(
    tmp_path: Path, dialect: str, settings: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError) as refused:
        load_profiles(written(tmp_path, GOOD | {"dialect": f'"{dialect}"'}, settings))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("/v1/models/model-1:generateContent", True),
        ("/v1/projects/p/locations/l/publishers/google/models/model-1:generateContent", True),
        ("/v1beta/models/model-2:generateContent", False),
        ("/v1beta/models/my-model-1:generateContent", False),
        ("/v1beta/models/model-1:streamGenerateContent", False),
        ("/v1beta/models/model-1:generateContent?api-version=1", False),
    ],
)
def test_a_path_that_names_the_model_names_the_profiles(tmp_path: Path, path: str, taken: bool) -> None:
    file = written(tmp_path, GOOD | {"dialect": '"gemini-generate"', "path": f'"{path}"'})
    if taken:
        assert load_profiles(file)["one"].path == path
        return
    with pytest.raises(InputError, match="'path' must end with the profile's model and ':generateContent'"):
        load_profiles(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[profiles.one\nsk-secret = 1", r"is not TOML: look at line 1"),
        (b"\xff\xfe", r"is not UTF-8 text"),
        (b"[other]\n", r"'other' is not known"),
        (b"profiles = 1", r"'profiles' must be a table"),
        (b"[profiles]\none = 1", r"'profiles\.one' must be a table"),
        (b"[profiles.local]\n", r"'local' is the built-in planner's"),
        (b'[profiles."../x"]\n', r"has only A-Z, a-z"),
        (b'[profiles."U P"]\n', r"has only A-Z, a-z"),
    ],
)
def test_a_file_that_is_not_a_file_of_profiles_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "profiles.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message) as refused:
        load_profiles(file)
    assert "sk-secret" not in str(refused.value)


def test_a_missing_or_unreadable_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"write one with a table \[profiles.NAME\], or use 'local'"):
        load_profiles(tmp_path / "absent.toml")
    with pytest.raises(InputError, match="cannot be read"):
        load_profiles(tmp_path)


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    profiles = load_profiles(written(tmp_path, GOOD))
    assert find_profile(profiles, "one").name == "one"
    with pytest.raises(InputError, match="there is no provider 'two': choose one of local, one,"):
        find_profile(profiles, "two")


@pytest.mark.parametrize(
    ("dialect", "key_header", "settings"),
    [
        (Dialect.OPENAI_CHAT, KeyHeader.AUTHORIZATION, Settings(8192, TokenField.MAX_TOKENS, 0.0)),
        (Dialect.OPENAI_RESPONSES, KeyHeader.AUTHORIZATION, Settings(8192, TokenField.MAX_TOKENS, 0.0)),
        (
            Dialect.ANTHROPIC_MESSAGES,
            KeyHeader.X_API_KEY,
            Settings(8192, TokenField.MAX_TOKENS, None, ResponseFormat.NONE, Store.OMIT, 120),
        ),
        (
            Dialect.GEMINI_GENERATE,
            KeyHeader.X_GOOG_API_KEY,
            Settings(8192, TokenField.MAX_TOKENS, 0.0, ResponseFormat.JSON_OBJECT, Store.FALSE, 120),
        ),
    ],
)
def test_the_least_that_is_needed_gives_the_defaults(
    tmp_path: Path, dialect: Dialect, key_header: KeyHeader, settings: Settings
) -> None:
    least = Profile(
        name="one",
        dialect=dialect,
        host="api.example.com",
        port=443,
        path=PATHS[dialect],
        model="model-1",
        key_env="EXAMPLE_KEY",
        key_header=key_header,
        ca_file=None,
        loopback=False,
        tls=True,
        settings=settings,
    )
    assert load_profiles(written(tmp_path, GOOD | {"dialect": f'"{dialect}"'})) == {"one": least}
    assert replace(profile_of(dialect), name="one") == least


def test_vertex_is_reached_with_a_bearer_token_and_without_store(tmp_path: Path) -> None:
    lines = GOOD | {"dialect": '"gemini-generate"', "key_header": '"authorization"'}
    found = load_profiles(written(tmp_path, lines, {"store": '"omit"'}))["one"]
    assert (found.key_header, found.settings.store) == (KeyHeader.AUTHORIZATION, Store.OMIT)


def test_everything_that_can_be_set_is_set(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    lines = GOOD | {
        "host": '"127.0.0.1"',
        "port": "8080",
        "path": '"/openai/v1/chat/completions?api-version=2026-10-01-preview"',
        "key_env": '""',
        "key_header": '"api-key"',
        "ca_file": '"ca.pem"',
        "loopback": "true",
        "tls": "false",
    }
    settings = {
        "max_tokens": "100",
        "token_field": '"max_completion_tokens"',
        "temperature": '"omit"',
        "response_format": '"none"',
        "store": '"omit"',
        "timeout_seconds": "5",
        "max_request_bytes": "1000",
    }
    assert load_profiles(written(tmp_path, lines, settings))["one"] == Profile(
        name="one",
        dialect=Dialect.OPENAI_CHAT,
        host="127.0.0.1",
        port=8080,
        path="/openai/v1/chat/completions?api-version=2026-10-01-preview",
        model="model-1",
        key_env=None,
        key_header=KeyHeader.API_KEY,
        ca_file=tmp_path / "ca.pem",
        loopback=True,
        tls=False,
        settings=Settings(100, TokenField.MAX_COMPLETION_TOKENS, None, ResponseFormat.NONE, Store.OMIT, 5, 1000),
    )
