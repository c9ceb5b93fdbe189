"""A whole node on a free port with two businesses in it, and everyone's keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp

from gateway.app import Switchboard
from gateway.http.passwords import hash_password
from gateway.model.events import Entry
from gateway.settings import Settings
from gateway.store import accounts, directory, log, sessions, tokens
from gateway.store.directory import InboxSettings, Role, Starter
from gateway.store.opening import open_folder
from gateway.store.sql import Tx
from gateway.store.store import Clock, Store, system_clock
from tests.support.stores import Database
from tests.support_edge.clients import Console, Widget, connect_console, connect_widget, http_client
from tests.support_edge.engine import ScriptedEngine

Answer = tuple[int, dict[str, Any]]
PAGE_ORIGIN = "https://shop.example"
SECRET_KEY = "c2VjcmV0IG9mIHRoZSB0ZXN0cywgb2YgMzIgYnl0ZXM"
RUSSIAN = {"lantern": "Фонарь", "rival": "Соперник"}
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Party:
    """A business: its inbox, its people's session tokens by name, its programs' tokens by role."""

    business: str
    inbox: str
    accounts: dict[str, str]
    sessions: dict[str, str]
    tokens: dict[str, str]


@dataclass
class Site:
    """A running node as its clients reach it."""

    node: Switchboard
    engine: ScriptedEngine
    http: aiohttp.ClientSession
    ours: Party
    theirs: Party

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.node.port}"

    async def widget(self, *, token: str = "", inbox: str = "", origin: str = PAGE_ORIGIN, **hello: object) -> Widget:
        """An open widget, behind its welcome."""
        return await connect_widget(
            self.http, self.origin, inbox=inbox or self.ours.inbox, token=token, page_origin=origin, **hello
        )

    async def console(self, who: str = "olga") -> Console:
        """An open console, behind its welcome."""
        return await connect_console(
            self.http, self.origin, business=self.ours.business, session=self.ours.sessions[who]
        )

    def headers(self, who: str = "olga", *, origin: str | None = None) -> dict[str, str]:
        """What a browser sends that is signed in as ``who``."""
        return {
            "Cookie": f"switchboard_session={self.ours.sessions[who]}",
            "Origin": self.origin if origin is None else origin,
        }

    async def log(self, conversation: str) -> list[Entry]:
        return await self.node.store.read(self.ours.business, lambda tx, now: log.read_all(tx, conversation))

    async def call(
        self, method: str, path: str, *, who: str = "olga", json: object = None
    ) -> tuple[int, dict[str, Any]]:
        """A request of a signed-in person; status and body."""
        async with self.http.request(method, self.origin + path, headers=self.headers(who), json=json) as response:
            return response.status, await response.json(content_type=None) if response.status != 204 else {}

    async def upload(self, data: bytes, *, name: str = "note.txt", who: str = "olga") -> Answer:
        """A file of a signed-in person's; status and body."""
        path = f"/api/v1/businesses/{self.ours.business}/files"
        async with self.http.post(
            self.origin + path, headers=self.headers(who), data=data, params={"name": name}
        ) as response:
            return response.status, await response.json(content_type=None)

    async def verb(
        self, conversation: str, verb: str, *, who: str = "olga", **body: object
    ) -> tuple[int, dict[str, Any]]:
        path = f"/api/v1/businesses/{self.ours.business}/conversations/{conversation}/{verb}"
        return await self.call("POST", path, who=who, json=body)


def settings_of(folder: Path, **changes: object) -> Settings:
    fast: dict[str, object] = {
        "burst_pause": 0.0,
        "frames_per_second": 1e6,
        "sockets_per_minute": 1e6,
        "sign_ins_per_minute": 1e6,
        "uploads_per_minute": 1e6,
        "drain_seconds": 5.0,
    }
    return Settings(data=str(folder), **{"port": 0, **fast, **changes})  # type: ignore[arg-type]


@cache
def _hashed(password: str) -> str:
    """Hashed once for all tests: it is meant to be slow."""
    return hash_password(password)


async def settle_in(store: Store, slug: str, people: dict[str, Role], *, password: str = "") -> Party:
    """A business with its people signed in."""
    hashed = _hashed(password) if password else ""

    def unit(tx: Tx, now: int) -> Party:
        organization = accounts.ensure_organization(tx, "Organization", now=now)
        business = directory.add_business(
            tx,
            organization,
            slug=slug,
            name=slug.title(),
            locales=("ru", "en"),
            color="#0E6B68",
            names={"ru": RUSSIAN[slug], "en": slug.title()},
            now=now,
        )
        scoped = tx.for_business(business.id)
        inbox = directory.add_inbox(
            scoped, channel="webchat", name="Website", now=now,
            settings=InboxSettings(
                origins=(PAGE_ORIGIN,), greeting={"ru": "Здравствуйте!", "en": "Hello!"},
                starters=(Starter(titles={"ru": "Тарифы", "en": "Plans"}, payload="/plans"),),
            ),
        )  # fmt: skip
        people_ids: dict[str, str] = {}
        cookies: dict[str, str] = {}
        bearers: dict[str, str] = {}
        for name, role in people.items():
            account = accounts.add_account(
                tx, email=f"{name}@{slug}.example", name=name.title(), now=now, password_hash=hashed
            )
            directory.add_operator(scoped, account.id, role=role, name=name.title(), now=now)
            people_ids[name], cookies[name], bearers[role] = account.id, tokens.new_token(), tokens.new_token()
            sessions.open_session(tx, account.id, token=cookies[name], now=now, lifetime=7 * 86_400_000_000)
            directory.add_api_token(scoped, token=bearers[role], role=role, name=f"program of {name}", now=now)
        return Party(business.id, inbox.id, people_ids, cookies, bearers)

    return await store.write("", unit)


PEOPLE: dict[str, Role] = {"olga": "operator", "pavel": "operator", "sara": "supervisor", "anna": "administrator"}


@asynccontextmanager
async def on_node(
    database: Database, folder: Path, *, engine: ScriptedEngine, store: Store | None = None, clock: Clock = system_clock,
    **changes: object,
) -> AsyncIterator[Switchboard]:  # fmt: skip
    """A node that serves ``database``, alone or beside others; ``changes`` go to its settings."""
    if database.kind == "postgresql":
        changes.setdefault("secret_key", SECRET_KEY)
        changes["database"] = "postgresql+psycopg://" + database.location.split("://", 1)[1]
    with open_folder(folder) as held:
        node = Switchboard(
            settings_of(folder, **changes), held, store or database.open(clock), engine=engine, clock=clock
        )
        await node.start()
        try:
            yield node
        finally:
            engine.release()
            await node.drain()


@asynccontextmanager
async def on_site(
    database: Database, folder: Path, *, store: Store | None = None, **changes: Any
) -> AsyncIterator[Site]:
    """A node with both businesses; ``changes`` go to its settings."""
    engine = ScriptedEngine()
    async with on_node(database, folder, engine=engine, store=store, **changes) as node:
        ours = await settle_in(node.store, "lantern", PEOPLE, password=PASSWORD)
        theirs = await settle_in(node.store, "rival", {"rita": "administrator"})
        async with http_client() as http:
            yield Site(node, engine, http, ours, theirs)
