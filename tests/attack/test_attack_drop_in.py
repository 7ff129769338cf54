"""An SDK that keeps its own ways sends, through our transport, the approved envelope or nothing."""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from google import genai
from mistralai.client import Mistral
from openai.types.chat import ChatCompletion
from tests.approvals import manifest_of
from tests.dialects import ANSWERS
from tests.tls_server import PLAN, Provider, Reply, answers, completion, provider, response

from headgate import HeadgateTransport, InputError, IntegrityError, RefusalError, UnavailableError
from headgate.app import profile_named
from headgate.canonical import canonical_json
from headgate.database import Database
from headgate.gate import envelope, load_template, wire_bytes
from headgate.ledger import Ledger, SendIntended, SendOutcome
from headgate.manifest import ApprovedManifest, ManifestStore, names_digest
from headgate.providers.profiles import Dialect

KEY = "sk-a-key-of-nobody"
SDK_KEY = "sk-of-the-sdk"
CELL = "canary-17.3"
Approve = Callable[..., ApprovedManifest]
Call = dict[str, Any]


@dataclass
class Place:
    """A server with a profile of its own in the state folder, and the SDK's ways to it."""

    server: Provider
    context: ssl.SSLContext

    @property
    def base(self) -> str:
        return f"https://localhost:{self.server.port}/v1"

    def sdk(self, transport: HeadgateTransport | None, **options: Any) -> openai.OpenAI:
        """The SDK over our transport, or over its usual one."""
        client = httpx2.Client(transport=transport) if transport else httpx2.Client(verify=self.context)
        return openai.OpenAI(http_client=client, **{"api_key": SDK_KEY, "base_url": self.base} | options)


Open = Callable[..., Place]


