"""The table of verbs: what people and programs may do to a conversation, by role.

A verb is one thing over two wires: a console's socket command, and ``POST …/conversations/{id}/{verb}``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from gateway.dispatcher import Dispatcher, digest_of
from gateway.errors import Forbidden, NotFound
from gateway.http.access import Principal
from gateway.http.routes import Call, Route, decode_body
from gateway.model.commands import AnyRequest
from gateway.store.inbound import Claim


class VerbAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The log's head after the command; for a repeated id, what the first one led to."""

    conversation: str
    seq: int


@dataclass(frozen=True, kw_only=True)
class Verb:
    """``command`` makes the command of a body; a body with an ``id`` field is stored once per id."""

    name: str
    summary: str
    roles: frozenset[str]
    body: type[msgspec.Struct]
    command: Callable[[Principal, Any], AnyRequest]


class Verbs:
    """Runs verbs, whichever wire they came by."""

    def __init__(self, dispatcher: Dispatcher, verbs: Sequence[Verb]) -> None:
        self._dispatcher = dispatcher
        self.table: Mapping[str, Verb] = {verb.name: verb for verb in verbs}
        self._decoders = {verb.name: msgspec.json.Decoder(verb.body) for verb in verbs}

    async def run_raw(self, principal: Principal, conversation: str, name: str, body: bytes) -> VerbAnswer:
        """A command as a socket brings it. Raises a ``Refused``."""
        verb = self.table.get(name)
        if verb is None:
            raise NotFound(f"There is no verb {name[:40]!r}. There are: {', '.join(self.table)}.")
        if principal.role not in verb.roles:
            raise Forbidden("Your role may not do that. Ask an administrator.")
        return await self.run(principal, conversation, verb, decode_body(body, self._decoders[name]))

    async def run(self, principal: Principal, conversation: str, verb: Verb, body: Any) -> VerbAnswer:
        command = verb.command(principal, body)
        client_id = getattr(body, "id", "")
        claim = None
        if client_id:
            endpoint = getattr(body, "endpoint", None)
            further = (*getattr(body, "files", ()), *((endpoint.identity,) if endpoint else ()))
            said = getattr(body, "text", "") or getattr(body, "macro", "") or getattr(body, "form", "")
            digest = digest_of(conversation, verb.name, said, *further)
            claim = Claim("operator", principal.id, client_id, digest)
        receipt = await self._dispatcher.submit(principal.business, conversation, command, claim=claim)
        return VerbAnswer(conversation=receipt.conversation, seq=receipt.seq)

    def routes(self) -> list[Route]:
        """The verbs as HTTP."""
        return [self._route(verb) for verb in self.table.values()]

    def _route(self, verb: Verb) -> Route:
        async def handler(call: Call) -> VerbAnswer:
            return await self.run(call.who, call.param("conversation"), verb, call.body)

        return Route(
            method="POST",
            path=f"/api/v1/businesses/{{business}}/conversations/{{conversation}}/{verb.name}",
            handler=handler,
            summary=verb.summary,
            access=verb.roles,
            body=verb.body,
            answer=VerbAnswer,
            tags=("conversations",),
        )
