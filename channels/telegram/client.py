"""One bot's line to the Bot API: calls, updates and files, by aiogram's client. Its errors become ours here.

aiogram is imported with the first bot (it costs two seconds and 130 MB), so nothing here names its types before.
Answers are taken as plain JSON: what an update holds, ``codec`` reads, and of a sent message only the id matters.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, assert_never

from channels.telegram import codec
from gateway.errors import (
    ContactUnreachable,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    MediaRefused,
    RetryLater,
    TooLarge,
)
from gateway.faults import delivery as faults
from gateway.ports import FileSource

if TYPE_CHECKING:
    from aiogram import Bot
    from aiogram.types import InputFile

PUBLIC_SERVER = "https://api.telegram.org"
CALL_TIMEOUT = 20
OUTAGE = 10.0
"""Seconds before what never left is tried again."""
LARGEST_DOWNLOAD = 20 * 1024 * 1024
"""Bytes that Telegram's own server gives out; a local server has no such limit."""
PIECE = 64 * 1024
ANEW = 0.2
"""Seconds after which a call finds the line that took the place of this one."""


async def load() -> None:
    """Imports aiogram beside the loop, so that nobody's chat stands still for the first bot."""
    await asyncio.to_thread(importlib.import_module, "aiogram")


class TokenRefused(DeliveryError):
    """Telegram doesn't know the bot's token (any more)."""


class Elsewhere(DeliveryError):
    """Another program fetches this bot's updates (409)."""


class GroupMoved(DeliveryError):
    """The group has become ``chat``."""

    def __init__(self, chat: str) -> None:
        super().__init__(f"the group is {chat} now")
        self.chat = chat


class Client:
    """Calls for one token. ``server``: where the Bot API is, "" for Telegram's own; ``is_local``: it is one of our own, which
    keeps files on this machine; ``proxy``: by which it is reached."""

    def __init__(
        self, token: str, *, server: str = "", is_local: bool = False, proxy: str = "",
        files: FileSource | None = None,
    ) -> None:  # fmt: skip
        self._files = files
        self.is_local = is_local
        self._bot = _bot(token, server=server or PUBLIC_SERVER, proxy=proxy, is_local=is_local)
        self._under_way = 0
        self._idle = asyncio.Event()
        self._closing = False

    async def aclose(self, *, within: float) -> None:
        """Takes no further calls; those under way have ``within`` seconds."""
        self._closing = True
        try:
            if self._under_way and within:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._idle.wait(), within)
        finally:
            await self._bot.session.close()

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        """A closed session opens itself anew with the next call, and nobody would close it then."""
        if self._closing:
            raise RetryLater(ANEW, "the bot was set up anew")
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def call(self, call: codec.Call, *, business: str = "", timeout: int = CALL_TIMEOUT) -> Any:
        """The result, as JSON. Raises a ``DeliveryError``; an edit that changes nothing, and the deletion of what is gone,
        are done. Entities that Telegram refuses are left out, and the text goes plainly."""
        try:
            return await self._call(call, business, timeout)
        except _Answered as answered:
            match answered.verdict:
                case codec.Done():
                    return None
                case codec.Simplify(what=what) if (plainer := codec.simpler(call, what)) is not None:
                    return await self.call(plainer, business=business, timeout=timeout)
                case verdict:
                    raise _error(verdict, answered.said) from answered.__cause__

    async def _call(self, call: codec.Call, business: str, timeout: int) -> Any:
        from aiogram import exceptions as ex

        files = {upload.part: self._upload(business, upload) for upload in call.files}
        method = _method(call.method)(**_with_files(call, files))
        try:
            with self._at_work():
                return await self._bot.session.make_request(self._bot, method, timeout=timeout)
        except ex.TelegramRetryAfter as error:
            raise _Answered(codec.judge(429, error.message, retry_after=error.retry_after), error.message) from error
        except ex.TelegramMigrateToChat as error:
            verdict = codec.judge(400, error.message, migrate_to=error.migrate_to_chat_id)
            raise _Answered(verdict, error.message) from error
        except ex.TelegramNetworkError as error:
            raise _network_error(error) from error
        except ex.ClientDecodeError as error:
            raise DeliveryUncertain("an answer that can't be read") from error
        except _proxy_errors() as error:
            raise RetryLater(OUTAGE, f"the proxy can't be passed ({type(error).__name__})") from error
        except ex.TelegramAPIError as error:
            raise _Answered(codec.judge(_code(error), error.message), error.message) from error

    async def updates(self, offset: int, *, timeout: int) -> list[dict[str, Any]]:
        """What has come since, waiting for ``timeout`` seconds. ``offset`` confirms all before it. Raises as ``call``."""
        found = await self.call(codec.get_updates(offset, timeout=timeout), timeout=timeout + CALL_TIMEOUT)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def download(self, reference: str, *, size: int) -> AsyncIterator[bytes]:
        """A file's bytes. Raises ``TooLarge``, ``MediaRefused``, ``RetryLater``, or what else broke."""
        if size > LARGEST_DOWNLOAD and not self.is_local:
            raise TooLarge("Telegram gives out files of at most 20 MB.", limit=LARGEST_DOWNLOAD)
        try:
            found = await self.call(codec.get_file(reference))
        except DeliveryRefused as refused:
            if "too big" in str(refused):
                raise TooLarge("Telegram gives out files of at most 20 MB.", limit=LARGEST_DOWNLOAD) from refused
            raise MediaRefused(str(refused)) from refused
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str):
            raise MediaRefused("Telegram names no place where the file is")
        async for piece in self._bytes(path):
            yield piece

    async def _bytes(self, path: str) -> AsyncIterator[bytes]:
        if self.is_local and path.startswith("/"):
            file = await asyncio.to_thread(open, path, "rb")
            try:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece
            finally:
                file.close()
            return
        with self._at_work():
            async for piece in self._fetched(path):
                yield piece

    async def _fetched(self, path: str) -> AsyncIterator[bytes]:
        from aiohttp import ClientError

        url = self._bot.session.api.file_url(self._bot.token, path)
        pieces = self._bot.session.stream_content(url, timeout=120, chunk_size=PIECE)
        assert isinstance(pieces, AsyncGenerator)
        try:
            async for piece in pieces:
                yield piece
        except ClientError as error:  # its words name the address, and that holds the token
            raise DeliveryUncertain(f"the download broke off ({type(error).__name__})") from None
        finally:
            await pieces.aclose()

    def _upload(self, business: str, upload: codec.Upload) -> InputFile:
        assert self._files is not None
        made: InputFile = _stored()(self._files, business, upload)
        return made


