"""Calls to an OpenAI-compatible server: one at a time for each question, bounded in time and size, never repeated."""

from __future__ import annotations

import time
from collections.abc import Callable

import aiohttp
import msgspec

from bot import calling
from bot.breaker import Breaker
from bot.llm.prompt import request_of
from gateway.settings import LanguageModel

MAX_ANSWER = 256 * 1024


class ModelFailed(Exception):
    """No answer that could be read; the text names neither address nor key."""


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Completion(msgspec.Struct):
    choices: list[_Choice]


_completions = msgspec.json.Decoder(_Completion)


class ModelClient:
    """One server with its breaker."""

    def __init__(self, server: LanguageModel, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        self.breaker = Breaker(clock)
        self._session: aiohttp.ClientSession | None = None

    async def complete(self, conversation: list[dict[str, str]]) -> str:
        """The text with which the model goes on. Raises ``ModelFailed``."""
        if not self.breaker.admits():
            raise ModelFailed("it has failed again and again, and is left alone for a while")
        try:
            found = await self._complete(conversation)
        except BaseException:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return found

    async def _complete(self, conversation: list[dict[str, str]]) -> str:
        server = self._server
        self._session = self._session or calling.session()
        headers = {"Content-Type": "application/json"}
        if server.key:
            headers["Authorization"] = f"Bearer {server.key}"
        body = msgspec.json.encode(request_of(server.model, conversation))
        url = server.url.rstrip("/") + "/chat/completions"
        try:
            answer = await calling.post(
                self._session, url, body, headers=headers, seconds=server.seconds, most=MAX_ANSWER
            )
        except calling.CallFailed as error:
            raise ModelFailed(str(error)) from error
        return _text(answer)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


def _text(answer: bytes) -> str:
    try:
        choices = _completions.decode(answer).choices
    except msgspec.DecodeError as error:
        raise ModelFailed("its answer is not a completion") from error
    if not choices or not choices[0].message.content:
        raise ModelFailed("its answer is empty")
    return choices[0].message.content
