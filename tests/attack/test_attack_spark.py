"""A Spark Connect server that is none, breaks off, says cells in its errors or gives too much: one sentence of ours."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import h2.config
import h2.connection
import h2.events
import pytest

from headgate.engines import spark_connect
from headgate.engines.spark_connect import Client
from headgate.errors import HeadgateError, InputError, UnavailableError
from headgate.headers.cluster import Cluster
from headgate.sandbox.connection import connected

SECRET = "4711-geheim"
Answer = Callable[[h2.connection.H2Connection, int], None]


class Server:
    """Something on loopback that takes a call and answers it as it is told; `heard` is what it was sent."""

    def __init__(self, stack: ExitStack) -> None:
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port = int(self._listener.getsockname()[1])
        self.heard: dict[str, str] = {}

    def speak(self, first: bytes | Answer) -> None:
        threading.Thread(target=self._serve, args=(first,), daemon=True).start()

    def _serve(self, first: bytes | Answer) -> None:
        with suppress(OSError):
            channel, _ = self._listener.accept()
            with channel:
                if isinstance(first, bytes):
                    channel.sendall(first)
                    return
                self._answer(channel, first)

    def _answer(self, channel: socket.socket, first: Answer) -> None:
        http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        http.initiate_connection()
        channel.sendall(http.data_to_send())
        while data := channel.recv(65_536):
            for event in http.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.heard = {str(name): str(value) for name, value in event.headers or ()}
                if isinstance(event, h2.events.StreamEnded):
                    first(http, event.stream_id or 1)
            channel.sendall(http.data_to_send())


@pytest.fixture
def server() -> Iterator[Server]:
    with ExitStack() as stack:
        yield Server(stack)


def ask(server: Server, token: str | None = None) -> list[bytes]:
    client = Client(connected(("127.0.0.1", server.port)), Cluster("127.0.0.1", server.port, token=token, tls=False))
    return list(client.rows("SELECT 1"))


def trailers(status: int, message: str = "") -> Answer:
    def answer(http: h2.connection.H2Connection, stream: int) -> None:
        head = [(":status", "200"), ("content-type", "application/grpc")]
        end = [("grpc-status", str(status)), ("grpc-message", message)]
        http.send_headers(stream, [*head, *end], end_stream=True)

    return answer


def data(*frames: bytes, status: int = 0) -> Answer:
    def answer(http: h2.connection.H2Connection, stream: int) -> None:
        http.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
        for frame in frames:
            http.send_data(stream, frame)
        http.send_headers(stream, [("grpc-status", str(status))], end_stream=True)

    return answer


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", UnavailableError),
        (b"HTTP/1.1 200 OK\r\n\r\n" + SECRET.encode(), UnavailableError),
        (b"\x00" * 64, UnavailableError),
        (trailers(13, SECRET), InputError),
        (trailers(14, SECRET), UnavailableError),
        (trailers(16, SECRET), UnavailableError),
        (data(b"\x01\x00\x00\x00\x01x"), UnavailableError),  # a packed message, which was not asked for
        (data(struct.pack("!BI", 0, 5) + SECRET.encode()[:5]), UnavailableError),  # no message of Spark's
        (lambda http, stream: http.reset_stream(stream), UnavailableError),
        (lambda http, stream: http.close_connection(), UnavailableError),
    ],
    ids=lambda value: getattr(value, "__name__", None) or str(value)[:12],
)
def test_what_a_server_says_is_one_sentence_of_ours(
    answer: bytes | Answer, kind: type[HeadgateError], server: Server
) -> None:
    server.speak(answer)
    with pytest.raises(kind) as caught:
        ask(server)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_control_a_call_that_ends_well_gives_what_there_is(server: Server) -> None:
    server.speak(data(status=0))
    assert ask(server, token="t0ken") == []
    assert server.heard["authorization"] == "Bearer t0ken"
    assert server.heard[":path"] == "/spark.connect.SparkConnectService/ExecutePlan"
    assert server.heard["user-agent"] == "headgate"
    named = {":method", ":scheme", ":path", ":authority", "te", "content-type", "user-agent", "authorization"}
    assert set(server.heard) == named


def test_an_answer_larger_than_a_result_is_not_taken(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_connect, "_MOST", 1000)
    server.speak(data(struct.pack("!BI", 0, 5000) + b"x" * 1500))
    with pytest.raises(UnavailableError, match="more than a result may hold"):
        ask(server)
