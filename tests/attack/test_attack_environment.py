"""Nothing in the environment moves the request, its trust or its secrets; and each variable is shown to have power."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import anthropic
import openai
import pytest
from tests.tls_server import Authority, Provider, provider

from headgate.errors import RefusalError
from headgate.gate.envelope import envelope
from headgate.gate.recompute import expected_request
from headgate.gate.template import load_template
from headgate.gate.transport import Exchange, exchange
from headgate.providers.profiles import Profile

KEY = "sk-a-key-of-nobody"
NAMES = ("energy", "time")
PLAN = load_template("plan-1")


def send(profile: Profile) -> Exchange:
    return exchange(envelope(PLAN, NAMES, profile), KEY, profile, expected=expected_request(PLAN, NAMES, profile, KEY))


@pytest.fixture(params=["SSL_CERT_FILE", "SSL_CERT_DIR"])
def store(
    request: pytest.FixtureRequest, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names the tests' authority, as a file or as a folder."""
    if request.param == "SSL_CERT_FILE":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        return
    # OpenSSL looks for <hash>.0, and X509_NAME_hash is of SHA-1 over the canonical name, here already in lower case.
    name = b"tests' own authority"
    value = b"\x06\x03\x55\x04\x03\x0c" + bytes([len(name)]) + name
    value = b"\x30" + bytes([len(value)]) + value
    digest = hashlib.sha1(b"\x31" + bytes([len(value)]) + value).digest()[3::-1].hex()
    shutil.copy(authority.file, tmp_path / f"{digest}.0")
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))


@pytest.mark.usefixtures("store")
def test_a_store_named_by_the_environment_is_not_trusted(profile: Profile, certificate: Path) -> None:
    with provider(certificate=certificate) as sink:
        with pytest.raises(RefusalError, match="certificate fails"):
            send(replace(profile, port=sink.port, ca_file=None))
        assert sink.requests == []


@pytest.mark.usefixtures("store")
def test_the_usual_context_would_have_trusted_it(certificate: Path) -> None:
    with provider(certificate=certificate) as sink:
        usual = ssl.create_default_context()
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=usual)
        )
        assert opener.open(f"https://localhost:{sink.port}/", timeout=5).status == 200


def test_secrets_of_the_connection_are_not_logged_where_the_environment_asks(
    profile: Profile, authority: Authority, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    with provider(certificate=certificate) as sink:
        send(replace(profile, port=sink.port))
    assert not log.exists() or log.read_text() == ""
    assert ssl.create_default_context(cafile=str(authority.file)).keylog_filename == str(log)


WEAK = """openssl_conf = init
[init]
ssl_conf = parts
[parts]
system_default = weak
[weak]
MinProtocol = TLSv1
CipherString = ALL:@SECLEVEL=0
Options = PrioritizeChaCha
"""
SEEN = """
import ssl
from dataclasses import replace
from pathlib import Path
from headgate.gate.transport import tls_context
from headgate.providers.profiles import Dialect, Profile
c = tls_context(Profile(name="x", dialect=Dialect.OPENAI_CHAT, host="localhost", path="/x", model="m",
                        key_env=None, loopback=True, ca_file=Path({ca!r})))
print(c.minimum_version.name, c.security_level, c.verify_mode.name, c.check_hostname, bool(c.options & 0x200000))
"""


@pytest.mark.parametrize("weak", [True, False])
def test_a_configuration_of_openssl_named_by_the_environment_weakens_nothing(
    authority: Authority, tmp_path: Path, weak: bool
) -> None:
    """It is read all the same, as the control shows: SSL_OP_PRIORITIZE_CHACHA (0x200000) is on where it says so."""
    (tmp_path / "weak.cnf").write_text(WEAK)
    environment = {name: value for name, value in os.environ.items() if name != "OPENSSL_CONF"}
    if weak:
        environment["OPENSSL_CONF"] = str(tmp_path / "weak.cnf")
    code = SEEN.format(ca=str(authority.file))
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["TLSv1_2", "2", "CERT_REQUIRED", "True", str(weak)]


ADDRESSES = {
    "OPENAI_BASE_URL": lambda: openai.OpenAI(api_key="x").base_url,
    "ANTHROPIC_BASE_URL": lambda: anthropic.Anthropic(api_key="x").base_url,
}


def taken(server: Provider, connections: int) -> bool:
    """Whether the server took so many; its thread counts one after the client has it."""
    deadline = time.monotonic() + 30
    while server.connections < connections and time.monotonic() < deadline:
        time.sleep(0.01)
    return server.connections == connections


def test_proxies_and_base_addresses_of_the_environment_get_nothing(
    profile: Profile, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider() as elsewhere, provider(certificate=certificate) as sink:
        for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{elsewhere.port}")
        others = (
            "OPENAI_API_BASE",
            "AZURE_OPENAI_ENDPOINT",
            "GOOGLE_GEMINI_BASE_URL",
            "MISTRAL_SERVER_URL",
            "OLLAMA_HOST",
        )
        for variable in (*ADDRESSES, *others):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{elsewhere.port}/v1")
        for variable in ("OPENAI_CUSTOM_HEADERS", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
            monkeypatch.setenv(variable, "X-Leak: 1")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        there = replace(profile, port=sink.port)
        send(there)
        assert elsewhere.connections == 0
        assert sink.requests == [expected_request(PLAN, NAMES, there, KEY)]
        with pytest.raises((URLError, OSError)):
            # `urlopen` would keep the proxies of whoever called it first.
            urllib.request.build_opener().open(f"https://localhost:{sink.port}/", timeout=5)
        assert taken(elsewhere, 1)
        assert [client().port for client in ADDRESSES.values()] == [elsewhere.port] * len(ADDRESSES)
