"""Spark Connect over a connection that is there already: gRPC's frames on HTTP/2, and no dialling.

gRPC's own client opens connections of its own, which a cell cannot. What is needed of it is little: one request message
and a stream of answers a call (gRPC over HTTP/2, github.com/grpc/grpc, PROTOCOL-HTTP2), with the messages of
`pyspark.sql.connect.proto`. What the server says of an error may quote a cell, so only its code is passed on.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import struct
from collections.abc import Iterator
from uuid import uuid4

from headgate.errors import InputError, RefusalError, UnavailableError
from headgate.headers.cluster import Cluster
from headgate.tls import client_context, trust

try:
    import h2.config
    import h2.connection
    import h2.events
    import h2.exceptions
    import h2.settings
    from google.protobuf.message import DecodeError, Message
    from pyspark.sql.connect.proto import base_pb2, commands_pb2, relations_pb2
except ImportError:
    raise InputError("Spark needs packages that are not installed: pip install 'headgate[spark]'") from None

_SERVICE = "/spark.connect.SparkConnectService/"
_SECONDS = 3600.0
_WINDOW = 8 << 20
_READ = 1 << 16
_MOST = 1 << 30  # bytes of one answer
_BROKEN = "the connection to the cluster broke off, or it answered in another way than Spark Connect does"
_CODES = {
    7: "the cluster does not let this user in; check user_id and token in its URL",
    16: "the cluster does not let this user in; check user_id and token in its URL",
    8: "the cluster has no room for these rows; try a larger one, or --engine duckdb",
    4: "the cluster took too long; try again later",
    14: "the cluster is not available; try again later",
    12: "what answers at this port is no Spark Connect of version 4",
}


class Client:
    """A session of a Spark Connect server over one connection. Raises as `call` does."""

    def __init__(self, connection: socket.socket, cluster: Cluster) -> None:
        connection.settimeout(_SECONDS)
        self._cluster = cluster
        self._session = str(uuid4())
        self._tls = _tls(connection, cluster)
        try:
            self._socket = (
                connection if self._tls is None else self._tls.wrap_socket(connection, server_hostname=cluster.host)
            )
        except ssl.SSLCertVerificationError:
            raise RefusalError(
                "the cluster's certificate is not one to trust for this host: name its authority with sslrootcert=FILE "
                "in the URL"
            ) from None
        except (ssl.SSLError, OSError):
            raise RefusalError("the cluster does not speak TLS 1.2 or newer with us; see use_ssl in its URL") from None
        self._http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self._http.initiate_connection()
        self._http.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW})
        self._http.increment_flow_control_window(_WINDOW)
        self._flush()

    def rows(self, query: str) -> Iterator[bytes]:
        """The Arrow streams that a query gives, one a batch."""
        plan = base_pb2.Plan(root=relations_pb2.Relation(sql=relations_pb2.SQL(query=query)))
        for answer in self._execute(plan):
            if answer.HasField("arrow_batch"):
                yield answer.arrow_batch.data

    def run(self, statement: str) -> None:
        """The statement has run."""
        source = relations_pb2.Relation(sql=relations_pb2.SQL(query=statement))
        command = commands_pb2.Command(sql_command=commands_pb2.SqlCommand(input=source))
        for _ in self._execute(base_pb2.Plan(command=command)):
            pass

    def view(self, name: str, stream: bytes) -> None:
        """The rows of an Arrow stream stand in a temporary view of this name."""
        local = relations_pb2.Relation(local_relation=relations_pb2.LocalRelation(data=stream))
        view = commands_pb2.CreateDataFrameViewCommand(input=local, name=name, is_global=False, replace=True)
        for _ in self._execute(base_pb2.Plan(command=commands_pb2.Command(create_dataframe_view=view))):
            pass

    def release(self) -> None:
        """The session and everything that is its own are gone on the server."""
        asked = base_pb2.ReleaseSessionRequest(
            session_id=self._session, user_context=self._who(), client_type="headgate"
        )
        for _ in self._call("ReleaseSession", asked):
            pass

    def _who(self) -> base_pb2.UserContext:
        return base_pb2.UserContext(user_id=self._cluster.user)

    def _execute(self, plan: base_pb2.Plan) -> Iterator[base_pb2.ExecutePlanResponse]:
        asked = base_pb2.ExecutePlanRequest(
            session_id=self._session,
            user_context=self._who(),
            operation_id=str(uuid4()),
            client_type="headgate",
            plan=plan,
        )
        for message in self._call("ExecutePlan", asked):
            answer = base_pb2.ExecutePlanResponse()
            try:
                answer.ParseFromString(message)
            except DecodeError:
                raise UnavailableError(_BROKEN) from None
            yield answer

    def _call(self, method: str, asked: Message) -> Iterator[bytes]:
        """The messages of the answer. Raises InputError where Spark does not run what is asked on these rows,
        UnavailableError where it does not answer."""
        try:
            yield from self._exchange(method, asked.SerializeToString())
        except (h2.exceptions.H2Error, OSError, ssl.SSLError, ValueError):
            raise UnavailableError(_BROKEN) from None

    def _exchange(self, method: str, message: bytes) -> Iterator[bytes]:
        stream = self._http.get_next_available_stream_id()
        self._http.send_headers(stream, self._head(method))
        self._flush()
        self._send(stream, struct.pack("!BI", 0, len(message)) + message)
        held, total, status = bytearray(), 0, None
        for event in self._events():
            if getattr(event, "stream_id", stream) != stream:
                continue
            match event:
                case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                    status = _status(event, status)
                case h2.events.DataReceived():
                    held += event.data or b""
                    total += len(event.data or b"")
                    if total > _MOST:
                        raise UnavailableError("the cluster gives more than a result may hold; it was not used")
                    self._http.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                    self._flush()
                    yield from _messages(held)
                case h2.events.StreamEnded():
                    break
                case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                    raise UnavailableError(_BROKEN)
                case _:
                    pass
        if status != "0":
            raise _said(status)

    def _head(self, method: str) -> list[tuple[str, str]]:
        cluster = self._cluster
        host = f"[{cluster.host}]" if ":" in cluster.host else cluster.host
        named = [("authorization", f"Bearer {cluster.token}")] if cluster.token else []
        return [
            (":method", "POST"),
            (":scheme", "http" if self._tls is None else "https"),
            (":path", _SERVICE + method),
            (":authority", f"{host}:{cluster.port}"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("user-agent", "headgate"),
            *named,
        ]

    def _send(self, stream: int, data: bytes) -> None:
        """The whole of it, as fast as the server takes it."""
        left = memoryview(data)
        while left:
            room = min(self._http.local_flow_control_window(stream), self._http.max_outbound_frame_size, len(left))
            if room <= 0:
                self._wait()
                continue
            self._http.send_data(stream, bytes(left[:room]), end_stream=room == len(left))
            left = left[room:]
            self._flush()

    def _wait(self) -> None:
        """The server has said something; a reset ends the call."""
        for event in self._received():
            if isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
                raise UnavailableError(_BROKEN)

    def _events(self) -> Iterator[h2.events.Event]:
        while True:
            yield from self._received()

    def _received(self) -> list[h2.events.Event]:
        data = self._socket.recv(_READ)
        if not data:
            raise UnavailableError(_BROKEN)
        found: list[h2.events.Event] = self._http.receive_data(data)
        self._flush()
        return found

    def _flush(self) -> None:
        self._socket.sendall(self._http.data_to_send())


def _messages(held: bytearray) -> Iterator[bytes]:
    """The whole messages at the front of what was received, which are taken off it."""
    while len(held) >= 5:
        packed, size = struct.unpack_from("!BI", held)
        if packed:
            raise UnavailableError(_BROKEN)
        if len(held) < 5 + size:
            return
        yield bytes(held[5 : 5 + size])
        del held[: 5 + size]


def _status(event: h2.events.ResponseReceived | h2.events.TrailersReceived, before: str | None) -> str | None:
    """The call's status, where these headers say it."""
    said = {str(name): str(value) for name, value in event.headers or ()}
    return said.get("grpc-status", before)


def _said(status: str | None) -> InputError | UnavailableError:
    code = int(status) if status is not None and status.isdecimal() else None
    if code is None:
        return UnavailableError(_BROKEN)
    if code in _CODES:
        return UnavailableError(_CODES[code])
    return InputError(f"the cluster does not run this on these rows (gRPC status {code})")


def _tls(connection: socket.socket, cluster: Cluster) -> ssl.SSLContext | None:
    """How TLS is spoken, None for not at all: by default to this machine alone."""
    wanted = cluster.tls
    if wanted is None:
        wanted = not ipaddress.ip_address(str(connection.getpeername()[0]).partition("%")[0]).is_loopback
    if not wanted:
        return None
    context = client_context()
    context.set_alpn_protocols(["h2"])
    trust(context, cluster.root)
    return context