@pytest.fixture
def place(authority: Any, certificate: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Start a server that answers so, and give a profile `sink` that leads to it."""
    monkeypatch.setenv("SINK_KEY", KEY)
    running = []

    def start(reply: Reply | None = None, dialect: Dialect = Dialect.OPENAI_CHAT) -> Place:
        manager = provider(reply or answers(response(ANSWERS[dialect](PLAN))), certificate)
        server = manager.__enter__()
        running.append(manager)
        own_home.mkdir(exist_ok=True)
        (own_home / "profiles.toml").write_text(
            f'[profiles.sink]\ndialect = "{dialect}"\nhost = "localhost"\nport = {server.port}\n'
            f'model = "model-1"\nkey_env = "SINK_KEY"\nca_file = "{authority.file}"\nloopback = true\n'
            "settings = { timeout_seconds = 5 }\n",
            encoding="utf-8",
        )
        return Place(server, ssl.create_default_context(cafile=str(authority.file)))

    yield start
    for manager in running:
        manager.__exit__(None, None, None)


def sends(ledger: Ledger) -> list[SendIntended | SendOutcome]:
    return [entry.event for entry in ledger.entries() if isinstance(entry.event, SendIntended | SendOutcome)]


def with_columns(call: Call, *more: str) -> Call:
    """The call with further names among the approved ones."""
    asked = json.loads(call["messages"][1]["content"])
    asked["columns"] += [{"id": f"c{len(asked['columns']) + n}", "name": name} for n, name in enumerate(more, 1)]
    return call | {"messages": [call["messages"][0], {"role": "user", "content": json.dumps(asked)}]}


@pytest.mark.parametrize("concurrent", [False, True], ids=["sync", "async"])
def test_the_approved_call_goes_through_and_nothing_of_the_sdk_leaves(
    approve: Approve, ledger: Ledger, place: Open, monkeypatch: pytest.MonkeyPatch, concurrent: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Site: {CELL}")
    here = place()
    manifest = approve("energy", "time")
    transport = HeadgateTransport(manifest.id, "sink")
    options: dict[str, Any] = {"organization": "org-1", "default_headers": {"X-Leak": CELL}}
    if concurrent:

        async def ask() -> ChatCompletion:
            client = httpx2.AsyncClient(transport=transport)
            sdk = openai.AsyncOpenAI(api_key=SDK_KEY, base_url=here.base, http_client=client, **options)
            return await sdk.chat.completions.create(**transport.call())

        got = asyncio.run(ask())
    else:
        got = here.sdk(transport, **options).chat.completions.create(**transport.call())
    assert isinstance(got, ChatCompletion)
    assert got.choices[0].message.content == PLAN
    approved = envelope(load_template("plan-1"), ("energy", "time"), profile_named("sink"))
    assert here.server.requests == [wire_bytes(approved, KEY)]
    assert here.server.connections == 1
    intended, ended = sends(ledger)
    assert isinstance(intended, SendIntended)
    assert isinstance(ended, SendOutcome)
    assert ledger.opens(intended.envelope, wire_bytes(approved))
    assert transport.answer is not None
    assert (transport.answer.intent.index, transport.answer.reply) == (ended.intent, completion())
    assert transport.answer.outcome.holds()


def test_the_same_sdk_without_the_transport_tells_of_itself(approve: Approve, place: Open) -> None:
    """The control: what the test above finds absent is there otherwise."""
    here = place()
    transport = HeadgateTransport(approve("energy").id, "sink")
    here.sdk(None, default_headers={"X-Leak": CELL}).chat.completions.create(**transport.call())
    told = here.server.requests[0].lower()
    assert b"x-stainless-os" in told
    assert SDK_KEY.encode() in told
    assert CELL.encode() in told
    assert transport.answer is None


# What somebody may change of a call: the arguments of the SDK's method from the approved ones, and the member it is in.
CHANGED: dict[str, tuple[Callable[[Call], Call], str]] = {
    "one more name": (lambda call: with_columns(call, "cost"), "messages"),
    "a cell": (lambda call: with_columns(call, CELL), "messages"),
    "a question": (
        lambda call: call | {"messages": [*call["messages"], {"role": "user", "content": CELL}]},
        "messages",
    ),
    "user": (lambda call: call | {"user": CELL}, "user"),
    "metadata": (lambda call: call | {"metadata": {"site": CELL}}, "metadata"),
    "store": (lambda call: call | {"store": True}, "store"),
    "no store": (lambda call: {name: value for name, value in call.items() if name != "store"}, "store"),
    "one for true": (lambda call: call | {"extra_body": {"store": 0}}, "store"),
    "temperature": (lambda call: call | {"temperature": 1}, "temperature"),
    "model": (lambda call: call | {"model": "model-2"}, "model"),
    "tools": (
        lambda call: call | {"tools": [{"type": "function", "function": {"name": "f", "description": CELL}}]},
        "tools",
    ),
    "a stream": (lambda call: call | {"stream": True}, "stream"),
    "a query": (lambda call: call | {"extra_query": {"site": CELL}}, "path"),
    "data for a member": (lambda call: call | {"extra_body": {f"site {CELL}": 1}}, r"\?"),
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_call_that_is_not_the_approved_one_is_refused_before_anything_connects(
    approve: Approve, ledger: Ledger, place: Open, change: str
) -> None:
    changed, where = CHANGED[change]
    here = place()
    transport = HeadgateTransport(approve("energy", "time").id, "sink")
    with pytest.raises(RefusalError, match=f"differs in: {where}\\.") as refused:
        here.sdk(transport).chat.completions.create(**changed(transport.call()))
    assert CELL not in str(refused.value)
    assert here.server.connections == 0
    assert sends(ledger) == []


@pytest.mark.parametrize("change", CHANGED)
def test_the_same_change_leaves_without_the_transport(approve: Approve, place: Open, change: str) -> None:
    """The control: the SDK takes the change, and the server gets it."""
    changed, _ = CHANGED[change]
    here = place()
    call = HeadgateTransport(approve("energy", "time").id, "sink").call()
    here.sdk(None).chat.completions.create(**changed(call))
    head, _, body = here.server.requests[0].partition(b"\r\n\r\n")
    left = (head.split(b" ")[1].decode(), canonical_json(json.loads(body)))
    assert left != ("/v1/chat/completions", canonical_json(call))


ELSEWHERE: dict[str, tuple[str, str]] = {
    "an address of the same server": ("https://127.0.0.1:{port}/v1", "host"),
    "another host": ("https://elsewhere.example:{port}/v1", "host"),
    "a host with an ending": ("https://localhost.elsewhere.example:{port}/v1", "host"),
    "another port": ("https://localhost/v1", "port"),
    "another path": ("https://localhost:{port}/v2", "path"),
    "no encryption": ("http://localhost:{port}/v1", "scheme"),
    "a user": (f"https://{CELL}@localhost:{{port}}/v1", "user"),
}


@pytest.mark.parametrize("by_environment", [False, True], ids=["argument", "environment"])
@pytest.mark.parametrize("where", ELSEWHERE)
def test_a_call_that_leads_elsewhere_is_refused_before_anything_connects(
    approve: Approve,
    ledger: Ledger,
    place: Open,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    by_environment: bool,
) -> None:
    address, word = ELSEWHERE[where]
    here = place()
    base = address.format(port=here.server.port)
    monkeypatch.setenv("OPENAI_BASE_URL", base)
    transport = HeadgateTransport(approve("energy").id, "sink")
    with pytest.raises(RefusalError, match=f"differs in: {word}\\.") as refused:
        here.sdk(transport, base_url=None if by_environment else base).chat.completions.create(**transport.call())
    assert CELL not in str(refused.value)
    assert here.server.connections == 0
    assert sends(ledger) == []


def test_no_other_method_of_the_sdk_gets_out(approve: Approve, ledger: Ledger, place: Open, tmp_path: Path) -> None:
    here = place()
    transport = HeadgateTransport(approve("energy").id, "sink")
    sdk = here.sdk(transport)
    upload = tmp_path / "rows.csv"
    upload.write_text(CELL, encoding="utf-8")
    calls: list[Callable[[], object]] = [
        sdk.models.list,
        lambda: sdk.files.create(file=upload, purpose="user_data"),
        lambda: sdk.responses.create(model="model-1", input=CELL),
        lambda: sdk.embeddings.create(model="model-1", input=CELL),
        lambda: sdk.chat.completions.delete("chatcmpl-1"),
    ]
    for call in calls:
        with pytest.raises(RefusalError, match="path"):
            call()
    assert here.server.connections == 0
    assert sends(ledger) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda body: body[:-1] + b',"store":false}',
        lambda body: body.replace(b'"store":false', b'"store":true,"store":false'),
        lambda body: body.replace(b'"temperature":0', b'"temperature":NaN'),
        lambda body: body.replace(b'"temperature":0', b'"temperature":1e999'),
        lambda body: body.decode().encode("utf-16"),
        lambda body: b"\xef\xbb\xbf" + body,
        lambda body: body + CELL.encode(),
        lambda body: b"[" + body + b"]",
        lambda body: b"[" * 100_000,
        lambda body: b"",
    ],
    ids=["twice", "first true", "NaN", "infinite", "UTF-16", "mark", "tail", "list", "deep", "empty"],
)
def test_a_body_that_two_readers_may_read_differently_is_refused(
    approve: Approve, ledger: Ledger, place: Open, spoilt: Callable[[bytes], bytes]
) -> None:
    here = place()
    transport = HeadgateTransport(approve("energy").id, "sink")
    approved = envelope(load_template("plan-1"), ("energy",), profile_named("sink")).body
    client = httpx2.Client(transport=transport)
    with pytest.raises(RefusalError, match="differs in: body"):
        client.post(f"{here.base}/chat/completions", content=spoilt(approved))
    assert here.server.connections == 0
    assert sends(ledger) == []


def test_the_same_value_in_another_spelling_goes_through_and_leaves_in_ours(approve: Approve, place: Open) -> None:
    """The control of the one above: it is the value that counts. What was refused before has used nothing up."""
    here = place()
    transport = HeadgateTransport(approve("énergie").id, "sink")
    client = httpx2.Client(transport=transport)
    turned = dict(reversed(transport.call().items()))
    with pytest.raises(RefusalError):
        client.post(f"{here.base}/chat/completions", json=turned | {"n": 2})
    got = client.post(f"{here.base}/chat/completions", content=json.dumps(turned, indent=2, ensure_ascii=True))
    assert got.headers.multi_items() == [("content-type", "application/json")]
    assert got.content == completion()
    approved = envelope(load_template("plan-1"), ("énergie",), profile_named("sink"))
    assert here.server.requests == [wire_bytes(approved, KEY)]


def test_names_of_another_manifest_and_names_that_were_not_approved_are_refused(
    approve: Approve, ledger: Ledger, state: Database, place: Open
) -> None:
    here = place()
    approve("cost", "energy", manifest_id="m_0000000000000001")
    transport = HeadgateTransport(approve("energy").id, "sink")
    other = HeadgateTransport("m_0000000000000001", "sink").call()
    with pytest.raises(RefusalError, match="messages"):
        here.sdk(transport).chat.completions.create(**other)

    loose = manifest_of(CELL, manifest_id="m_0000000000000002")
    ManifestStore(state).save(loose)
    transport = HeadgateTransport(loose.id, "sink")
    with pytest.raises(RefusalError, match="no approval"):
        here.sdk(transport).chat.completions.create(**transport.call())

    changed = manifest_of(CELL, manifest_id="m_0000000000000003", digest=names_digest(("x",)))
    ManifestStore(state).save(changed)
    with pytest.raises(IntegrityError):
        here.sdk(HeadgateTransport(changed.id, "sink")).chat.completions.create(**other)

    with pytest.raises(InputError):
        here.sdk(HeadgateTransport("m_ffffffffffffffff", "sink")).chat.completions.create(**other)
    assert here.server.connections == 0
    assert sends(ledger) == []


Ask = Callable[[Place, httpx2.Client, Call], object]


def responses(here: Place, client: httpx2.Client, call: Call) -> object:
    got = openai.OpenAI(api_key=SDK_KEY, base_url=here.base, http_client=client).responses.create(**call)
    assert isinstance(got, openai.types.responses.Response)
    return got.output_text


def messages(here: Place, client: httpx2.Client, call: Call) -> object:
    base = here.base.removesuffix("/v1")
    got = anthropic.Anthropic(api_key=SDK_KEY, base_url=base, http_client=client, max_retries=1).messages.create(**call)
    assert isinstance(got, anthropic.types.Message)
    assert isinstance(got.content[0], anthropic.types.TextBlock)
    return got.content[0].text


def generate(here: Place, client: httpx2.Client, call: Call) -> object:
    """The one whose method takes the members by other names than the body has."""
    options = genai.types.HttpOptions(base_url=here.base.removesuffix("/v1"), api_version="v1beta", httpx_client=client)
    config = {"systemInstruction": call["systemInstruction"], "store": call["store"]} | call["generationConfig"]
    got = genai.Client(api_key=SDK_KEY, vertexai=False, http_options=options).models.generate_content(
        model="model-1", contents=call["contents"], config=genai.types.GenerateContentConfig(**config)
    )
    return got.text


OTHERS: dict[str, tuple[Dialect, Ask]] = {
    "openai responses": (Dialect.OPENAI_RESPONSES, responses),
    "anthropic": (Dialect.ANTHROPIC_MESSAGES, messages),
    "google-genai": (Dialect.GEMINI_GENERATE, generate),
}


@pytest.mark.parametrize("package", OTHERS)
def test_every_dialect_has_a_package_that_goes_through(approve: Approve, place: Open, package: str) -> None:
    dialect, ask = OTHERS[package]
    here = place(dialect=dialect)
    transport = HeadgateTransport(approve("energy").id, "sink")
    assert ask(here, httpx2.Client(transport=transport), transport.call()) == PLAN
    approved = envelope(load_template("plan-1"), ("energy",), profile_named("sink"))
    assert here.server.requests == [wire_bytes(approved, KEY)]


def test_a_package_that_adds_a_member_of_its_own_is_refused(approve: Approve, ledger: Ledger, place: Open) -> None:
    here = place()
    transport = HeadgateTransport(approve("energy").id, "sink")
    client = httpx2.Client(transport=transport)
    call = {name: value for name, value in transport.call().items() if name != "store"}
    with pytest.raises(RefusalError, match="differs in: store, stream"):
        Mistral(api_key=SDK_KEY, server_url=here.base.removesuffix("/v1"), client=client).chat.complete(**call)
    assert here.server.connections == 0
    assert sends(ledger) == []


def test_an_sdk_that_tries_again_after_a_failure_is_not_heard_twice(
    approve: Approve, ledger: Ledger, place: Open
) -> None:
    here = place(answers(response(b"{}", "503 Service Unavailable")), Dialect.ANTHROPIC_MESSAGES)
    transport = HeadgateTransport(approve("energy").id, "sink")
    # This SDK takes any exception of its client for a lost connection, and asks again.
    with pytest.raises(anthropic.APIConnectionError) as failed:
        messages(here, httpx2.Client(transport=transport), transport.call())
    assert isinstance(failed.value.__cause__, UnavailableError)
    assert "503" in str(failed.value.__cause__)
    assert here.server.connections == 1
    assert len(sends(ledger)) == 2, "one intent and one outcome"


def test_a_failure_is_told_by_the_gate_and_a_second_question_takes_a_second_transport(
    approve: Approve, ledger: Ledger, place: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = approve("energy")
    here = place(answers(response(b"{}", "429 Too Many Requests", "Retry-After: 0")))
    transport = HeadgateTransport(manifest.id, "sink")
    with pytest.raises(UnavailableError, match="429"):
        here.sdk(transport, max_retries=3).chat.completions.create(**transport.call())
    assert here.server.connections == 1

    here = place()
    transport = HeadgateTransport(manifest.id, "sink")
    here.sdk(transport).chat.completions.create(**transport.call())
    with pytest.raises(RefusalError, match="once"):
        here.sdk(transport).chat.completions.create(**transport.call())
    assert here.server.connections == 1
    assert len(sends(ledger)) == 4

    monkeypatch.delenv("SINK_KEY")
    transport = HeadgateTransport(manifest.id, "sink")
    with pytest.raises(InputError, match="SINK_KEY"):
        here.sdk(transport).chat.completions.create(**transport.call())
    assert here.server.connections == 1


def test_without_the_extra_the_transport_says_what_to_install() -> None:
    script = "import sys; sys.modules['httpx2'] = None; import headgate; headgate.HeadgateTransport"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("InputError: httpx2 is not installed: pip install 'headgate[httpx2]'")
