"""Tokens of programs that use the API: one business, one role, shown once."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from gateway.errors import NotFound
from gateway.http.changing import actor, write
from gateway.http.routes import ADMINISTRATORS, Call, Route
from gateway.http.texts import name_of
from gateway.store import audit, directory, tokens
from gateway.store.directory import Role
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/businesses/{business}/tokens"


class ProgramBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``name``: what it is for."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    role: Role = "operator"


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: Role
    created_at: int
    created_by: str


class ProgramViews(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[ProgramView, ...]


class ProgramToken(msgspec.Struct, frozen=True, kw_only=True):
    """``token``: shown this once."""

    id: str
    token: str


class Programs:
    """The routes of API tokens."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        tags = ("business",)
        return [
            Route(method="GET", path=PATH, handler=self.read, summary="Tokens of programs", access=ADMINISTRATORS,
                  answer=ProgramViews, tags=tags),
            Route(method="POST", path=PATH, handler=self.add, summary="A token for a program", status=201,
                  access=ADMINISTRATORS, body=ProgramBody, answer=ProgramToken, tags=tags),
            Route(method="DELETE", path=PATH + "/{token}", handler=self.revoke, summary="End a token", status=204,
                  access=ADMINISTRATORS, tags=tags),
        ]  # fmt: skip

    async def read(self, call: Call) -> ProgramViews:
        found = await self._store.read(call.business, lambda tx, now: directory.api_tokens_of(tx))
        return ProgramViews(items=tuple(ProgramView(**one._asdict()) for one in found))

    async def add(self, call: Call) -> ProgramToken:
        body, by, token = call.body, actor(call.who), tokens.new_token()

        def unit(tx: Tx, now: int) -> str:
            name = name_of(body.name)
            made = directory.add_api_token(tx, token=token, role=body.role, name=name, now=now, by=by.name)
            audit.note(tx, by, "added", kind="token", subject=made, name=name, now=now,
                       changes={"role": (None, body.role)})  # fmt: skip
            return made

        return ProgramToken(id=await write(self._store, call, unit), token=token)

    async def revoke(self, call: Call) -> web.Response:
        name, by = call.param("token"), actor(call.who)

        def unit(tx: Tx, now: int) -> None:
            if not directory.revoke_api_token(tx, name, now=now):
                raise NotFound("There is no such token in this business, or it was ended already.")
            audit.note(tx, by, "removed", kind="token", subject=name, name="", now=now)

        await write(self._store, call, unit)
        return web.Response(status=204)
