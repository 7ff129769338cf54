"""The providers' own packages make the request that ours makes, and read the answers our tests give.

Each package talks over TLS to a server of the tests' own. What it sends is compared with our envelope member for
member: a slip in a dialect shows as a difference from those who made the interface. What it reads, checked against its
own types, is what the tests' canned answers say: a server that is not faithful would prove nothing about our reading.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import anthropic
import httpx2
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from mistralai.client import Mistral
from mistralai.client.errors import SDKError
from mistralai.client.models import SystemMessage, UserMessage
from tests.dialects import ANSWERS, candidate, error_reply, message, parts, profile_of, response_object
from tests.tls_server import Authority, Provider, answers, provider, response

from headgate.errors import UnavailableError
from headgate.gate.answer import answer_text
from headgate.gate.envelope import KEY_PLACE, envelope
from headgate.gate.template import load_template
from headgate.gate.transport import Exchange
from headgate.providers.profiles import TERMS, Dialect, KeyHeader, Profile, ResponseFormat, Store

TEMPLATE = load_template("plan-1")
NAMES = ("Date", "Energy kWh", "Überlast °C")
KEY = "sk-a-key-of-nobody"
JSON = "application/json"
GOLDEN = Path(__file__).parents[1] / "golden"
CHAT, RESPONSES, ANTHROPIC, GEMINI = Dialect

# Every host that this process looks up or connects to; a hook of the interpreter sees them all and cannot be taken out.
_SEEN: list[str] = []


def _see(event: str, of: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        _SEEN.append(str(of[0]))
    elif event == "socket.connect":
        _SEEN.append(str(of[1][0] if isinstance(of[1], tuple) else of[1]))


sys.addaudithook(_see)


@pytest.fixture(autouse=True)
def this_machine_alone() -> Iterator[None]:
    """No package tells anybody else, by telemetry or a look-up, what it was asked."""
    _SEEN.clear()
    yield
    assert set(_SEEN) <= {"localhost", "127.0.0.1"}
    assert _SEEN


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.file))


@dataclass(frozen=True)
class Asked:
    """What a package is asked to send: the same words and settings as ours, by its own names."""

    profile: Profile
    instructions: str
    message: str

    @property
    def shape(self) -> ResponseFormat:
        return self.profile.settings.response_format


Client = Callable[[Asked, Provider, ssl.SSLContext], object]


def web(trust: ssl.SSLContext) -> httpx2.Client:
    return httpx2.Client(verify=trust, trust_env=False)


def openai_client(server: Provider, trust: ssl.SSLContext) -> openai.OpenAI:
    return openai.OpenAI(
        api_key=KEY,
        base_url=f"https://localhost:{server.port}/v1",
        http_client=web(trust),
        max_retries=0,
        _strict_response_validation=True,
    )


def chat(asked: Asked, server: Provider, trust: ssl.SSLContext) -> object:
    formats: dict[ResponseFormat, object] = {
        ResponseFormat.JSON_SCHEMA: {
            "type": "json_schema",
            "json_schema": {"name": TEMPLATE.id, "strict": True, "schema": TEMPLATE.schema},
        },
        ResponseFormat.JSON_OBJECT: {"type": "json_object"},
        ResponseFormat.NONE: openai.omit,
    }
    got = openai_client(server, trust).chat.completions.create(  # type: ignore[call-overload]
        model="model-1",
        messages=[{"role": "system", "content": asked.instructions}, {"role": "user", "content": asked.message}],
        max_tokens=8192,
        temperature=0,
        store=False,
        response_format=formats[asked.shape],
    )
    assert isinstance(got, openai.types.chat.ChatCompletion)
    assert got.choices[0].finish_reason == "stop"
    return got.choices[0].message.content


def responses(asked: Asked, server: Provider, trust: ssl.SSLContext) -> object:
    formats: dict[ResponseFormat, object] = {
        ResponseFormat.JSON_SCHEMA: {
            "format": {"type": "json_schema", "name": TEMPLATE.id, "strict": True, "schema": TEMPLATE.schema}
        },
        ResponseFormat.JSON_OBJECT: {"format": {"type": "json_object"}},
        ResponseFormat.NONE: openai.omit,
    }
    got = openai_client(server, trust).responses.create(  # type: ignore[call-overload]
        model="model-1",
        input=[{"role": "system", "content": asked.instructions}, {"role": "user", "content": asked.message}],
        max_output_tokens=8192,
        temperature=0,
        store=False,
        text=formats[asked.shape],
    )
    assert isinstance(got, openai.types.responses.Response)
    assert got.status == "completed"
    return got.output_text


def messages(asked: Asked, server: Provider, trust: ssl.SSLContext) -> object:
    client = anthropic.Anthropic(
        api_key=KEY,
        base_url=f"https://localhost:{server.port}",
        http_client=web(trust),
        max_retries=0,
        _strict_response_validation=True,
    )
    shape: object = {"format": {"type": "json_schema", "schema": TEMPLATE.schema}}
    got = client.messages.create(  # type: ignore[call-overload]
        model="model-1",
        system=asked.instructions,
        messages=[{"role": "user", "content": asked.message}],
        max_tokens=8192,
        output_config=shape if asked.shape is ResponseFormat.JSON_SCHEMA else anthropic.omit,
    )
    assert isinstance(got, anthropic.types.Message)
    assert got.stop_reason == "end_turn"
    return "".join(block.text for block in got.content if isinstance(block, anthropic.types.TextBlock))


def generate(asked: Asked, server: Provider, trust: ssl.SSLContext) -> object:
    client = genai.Client(
        api_key=KEY,
        vertexai=False,
        http_options=genai.types.HttpOptions(
            base_url=f"https://localhost:{server.port}", api_version="v1beta", httpx_client=web(trust)
        ),
    )
    got = client.models.generate_content(
        model="model-1",
        contents=asked.message,
        config=genai.types.GenerateContentConfig(
            system_instruction=asked.instructions,
            max_output_tokens=8192,
            temperature=0,
            store=False,
            response_mime_type=None if asked.shape is ResponseFormat.NONE else JSON,
            response_json_schema=TEMPLATE.schema if asked.shape is ResponseFormat.JSON_SCHEMA else None,
        ),
    )
    assert isinstance(got, genai.types.GenerateContentResponse)
    assert got.candidates
    assert got.candidates[0].finish_reason is genai.types.FinishReason.STOP
    return got.text


def mistral(asked: Asked, server: Provider, trust: ssl.SSLContext) -> object:
    formats: dict[ResponseFormat, object] = {
        ResponseFormat.JSON_SCHEMA: {
            "type": "json_schema",
            "json_schema": {"name": TEMPLATE.id, "strict": True, "schema_definition": TEMPLATE.schema},
        },
        ResponseFormat.JSON_OBJECT: {"type": "json_object"},
        ResponseFormat.NONE: None,
    }
    turns: list[SystemMessage | UserMessage] = [
        SystemMessage(content=asked.instructions),
        UserMessage(content=asked.message),
    ]
    got = Mistral(api_key=KEY, server_url=f"https://localhost:{server.port}", client=web(trust)).chat.complete(
        model="model-1",
        messages=turns,
        max_tokens=8192,
        temperature=0,
        response_format=formats[asked.shape],  # type: ignore[arg-type]
    )
    assert got.choices[0].finish_reason == "stop"
    assert got.choices[0].message
    return got.choices[0].message.content


CLIENTS: dict[str, tuple[Dialect, Client]] = {
    "openai chat": (CHAT, chat),
    "mistralai chat": (CHAT, mistral),
    "openai responses": (RESPONSES, responses),
    "anthropic messages": (ANTHROPIC, messages),
    "google-genai generate_content": (GEMINI, generate),
}
# What a package says beyond what it is asked. Nothing else of a body may differ.
BEYOND: dict[str, dict[str, object]] = {"mistralai chat": {"stream": False}}  # the default, said
every_client = pytest.mark.parametrize("package", CLIENTS)


def profile_for(package: str, shape: ResponseFormat | None = None) -> Profile:
    """The profile to ask as the package does: Mistral has no `store`, Anthropic's sends its key as a bearer token."""
    usual = profile_of(CLIENTS[package][0])
    settings = replace(usual.settings, response_format=shape or usual.settings.response_format)
    if package == "mistralai chat":
        settings = replace(settings, store=Store.OMIT)
    header = KeyHeader.AUTHORIZATION if package == "anthropic messages" else usual.key_header
    return replace(usual, settings=settings, key_header=header)


