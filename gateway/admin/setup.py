"""The first run: whoever holds the link that the server printed makes the organization, their account, a business."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from aiohttp import web

from gateway.admin.profile import NewBusiness, add_business
from gateway.errors import SetUpAlready
from gateway.http.access import Signin
from gateway.http.passwords import LONGEST, hash_password, judge_password
from gateway.http.routes import Call, Route
from gateway.http.signin import SignIn
from gateway.http.texts import Email, Locale, name_of
from gateway.store import accounts
from gateway.store.accounts import Account
from gateway.store.sql import Tx
from gateway.store.store import Store
from gateway.store.tokens import hash_token, new_token


class SetUpState(msgspec.Struct, frozen=True, kw_only=True):
    """``needed``: nobody has an account yet."""

    needed: bool


class SetUpBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``token``: of the link. ``organization``: who runs this installation."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    organization: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    email: Email
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    locale: Locale
    business: NewBusiness


class SetUp:
    """The routes of ``/api/v1/setup``."""

    def __init__(self, store: Store, sign_in: SignIn) -> None:
        self._store = store
        self._sign_in = sign_in

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path="/api/v1/setup", handler=self.state, access=Signin.NOBODY, answer=SetUpState,
                  summary="Whether this installation is new", tags=("session",)),
            Route(method="POST", path="/api/v1/setup", handler=self.begin, access=Signin.NOBODY, body=SetUpBody,
                  summary="Make the first account and business", tags=("session",)),
        ]  # fmt: skip

    async def state(self, call: Call) -> SetUpState:
        return SetUpState(needed=await self._store.read("", lambda tx, now: accounts.is_empty(tx)))

    async def begin(self, call: Call) -> web.Response:
        body: SetUpBody = call.body
        await self._sign_in.slow_down(call, "")
        judge_password(body.password, email=body.email)
        organization, name = name_of(body.organization, field="organization"), name_of(body.name)
        hashed = await asyncio.to_thread(hash_password, body.password)

        def unit(tx: Tx, now: int) -> Account:
            if not accounts.use_setup_token(tx, hash_token(body.token)) or not accounts.is_empty(tx):
                raise SetUpAlready("This link was used already, or isn't the one that the server printed last.")
            account = accounts.add_account(
                tx, email=body.email, name=name, locale=body.locale, password_hash=hashed, now=now
            )
            made = accounts.ensure_organization(tx, organization, now=now)
            accounts.name_organization(tx, made, organization)
            add_business(tx, made, body.business, account=account, now=now)
            return account

        return await self._sign_in.begin(call, await self._store.write("", unit, key="set-up"))


async def setup_link(store: Store, url: str) -> str | None:
    """A link to the first run, where the installation is new; the one printed before ends by it."""
    token = new_token()

    def unit(tx: Tx, now: int) -> bool:
        if not accounts.is_empty(tx):
            return False
        accounts.put_setup_token(tx, hash_token(token), now=now)
        return True

    return f"{url}/console/#set-up={token}" if await store.write("", unit, key="set-up") else None
