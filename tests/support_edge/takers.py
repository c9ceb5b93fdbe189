"""Operators' browsers as a process of its own: everybody of it takes or accepts a conversation in the same instant.

Reads its orders as one JSON line: ``{origin, business, sessions: {name: token}}``; opens a console for each, and tells ``{}``. Then, for
each line with a verb and a conversation's id, tells ``{name: status}`` as a JSON line. Ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import aiohttp

from tests.support_edge.clients import Console, connect_console, http_client


async def main(orders: dict[str, Any]) -> None:
    origin, business, people = orders["origin"], orders["business"], orders["sessions"]

    async def do(http: aiohttp.ClientSession, token: str, verb: str, conversation: str) -> int:
        path = f"{origin}/api/v1/businesses/{business}/conversations/{conversation}/{verb}"
        headers = {"Cookie": f"switchboard_session={token}", "Origin": origin}
        async with asyncio.timeout(30), http.post(path, headers=headers, json={}) as response:
            return response.status

    loop = asyncio.get_running_loop()
    async with http_client() as http:
        consoles = [await connect_console(http, origin, business=business, session=token) for token in people.values()]
        looking = [asyncio.create_task(look(console)) for console in consoles]
        tell({})
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            verb, conversation = json.loads(line)
            statuses = await asyncio.gather(*(do(http, token, verb, conversation) for token in people.values()))
            tell(dict(zip(people, statuses, strict=True)))
        for task in looking:
            task.cancel()


async def look(console: Console) -> None:
    """An open console is looked at: its browser answers the server's pings."""
    while True:
        await console.ws.receive()


def tell(what: dict[str, int]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.stdin.readline())))
