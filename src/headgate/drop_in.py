"""A transport for people who keep an SDK: the SDK builds its request, and only the approved envelope may leave.

The SDK's request is compared and thrown away. What is written is the gate's own envelope, with the gate's headers and
the key of the profile, over the gate's own connection; nothing of the SDK's headers or of its key is in it.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, NoReturn

from headgate.errors import HeadgateError, InputError, RefusalError

try:
    import httpx2
    from anyio import to_thread
except ImportError:
    raise InputError("httpx2 is not installed: pip install 'headgate[httpx2]'") from None

from headgate import app
from headgate.canonical import Json, canonical_json
from headgate.gate import DEFAULT_TEMPLATE, Answer, Envelope, envelope, load_template
from headgate.manifest import wire_names
from headgate.providers import Profile

# The parts of an address, by the name the client's library has for them and by the word for a message.
_ADDRESS = {
    "scheme": "scheme",
    "userinfo": "user",
    "raw_host": "host",
    "port": "port",
    "raw_path": "path",
    "fragment": "fragment",
}


class HeadgateTransport(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """A transport that lets one request out, once: the envelope of an approved manifest.

    It serves `httpx2.Client` and `httpx2.AsyncClient`. A request that is not that envelope raises `RefusalError`; no
    connection is opened for it and nothing is recorded. One transport asks once: an SDK that tries again after a
    failure gets the same error again, and a second question takes a second transport.

    `answer` is what came back, with the receipts of intent and outcome; None until then.
    """

    def __init__(
        self, manifest_id: str, provider: str, template: str = DEFAULT_TEMPLATE, home: Path | None = None
    ) -> None:
        self.answer: Answer | None = None
        self._ids = (manifest_id, template, provider)
        self._home = home
        self._asked = False
        self._failed: HeadgateError | None = None
        self._one_at_a_time = threading.Lock()

    def call(self) -> dict[str, Any]:
        """The JSON body of the one envelope that may leave, as the arguments of the SDK's method.

        Raises `InputError`, `RefusalError` or `IntegrityError` where there is no such envelope.
        """
        # Any, because an SDK's method has a type of its own for each argument.
        arguments: dict[str, Any] = json.loads(self._approved()[0].body)
        return arguments

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The provider's reply to the approved envelope, as it came, if the SDK asked for exactly that envelope.

        In order: (1) method, address and body are those of the envelope, else `RefusalError`; (2) this transport has
        not asked before; (3) the gate sends, by ids alone. Raises what the gate raises.
        """
        request.read()
        return self._exchanged(request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The same for `httpx2.AsyncClient`; the exchange runs in a thread and is waited for even when cancelled."""
        await request.aread()
        return await to_thread.run_sync(self._exchanged, request)

    def _exchanged(self, request: httpx2.Request) -> httpx2.Response:
        approved, profile = self._approved()
        differing = _differences(request, approved, profile)
        if differing:
            _refuse(differing, profile)
        with self._one_at_a_time:
            if self._failed is not None:
                raise self._failed
            if self._asked:
                raise RefusalError("this transport has asked once already: make another one to ask again")
            self._asked = True
            try:
                self.answer = app.send(*self._ids, self._home)
            except HeadgateError as error:
                self._failed = error
                raise
        return httpx2.Response(
            200, headers={"Content-Type": "application/json"}, stream=httpx2.ByteStream(self.answer.reply)
        )

    def _approved(self) -> tuple[Envelope, Profile]:
        manifest_id, template, provider = self._ids
        profile = app.profile_named(provider, self._home)
        with app.opened(self._home) as state:
            names = wire_names(state.manifests.load(manifest_id).names)
        return envelope(load_template(template), names, profile), profile


def _differences(request: httpx2.Request, approved: Envelope, profile: Profile) -> list[str]:
    """What of the request is not as approved, by name and never by value: parts of the address, members of the body.

    Headers are not looked at, because none of them leaves.
    """
    wanted = _address(profile)
    differing = [word for part, word in _ADDRESS.items() if getattr(request.url, part) != getattr(wanted, part)]
    if request.method != approved.method:
        differing.insert(0, "method")
    return differing or _differing_members(request.content, approved.body)


def _differing_members(asked: bytes, approved: bytes) -> list[str]:
    """The members of the body that are not as approved; both are compared as RFC 8785 spells them."""
    try:
        found: Json = json.loads(asked.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        if canonical_json(found) == approved:
            return []
    except (ValueError, RecursionError):
        return ["body (not strict JSON)"]
    if not isinstance(found, dict):
        return ["body (not an object)"]
    wanted = json.loads(approved)
    differing = [
        name
        for name in sorted(found.keys() | wanted.keys())
        if name not in found or name not in wanted or canonical_json(found[name]) != canonical_json(wanted[name])
    ]
    # A member that is spelled like no argument may be data that took the place of a name.
    return [name if name.isascii() and name.isidentifier() else "?" for name in differing]


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """The object, if no member is there twice: RFC 8259 leaves open which of the two a reader takes."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError
    return made


def _constant(_: str) -> NoReturn:
    """NaN and the infinities, which JSON does not have (RFC 8259 section 6)."""
    raise ValueError


def _refuse(differing: list[str], profile: Profile) -> NoReturn:
    listed = ", ".join(differing[:5]) + (" and more" if len(differing) > 5 else "")
    raise RefusalError(
        f"the request is not the approved one, so nothing was sent; it differs in: {listed}. "
        f"Lead the SDK to {_address(profile)} and pass on call() as it is"
    )


def _address(profile: Profile) -> httpx2.URL:
    host = f"[{profile.host}]" if ":" in profile.host else profile.host
    return httpx2.URL(f"{'https' if profile.tls else 'http'}://{host}:{profile.port}{profile.path}")
