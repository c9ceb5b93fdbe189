"""A call to a server that a business or an installation named: bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp

PIECE = 64 * 1024


class CallFailed(Exception):
    """It gave no fit answer; the text ends a sentence that names the server."""


def session() -> aiohttp.ClientSession:
    """One that keeps no cookies and asks no proxy of the environment."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


async def post(
    over: aiohttp.ClientSession, url: str, body: bytes, *, headers: Mapping[str, str], seconds: float, most: int
) -> bytes:  # fmt: skip
    """The body of a 200, of ``most`` bytes, within ``seconds``. Raises ``CallFailed``."""
    try:
        async with asyncio.timeout(seconds):
            async with over.post(url, data=body, headers=headers, allow_redirects=False) as response:
                if response.status != 200:
                    raise CallFailed(f"it answered with {response.status}")
                return await _bounded(response, most)
    except TimeoutError as error:
        raise CallFailed("it gave no answer in time") from error
    except aiohttp.ClientError as error:
        raise CallFailed(f"it can't be reached ({type(error).__name__})") from error


async def _bounded(response: aiohttp.ClientResponse, most: int) -> bytes:
    body = b""
    async for piece in response.content.iter_chunked(PIECE):
        body += piece
        if len(body) > most:
            raise CallFailed("its answer is too long")
    return body