@dataclass(frozen=True)
class Exchanged:
    """What a package read of an answer, and what it sent for it, less what it says beyond what it is asked."""

    read: object
    line: str
    headers: dict[str, str]
    body: dict[str, object]


def exchanged(
    package: str,
    profile: Profile,
    body: bytes,
    certificate: Path,
    trust: ssl.SSLContext,
    names: tuple[str, ...] = NAMES,
) -> Exchanged:
    """The package asked for these names as the profile says, and was given this answer."""
    dialect, ask = CLIENTS[package]
    instructions, message, _ = parts(dialect, envelope(TEMPLATE, names, profile).body)
    with provider(answers(response(body)), certificate) as server:
        read = ask(Asked(profile, instructions, message), server, trust)
    (sent,) = server.requests
    head, _, sent_body = sent.partition(b"\r\n\r\n")
    line, *fields = head.decode("ascii").split("\r\n")
    headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    asked = json.loads(sent_body)
    for member, value in BEYOND.get(package, {}).items():
        assert asked.pop(member) == value
    return Exchanged(read, line, headers, asked)


@pytest.mark.parametrize(
    ("package", "shape"),
    [(package, shape) for package, (dialect, _) in CLIENTS.items() for shape in TERMS[dialect].response_formats],
)
def test_the_package_sends_the_body_that_ours_is(
    package: str, shape: ResponseFormat, certificate: Path, trust: ssl.SSLContext
) -> None:
    profile = profile_for(package, shape)
    got = exchanged(package, profile, ANSWERS[profile.dialect]("read"), certificate, trust)
    ours = envelope(TEMPLATE, NAMES, profile)
    assert got.body == json.loads(ours.body)
    assert got.line == f"{ours.method} {ours.path} HTTP/1.1"
    assert got.body != json.loads(envelope(TEMPLATE, NAMES[1:], profile).body), "the control: another body is told"


