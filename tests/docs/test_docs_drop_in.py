"""The example for who keeps an SDK runs against a server of the tests' own, put in the place of the example's host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.test_docs_examples import PLANT, blocks
from tests.tls_server import PLAN, Authority, provider


def test_the_example_with_an_sdk_sends_the_approved_names_alone(
    tmp_path: Path, authority: Authority, certificate: Path
) -> None:
    (script,) = blocks("docs/drop-in.md", "python")
    (profile,) = blocks("README.md", "toml")
    (tmp_path / "plant.csv").write_text(PLANT, encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    with provider(certificate=certificate) as sink:
        leads = f'host = "localhost"\nport = {sink.port}\nca_file = "{authority.file}"\nloopback = true'
        (home / "profiles.toml").write_text(profile.replace('host = "api.example.com"', leads), encoding="utf-8")
        script = script.replace("https://api.example.com/", f"https://localhost:{sink.port}/")
        env = {**os.environ, "HEADGATE_HOME": str(home), "EXAMPLE_API_KEY": "sk-a-key-of-nobody"}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(PLAN)
    (request,) = sink.requests
    assert b"Usage_kWh" in request
    assert b"Ringaskiddy" not in request
    assert b"stainless" not in request.lower()
    assert b"\r\nAuthorization: Bearer sk-a-key-of-nobody\r\n" in request
