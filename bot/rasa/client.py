"""One Rasa server over HTTP: every call bounded in time and size, every answer read into types."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from yarl import URL

from bot.breaker import Breaker, Circuit
from bot.rasa import wire
from bot.rasa.errors import RasaAnswerUnfit, RasaNotTrained, RasaTooOld, RasaUnavailable

CONNECT = 2.0
CALL = 5.0
"""Seconds for one call of a turn; a turn makes three or four."""
LOAD = 180.0
TRAIN = 3600.0
CONNECT_TRIES = 2
LARGEST = 8 * 1024 * 1024
"""Bytes of an answer; a tracker of a thousand inputs has about three million."""
SAID = 300
"""Characters that are told of what Rasa says of a training that failed."""
OLDEST, ENDS = (3, 6), (4,)
OF_THIS_CALL = (400, 404, 409, 413)
"""Refusals that say nothing of the server's health."""


class RasaClient:
    """Speaks with one server. Calls raise ``RasaUnavailable`` or ``RasaAnswerUnfit``; while its breaker is open they raise
    the first of these at once. The token goes with each call and into no text.

    A call is repeated only where no connection came about: then nothing can have been done twice.
    """

    def __init__(
        self, url: str, *, token: str, session: aiohttp.ClientSession, breaker: Breaker, timeout: float = CALL
    ) -> None:
        self.url = url.rstrip("/")
        self.shown = _shown(self.url)
        self.breaker = breaker
        self._token = token
        self._session = session
        self._timeout = timeout

    @property
    def is_down(self) -> bool:
        """It failed lately, and nobody has found it well since."""
        return self.breaker.circuit is not Circuit.CLOSED

    async def version(self) -> str:
        """Raises ``RasaTooOld`` too, for what isn't Rasa 3.6 or a later 3.x."""
        version = wire.read_version(await self._call("GET", "/version")).version
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
        if not OLDEST <= numbers < ENDS:
            raise RasaTooOld(f"The server at {self.shown} runs Rasa {version[:20]}; 3.6 or a later 3.x is needed.")
        return version

    async def status(self) -> wire.Status:
        return wire.read_status(await self._call("GET", "/status"))

    async def domain(self) -> wire.Domain:
        return wire.read_domain(await self._call("GET", "/domain"))

    async def tracker(self, conversation: str) -> wire.Tracker:
        """All that the server has of the conversation; it begins an empty one where it has nothing."""
        return wire.read_tracker(await self._call("GET", f"{_path(conversation)}/tracker", include_events="ALL"))

    async def append(self, conversation: str, events: Sequence[bytes | dict[str, Any]]) -> None:
        """Events are appended to the tracker; no action runs."""
        encoded = [one if isinstance(one, bytes) else msgspec.json.encode(one) for one in events]
        body = b"[" + b",".join(encoded) + b"]"
        await self._call("POST", f"{_path(conversation)}/tracker/events", body, include_events="NONE")

    async def say(self, conversation: str, text: str, *, tag: wire.Tag, channel: str = "") -> None:
        """The customer's words to the REST channel; what came of them is in the tracker."""
        body = {"sender": conversation, "message": text, "metadata": {wire.OURS: tag}}
        if channel:
            body["input_channel"] = channel
        wire.read_said(await self._call("POST", "/webhooks/rest/webhook", msgspec.json.encode(body)))

    async def parse(self, text: str) -> wire.Parsed:
        """What the model takes the text for; nothing is tracked."""
        return wire.read_parsed(await self._call("POST", "/model/parse", msgspec.json.encode({"text": text})))

    async def train(self, content: bytes) -> str:
        """Trains on one YAML document with config, domain and data; the model's file there. It may take an hour.

        Raises ``RasaNotTrained`` with what Rasa says of the content.
        """
        url = self._url("/model/train", {"save_to_default_model_directory": "true"})
        headers = {"Content-Type": "application/yaml"}
        timeout = aiohttp.ClientTimeout(total=TRAIN, sock_connect=CONNECT)
        try:
            async with self._session.post(
                url, data=content, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                if answer.status == HTTPStatus.OK and answer.headers.get("filename"):
                    return answer.headers["filename"]
                problem = wire.problem_of(await _bounded(answer))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise RasaUnavailable(f"{self.shown} broke off while training ({type(error).__name__}).") from None
        raise RasaNotTrained(problem.message[:SAID] or problem.reason[:SAID] or f"Rasa answered {answer.status}.")

    async def load(self, model_file: str) -> None:
        """Replaces the server's model. It answers nobody meanwhile, for ten seconds and more."""
        body = msgspec.json.encode({"model_file": model_file})
        await self._call("PUT", "/model", body, seconds=LOAD)

    async def _call(
        self, method: str, path: str, body: bytes | None = None, *, seconds: float = 0.0, **query: str
    ) -> bytes:
        if not self.breaker.admits():
            raise RasaUnavailable(f"{self.shown} failed lately; the next try is in {self.breaker.opens_in:.0f} s.")
        try:
            async with asyncio.timeout(seconds or self._timeout):
                answer = await self._tried(method, self._url(path, query), body)
        except BaseException as error:
            if isinstance(error, RasaUnavailable) and error.refused:
                self.breaker.succeeded()
            else:
                self.breaker.failed()
            if isinstance(error, TimeoutError):
                raise RasaUnavailable(f"{self.shown} didn't answer {method} {_kind(path)}.", reached=True) from None
            raise
        self.breaker.succeeded()
        return answer

    async def _tried(self, method: str, url: URL, body: bytes | None) -> bytes:
        for tries in range(1, CONNECT_TRIES + 1):
            try:
                return await self._once(method, url, body)
            except aiohttp.ClientConnectorError as error:
                if tries == CONNECT_TRIES:
                    number = error.os_error.errno
                    said = os.strerror(number) if number and number > 0 else type(error.os_error).__name__
                    raise RasaUnavailable(f"{self.shown} can't be reached: {said}.") from None
        raise AssertionError("every try returns or raises")

    async def _once(self, method: str, url: URL, body: bytes | None) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT),
            ) as answer:  # fmt: skip
                found = await _bounded(answer)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientError, OSError) as error:
            # Its text may hold the address with the token.
            raise RasaUnavailable(f"{self.shown} broke off ({type(error).__name__}).", reached=True) from None
        if answer.status in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            return found
        reason = wire.problem_of(found).reason[:40]
        raise RasaUnavailable(
            f"{self.shown} answered {answer.status} {reason}".rstrip() + ".", reached=True,
            refused=answer.status in OF_THIS_CALL,
        )  # fmt: skip

    def _url(self, path: str, query: dict[str, str]) -> URL:
        given = query | ({"token": self._token} if self._token else {})
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in given.items())
        return URL(f"{self.url}{path}?{asked}", encoded=True)


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    """The body, as far as it is of a size that may be. Raises ``RasaAnswerUnfit``."""
    found = bytearray()
    async for piece in answer.content.iter_any():
        found += piece
        if len(found) > LARGEST:
            raise RasaAnswerUnfit(f"Rasa's answer is longer than {LARGEST >> 20} MB.")
    try:
        found.decode()
    except UnicodeDecodeError:
        raise RasaAnswerUnfit("Rasa's answer isn't UTF-8.") from None
    return bytes(found)


def _path(conversation: str) -> str:
    return f"/conversations/{quote(conversation, safe='')}"


def _kind(path: str) -> str:
    """The path without the conversation's id."""
    parts = path.split("/")
    return "/".join("…" if index == 2 and parts[1] == "conversations" else part for index, part in enumerate(parts))


def _shown(url: str) -> str:
    """The address for people: without a name and password that may stand in it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}"
