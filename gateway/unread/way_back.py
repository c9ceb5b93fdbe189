"""The way back from a letter: the page that the customer wrote from, with a link that opens their conversation there once
(ADR 34)."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from gateway.model.events import ConversationStarted, CustomerMessage
from gateway.model.state import Conversation
from gateway.store import contacts, directory, links, log
from gateway.store.sql import Tx

LONGEST = 500
"""Characters of an address that still goes into a letter."""
Sign = Callable[[str], str]
"""What a letter's link is made of, from whose it is: 43 characters that nobody else can make."""


class WayBack(NamedTuple):
    """``url``: "" where it isn't known on which page. ``until``: when what it carries runs out, UTC microseconds; 0: it carries
    nothing, and opens only what that browser has."""

    url: str = ""
    until: int = 0


def way_back(tx: Tx, state: Conversation, *, since: int, sign: Sign, own: str, now: int) -> WayBack:
    """The way back to a conversation whose answers from ``since`` on nobody read. ``own``: our own origin.

    Where the business vouches for the customer the page itself opens the conversation, to them alone, and the link carries
    nothing. Every try of the same letter has the same link.
    """
    inbox = directory.find_inbox(tx, state.endpoint.inbox)
    if inbox is None:
        return WayBack()
    allowed = {*inbox.settings.origins, own}
    page = safe_page(_written_from(tx, state), allowed=allowed) or inbox.settings.page
    if not page:
        return WayBack()
    known = contacts.address(tx, state.endpoint.identity)
    place = f"{page}#switchboard={inbox.id}."
    if known is None or known.assurance == "signed":
        return WayBack(f"{place}.{state.id}")
    token = sign(f"{tx.business}:{state.id}:{since}")
    minted = links.mint_letter(tx, state.id, inbox.id, token, seq=state.seq, now=now)
    return WayBack(f"{place}{minted.token}.{state.id}", minted.until)


def safe_page(url: str, *, allowed: Container[str]) -> str:
    """The page's address for a letter, without what stands behind "#"; "" where it isn't one of the business's. A browser said it,
    so that anybody may have: a letter of the business leads nowhere else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if parts.scheme not in ("http", "https") or origin not in allowed or len(url) > LONGEST:
        return ""
    if not url.isascii() or not url.isprintable() or any(one in url for one in " <>\"'`"):
        return ""
    return urlunsplit(parts._replace(fragment=""))


def _written_from(tx: Tx, state: Conversation) -> str:
    """The page of the customer's last words that came with one."""
    for entry in log.entries_at(tx, state.id, [state.page.seq]) if state.page is not None else ():
        if isinstance(entry.event, CustomerMessage | ConversationStarted) and entry.event.page is not None:
            return entry.event.page.url
    return ""
