"""Files over HTTP: uploads of operators and programs, links for them, and the one place that hands files out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from typing import Annotated
from urllib.parse import quote

import msgspec
from aiohttp import ClientError, web

from gateway.errors import LinkInvalid, Malformed, NotFound
from gateway.files import PIECE, Files, too_large
from gateway.files.links import Link, Links
from gateway.http.reading import BASE
from gateway.http.routes import EVERYONE, ID, Call, Route
from gateway.model.events import Attachment
from gateway.store import files
from gateway.store.files import StoredFile
from gateway.store.sql import Tx
from gateway.store.store import Store

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
LONGEST_PART = 1024 * 1024
"""Bytes of an answer to who asks for a part; they ask for the next one, too."""
FileName = Annotated[str, msgspec.Meta(max_length=1000)]
_SERVED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",  # a widget shows pictures on its business's page
    "Referrer-Policy": "no-referrer",
}


class UploadQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``name``: what the file is called where it comes from."""

    name: FileName = ""


class FileView(msgspec.Struct, frozen=True, kw_only=True):
    """A stored file. ``type`` was read from its bytes."""

    id: str
    name: str
    type: str
    size: int


class FileRoutes:
    """The routes of files: in the table for people and programs, ``/files/…`` for whoever holds a link."""

    def __init__(self, store: Store, files: Files, links: Links) -> None:
        self._store = store
        self._files = files
        self._links = links

    def routes(self) -> list[Route]:
        return [
            Route(method="POST", path=BASE + "/files", handler=self.upload, access=EVERYONE, query=UploadQuery,
                  summary="Upload a file, to be sent with a reply", answer=FileView, raw=True, tags=("files",)),
            Route(method="GET", path=BASE + "/files/{file}/link", handler=self.link, access=EVERYONE, answer=Link,
                  summary="A link to a file, for you", tags=("files",)),
        ]  # fmt: skip

    def mount(self, app: web.Application) -> None:
        app.router.add_route("GET", "/files/{business}/{file}", self.serve)

    async def upload(self, call: Call) -> FileView:
        return await receive_file(
            call.request, self._files, business=call.business, name=call.query.name, by=call.who.id
        )

    async def link(self, call: Call) -> Link:
        """For a file of a conversation, or one's own that was not sent yet."""
        name = call.param("file")

        def unit(tx: Tx, now: int) -> Link:
            file = files.find(tx, name)
            if file is None or not (file.conversation or file.uploaded_by == call.who.id):
                raise NotFound("There is no such file in this business.")
            return self._links.mint(call.business, file.id, reader=call.who.id, now=now)

        return await self._store.read(call.business, unit)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hands a file out, never as a page of ours. Raises ``LinkInvalid`` for whatever is wrong with the link."""
        business, name = request.match_info["business"], request.match_info["file"]
        if not ID.fullmatch(business) or not ID.fullmatch(name):
            raise LinkInvalid

        def unit(tx: Tx, now: int) -> StoredFile:
            self._links.check(business, name, query=request.query, now=now)
            file = files.find(tx, name)
            if file is None:
                raise LinkInvalid
            return file

        file = await self._store.read(business, unit)
        headers = {"Content-Disposition": disposition(file.name)}
        return await send_object(request, self._files, file.object, size=file.size, type=file.type, headers=headers)


async def send_object(
    request: web.Request, files: Files, place: str, *, size: int, type: str, headers: Mapping[str, str] = {}
) -> web.StreamResponse:  # fmt: skip
    """An object, never as a page of ours: all of it, or the part that a player asks for. Raises as ``Files.read``."""
    headers = {**_SERVED, **headers, "Accept-Ranges": "bytes"}
    asked = part_of(request.headers.get("Range", ""), size)
    if asked is not None:
        start, end = asked
        body = await files.part(place, start, end)
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return web.Response(status=206, body=body, headers=headers, content_type=type)
    chunks = await files.read(place)
    response = web.StreamResponse(headers=headers)
    response.content_type, response.content_length = type, size
    await response.prepare(request)
    async for chunk in chunks:
        await response.write(bytes(chunk))
    await response.write_eof()
    return response


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """From and to of the one part that is asked for (RFC 9110, 14.2), as much as is given at once; None: all of it."""
    found = RANGE.fullmatch(header.strip())
    if found is None:
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last or 0))
    end = min(size, int(last) + 1 if first and last else size, start + LONGEST_PART)
    return (start, end) if start < end else None


async def receive_file(request: web.Request, files: Files, *, business: str, name: str, by: str) -> FileView:
    """Stores a request's body as a file. Raises ``TooLarge``, ``Invalid``, ``Malformed``; then nothing is left."""
    if (request.content_length or 0) > files.limit:
        raise too_large(files.limit)
    return view_of(await files.upload(business, _chunks(request), name=name, by=by))


def view_of(file: Attachment) -> FileView:
    return FileView(id=file.id, name=file.name, type=file.type, size=file.size)


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.content.iter_chunked(PIECE):
            yield chunk
    except (ClientError, web.RequestPayloadError, ConnectionError) as error:
        raise Malformed("The file broke off on its way. Send it again.") from error


def disposition(name: str) -> str:
    """``Content-Disposition`` of a download: the name in ASCII, and in full (RFC 6266, RFC 8187)."""
    plain = "".join(ch if ch.isascii() and ch.isprintable() and ch not in '"\\%;' else "_" for ch in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
