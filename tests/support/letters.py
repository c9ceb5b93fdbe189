"""A mail server on loopback: takes letters, and refuses as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class Postbox:
    """``answers``: what the next recipients are answered, oldest first; after them all are taken."""

    url: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float = 20.0) -> EmailMessage:
        """The next letter, for a thread that has nothing else to do."""
        assert self.came.wait(seconds), "no letter came"
        self.came.clear()
        return self.letters[-1]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.came.set()
        return "250 OK"


@asynccontextmanager
async def postbox() -> AsyncIterator[Postbox]:
    """A server with a box for everybody."""
    box = Postbox()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="mail.example.com", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    box.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield box
    finally:
        server.close()


@contextmanager
def mail_server() -> Iterator[Postbox]:
    """The same in a thread of its own, for those who have no loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mail.server", daemon=True)
    thread.start()
    opened = postbox()
    try:
        yield asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(10)
    finally:
        asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
