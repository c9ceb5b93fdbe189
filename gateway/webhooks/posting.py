"""One signed call of a business's own system: made, and judged by what came back."""

from __future__ import annotations

import asyncio
from typing import NamedTuple
from urllib.parse import urljoin

import aiohttp

from gateway.faults import Fault
from gateway.faults import webhooks as faults
from gateway.webhooks.guard import AddressRefused, Guard, refusal_of

PAUSES = (5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600, 24 * 3600)
"""Seconds after each try that failed; after the last of them it is given up."""
WITHIN = 10.0
"""Seconds for one try."""
MAX_REDIRECTS = 3
LONGEST_ANSWER = 300
"""Characters of an answer that are kept."""
LONGEST_WAIT = 3600.0
"""Seconds for which a receiver may put us off."""
GONE = 410


class Outcome(NamedTuple):
    """What came of a try: a fault where it failed. ``again``: it is worth another one; ``after``: not before so many
    seconds."""

    answer: str | Fault
    again: bool = True
    after: float = 0.0

    @property
    def done(self) -> bool:
        return not isinstance(self.answer, Fault)


class Poster:
    """Calls addresses that the guard lets pass. ``agent``: what it calls itself."""

    def __init__(self, guard: Guard, *, agent: str) -> None:
        self._guard = guard
        self._agent = agent
        self._http: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """One try; whatever goes wrong is its outcome."""
        try:
            async with asyncio.timeout(WITHIN):
                return await self._post(url, body, headers)
        except AddressRefused as error:
            return Outcome(faults.INSIDE(host=error.host), again=False)
        except TimeoutError:
            return Outcome(faults.NO_ANSWER(seconds=round(WITHIN)))
        except aiohttp.ClientError as error:
            refused = refusal_of(error)
            if refused is not None:
                return Outcome(faults.INSIDE(host=refused.host), again=False)
            return Outcome(_unreached(error))

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        """Each hop's address is judged anew, by what its name resolves to at the moment of the connection."""
        if self._http is None:
            self._http = self._guard.session(self._agent)
        for _ in range(MAX_REDIRECTS + 1):
            self._guard.check_url(url)
            async with self._http.post(url, data=body, headers=headers, allow_redirects=False) as response:
                if response.status not in (307, 308):
                    return await _judge(response)
                url = urljoin(url, response.headers.get("Location", ""))
        return Outcome(faults.REDIRECTIONS(most=MAX_REDIRECTS), again=False)


def _unreached(error: aiohttp.ClientError) -> Fault:
    """Why there was no connection; the client's own words may hold the address, its types don't."""
    kind = type(error).__name__
    match error:
        case aiohttp.ClientConnectorDNSError():
            return faults.NO_SUCH_NAME(error=kind)
        case aiohttp.ClientSSLError():
            return faults.NOT_SECURE(error=kind)
        case _:
            return faults.NOT_REACHED(error=kind)


async def _judge(response: aiohttp.ClientResponse) -> Outcome:
    text = (await response.content.read(4 * LONGEST_ANSWER)).decode("utf-8", "replace").strip()
    status = response.status
    if 200 <= status < 300:
        return Outcome(f"HTTP {status}")
    said = text[:LONGEST_ANSWER]
    fault = faults.ANSWERED(status=status, said=said) if said else faults.STATUS(status=status)
    if status == GONE:
        return Outcome(fault, again=False)
    return Outcome(fault, after=retry_after(response.headers.get("Retry-After", "")))


def retry_after(text: str) -> float:
    """Seconds, where the receiver gives them so (RFC 9110, 10.2.3); its dates are left to our own pauses."""
    return min(LONGEST_WAIT, float(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0
