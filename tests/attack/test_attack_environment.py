"""Nothing in the environment moves the request, its trust or its secrets; and each variable is shown to have power."""

from __future__ import annotations

import ssl
import urllib.request
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError

import pytest
from tests.tls_server import Authority, provider

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


def test_a_store_named_by_the_environment_is_not_trusted(
    profile: Profile, authority: Authority, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    with provider(certificate=certificate) as sink:
        with pytest.raises(RefusalError, match="certificate fails"):
            send(replace(profile, port=sink.port, ca_file=None))
        assert sink.requests == []


def test_the_usual_context_would_have_trusted_it(
    authority: Authority, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
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


def test_proxies_and_base_addresses_of_the_environment_get_nothing(
    profile: Profile, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider() as elsewhere, provider(certificate=certificate) as sink:
        for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{elsewhere.port}")
        for variable in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_HOST", "ANTHROPIC_BASE_URL"):
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
            urllib.request.urlopen(f"https://localhost:{sink.port}/", timeout=5)
        assert elsewhere.connections == 1
