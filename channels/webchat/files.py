"""The widget's files: uploads over HTTP, since a socket's frames are small; links over the socket."""

from __future__ import annotations

import msgspec
from aiohttp import web

from channels.webchat import codec
from channels.webchat.origins import check_origin, whence
from channels.webchat.users import Users
from gateway.cluster.counters import Counters
from gateway.dispatcher.attaching import visitor
from gateway.errors import NotFound, Refused, SignedOut
from gateway.files import Files
from gateway.files.links import Link, Links
from gateway.http.files import FileName, receive_file
from gateway.http.limits import Limit, Limiter
from gateway.http.peers import Peers
from gateway.http.problems import problem_response
from gateway.http.routes import decode_query, json_response
from gateway.model.visible import Audience, visible_entry
from gateway.settings import Settings
from gateway.store import directory, files, inbound, log
from gateway.store.sql import Tx
from gateway.store.store import Store

PATH = "/api/v1/widget/files"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


class UploadQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    inbox: codec.Id
    name: FileName = ""


class WidgetFiles:
    """What visitors send, and what they may read. Their token comes in a header, never in an address."""

    def __init__(
        self, store: Store, files: Files, *, links: Links, users: Users, peers: Peers, settings: Settings,
        counters: Counters,
    ) -> None:  # fmt: skip
        self._users = users
        self._store = store
        self._files = files
        self._links = links
        self._peers = peers
        rate = settings.uploads_per_minute
        self._limiter = Limiter(Limit(name="uploads", rate=rate / 60, burst=max(1.0, rate * 3)), counters)

    def mount(self, app: web.Application) -> None:
        app.router.add_route("POST", PATH, self.upload)
        app.router.add_route("OPTIONS", PATH, self.preflight)

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """A browser asks whether its page may upload. Raises ``OriginRefused``, ``NotFound``."""
        await self._inbox(request, decode_query(request, UploadQuery))
        return web.Response(status=204, headers={**_allowing(request), **_PREFLIGHT})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A page that may use the inbox also reads what was wrong."""
        query: UploadQuery = decode_query(request, UploadQuery)
        inbox = await self._inbox(request, query)
        try:
            response = await self._upload(request, inbox, name=query.name)
        except Refused as error:
            response = problem_response(error)
        response.headers.update(_allowing(request))
        return response

    async def _upload(self, request: web.Request, inbox: directory.Inbox, *, name: str) -> web.Response:
        await self._limiter.check(
            self._peers.address(request), "That is many files. Wait a moment, then send it again."
        )
        by = visitor(inbox.id, await self._address(request, inbox))
        return json_response(await receive_file(request, self._files, business=inbox.business, name=name, by=by))

    async def _address(self, request: web.Request, inbox: directory.Inbox) -> str:
        """Whose the upload is. Raises ``SignedOut``, ``UserExpired``, ``UserRefused``."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "user":
            return (await self._users.check(token, inbox)).address
        if scheme.lower() != "visitor" or not codec.TOKEN.fullmatch(token):
            raise SignedOut(
                "An upload needs the visitor's token (Authorization: Visitor …), or a signed user's (User …)."
            )
        return codec.address_of(token)

    async def _inbox(self, request: web.Request, query: UploadQuery) -> directory.Inbox:
        inbox = await self._store.read("", lambda tx, now: directory.find_inbox(tx, query.inbox))
        if inbox is None or inbox.channel != codec.CHANNEL:
            raise NotFound("There is no such inbox. Check data-inbox.")
        check_origin(whence(request, self._peers), inbox)
        return inbox

    async def link(self, inbox: directory.Inbox, address: str, *, conversation: str, file: str) -> Link:
        """A visitor's link to a file of their conversation that they see there. Raises ``NotFound``."""

        def unit(tx: Tx, now: int) -> Link:
            identity = inbound.find_identity(tx, inbox.id, address)
            if identity is None or not conversation or not _is_shown(tx, file, conversation):
                raise NotFound("There is no such file in this conversation.")
            return self._links.mint(inbox.business, file, reader=identity.id, now=now)

        return await self._store.read(inbox.business, unit)


def _is_shown(tx: Tx, name: str, conversation: str) -> bool:
    """The file stands on a message of this conversation, as the customer sees it."""
    file = files.find(tx, name)
    if file is None or file.conversation != conversation:
        return False
    found = log.entries(tx, conversation, after=file.seq - 1, upto=file.seq, limit=1)
    shown = visible_entry(found[0], Audience.CUSTOMER) if found else None
    return shown is not None and name in [one.id for one in getattr(shown.event, "files", ())]


def _allowing(request: web.Request) -> dict[str, str]:
    """The page's origin, which was judged, may read the answer."""
    return {"Access-Control-Allow-Origin": request.headers["Origin"], "Vary": "Origin"}
