"""Operators' programs as a process of its own: everybody of it takes a conversation in the same instant.

Reads its orders as one JSON line: ``{origin, business, sessions: {name: token}}``. Then, for each line with a conversation's
id, tells ``{name: status}`` as a JSON line. Ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp


async def main(orders: dict[str, Any]) -> None:
    origin, business = orders["origin"], orders["business"]

    async def take(http: aiohttp.ClientSession, token: str, conversation: str) -> int:
        path = f"{origin}/api/v1/businesses/{business}/conversations/{conversation}/take"
        headers = {"Cookie": f"switchboard_session={token}", "Origin": origin}
        async with http.post(path, headers=headers, json={}) as response:
            return response.status

    loop = asyncio.get_running_loop()
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            conversation, people = json.loads(line), orders["sessions"]
            statuses = await asyncio.gather(*(take(http, token, conversation) for token in people.values()))
            print(json.dumps(dict(zip(people, statuses, strict=True))), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.readline())))