@pytest.mark.parametrize("package", sorted(CLIENTS.keys() - {"mistralai chat"}))
def test_the_golden_body_is_what_the_package_sends(package: str, certificate: Path, trust: ssl.SSLContext) -> None:
    profile = profile_for(package)
    golden = json.loads((GOLDEN / f"{profile.dialect}-steel.json").read_text(encoding="utf-8"))
    _, message, _ = parts(profile.dialect, golden["body"].encode())
    names = tuple(column["name"] for column in json.loads(message)["columns"])
    sent = exchanged(package, profile, ANSWERS[profile.dialect]("read"), certificate, trust, names).body
    assert sent == json.loads(golden["body"])


@every_client
def test_the_package_puts_key_and_version_where_ours_stand(
    package: str, certificate: Path, trust: ssl.SSLContext
) -> None:
    profile = profile_for(package)
    got = exchanged(package, profile, ANSWERS[profile.dialect]("read"), certificate, trust)
    about = {"authorization", "api-key", "x-api-key", "x-goog-api-key", "anthropic-version"}
    ours = {name.lower(): value.replace(KEY_PLACE, KEY) for name, value in envelope(TEMPLATE, NAMES, profile).headers}
    assert {name: got.headers[name] for name in about & got.headers.keys()} == {
        name: ours[name] for name in about & ours.keys()
    }
    assert KEY not in got.line


@pytest.mark.parametrize(
    ("package", "body"),
    [
        *((package, ANSWERS[dialect]("the plan, über all")) for package, (dialect, _) in CLIENTS.items()),
        ("openai responses", response_object("the plan", {"type": "reasoning", "id": "rs_1", "summary": []})),
        ("anthropic messages", message("the plan", {"type": "thinking", "thinking": "hm", "signature": "s"})),
        ("anthropic messages", message("the plan", {"type": "redacted_thinking", "data": "hm"})),
        ("google-genai generate_content", candidate("plan", {"text": "hm", "thought": True}, {"text": "the "})),
    ],
)
def test_the_package_reads_the_text_that_ours_reads(
    package: str, body: bytes, certificate: Path, trust: ssl.SSLContext
) -> None:
    profile = profile_for(package)
    read = exchanged(package, profile, body, certificate, trust).read
    assert read == answer_text(Exchange(200, None, content_type=JSON, body=body), profile)
    assert str(read).startswith("the plan")


@pytest.mark.parametrize(("status", "words"), [(401, "401: it does not take the key"), (429, "try again in 7 seconds")])
@every_client
def test_the_package_takes_our_servers_refusals_for_what_they_are(
    package: str, status: int, words: str, certificate: Path, trust: ssl.SSLContext
) -> None:
    dialect, ask = CLIENTS[package]
    profile = profile_for(package)
    body = error_reply(dialect, status, "no")
    wire = response(body, f"{status} No", "Retry-After: 7")
    with provider(answers(wire), certificate) as server, pytest.raises(ERRORS[package, status]) as refused:
        ask(Asked(profile, "", "x"), server, trust)
    assert status_and_wait(refused.value) == (status, "7")
    with pytest.raises(UnavailableError, match=words):
        answer_text(Exchange(status, None, content_type=JSON, retry_after="7", body=body), profile)


ERRORS: dict[tuple[str, int], type[Exception]] = {
    ("openai chat", 401): openai.AuthenticationError,
    ("openai chat", 429): openai.RateLimitError,
    ("openai responses", 401): openai.AuthenticationError,
    ("openai responses", 429): openai.RateLimitError,
    ("anthropic messages", 401): anthropic.AuthenticationError,
    ("anthropic messages", 429): anthropic.RateLimitError,
    ("google-genai generate_content", 401): genai_errors.ClientError,
    ("google-genai generate_content", 429): genai_errors.ClientError,
    ("mistralai chat", 401): SDKError,
    ("mistralai chat", 429): SDKError,
}


def status_and_wait(error: Exception) -> tuple[int, str | None]:
    """The status and `Retry-After` as the package's own error holds them."""
    match error:
        case openai.APIStatusError() | anthropic.APIStatusError():
            return error.status_code, error.response.headers.get("retry-after")
        case genai_errors.APIError():
            return error.code, error.response.headers.get("retry-after")
        case SDKError():
            return error.status_code, error.headers.get("retry-after")
    raise AssertionError(f"no package raises {type(error)}")


def test_a_look_up_of_another_host_would_be_seen() -> None:
    socket.getaddrinfo("127.0.0.2", 443)
    assert _SEEN == ["127.0.0.2"]
    _SEEN[:] = ["localhost"]