class _Answered(Exception):
    """Telegram's own refusal, judged."""

    def __init__(self, verdict: codec.Verdict, said: str) -> None:
        super().__init__(said)
        self.verdict = verdict
        self.said = said


def _error(verdict: codec.Verdict, said: str) -> DeliveryError:
    match verdict:
        case codec.Wait(after=after):
            return RetryLater(after, said)
        case codec.Unreachable(why=why):
            return ContactUnreachable(why)
        case codec.MovedTo(chat=chat):
            return GroupMoved(chat)
        case codec.Conflict():
            return Elsewhere(said)
        case codec.TokenRevoked():
            return TokenRefused(said)
        case codec.Unsure():
            return DeliveryUncertain(said)
        case codec.Refused() | codec.Simplify() | codec.Done():
            return DeliveryRefused(faults.REFUSED(said=said[:400]))
        case _:
            assert_never(verdict)


def _network_error(error: Exception) -> DeliveryError:
    """Whether the bytes had left when the line broke."""
    from aiohttp import ClientConnectorError, ConnectionTimeoutError, ServerTimeoutError

    cause = error.__cause__
    if isinstance(cause, ClientConnectorError | ConnectionTimeoutError):
        return RetryLater(OUTAGE, f"Telegram can't be reached ({type(cause).__name__})")
    if isinstance(cause, TimeoutError | ServerTimeoutError):
        return DeliveryUncertain("no answer in time")
    return DeliveryUncertain(type(cause).__name__)


@cache
def _proxy_errors() -> tuple[type[Exception], ...]:
    """What aiohttp-socks raises: nothing had left by then. It is no kin of aiohttp's own errors."""
    from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

    return (ProxyConnectionError, ProxyError, ProxyTimeoutError)


def _code(error: Exception) -> int:
    from aiogram import exceptions as ex

    codes: tuple[tuple[type[Exception], int], ...] = (
        (ex.TelegramConflictError, 409), (ex.TelegramUnauthorizedError, 401), (ex.TelegramForbiddenError, 403),
        (ex.TelegramEntityTooLarge, 413), (ex.TelegramNotFound, 404), (ex.TelegramServerError, 500),
        (ex.TelegramBadRequest, 400),
    )  # fmt: skip
    return next((code for kind, code in codes if isinstance(error, kind)), 500)


def _bot(token: str, *, server: str, proxy: str, is_local: bool) -> Bot:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    api = TelegramAPIServer.from_base(server.rstrip("/"), is_local=is_local)
    return Bot(token, session=AiohttpSession(proxy=proxy or None, api=api))


@cache
def _method(name: str) -> Any:
    """aiogram's class of a method, with an answer that stays plain JSON."""
    from aiogram import methods

    kind = getattr(methods, name[:1].upper() + name[1:])
    return type(kind.__name__, (kind,), {"__returning__": Any, "__module__": __name__})


def _with_files(call: codec.Call, files: dict[str, InputFile]) -> dict[str, Any]:
    """The parameters, with the files where they belong."""
    params = dict(call.params)
    media = params.get("media")
    if isinstance(media, list):
        params["media"] = [one | {"media": files[one["media"].removeprefix("attach://")]} for one in media]
        return params
    return params | files


@cache
def _stored() -> Any:
    from aiogram.types import InputFile

    class Stored(InputFile):
        """A file of ours on its way out."""

        def __init__(self, files: FileSource, business: str, upload: codec.Upload) -> None:
            super().__init__(filename=upload.file.name or upload.part)
            self._source, self._business, self._file = files, business, upload.file.id

        async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
            async for piece in await self._source.open(self._business, self._file):
                yield bytes(piece)

    return Stored
