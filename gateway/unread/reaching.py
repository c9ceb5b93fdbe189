"""Whom answers reach that nobody read, and how."""

from __future__ import annotations

from typing import NamedTuple

from gateway.dispatcher.policy import Policy
from gateway.model.events import ForwardWay
from gateway.model.state import Conversation
from gateway.store import contacts, letter_stops
from gateway.store.sql import Tx


class Reach(NamedTuple):
    """``to``: an e-mail address, or a phone number in E.164."""

    way: ForwardWay
    to: str


def reach_of(tx: Tx, state: Conversation, policy: Policy, *, now: int) -> Reach | None:
    """By e-mail where that is known and can be done, else by a short message; ``None`` where neither is, they want none, or the
    business takes nothing of theirs.

    What the customer said in this conversation comes first, then what the business knows, then what they said before. What only
    their page said of them isn't an address that anybody gave.
    """
    contact = contacts.root(tx, state.contact)
    if contact is None or contact.blocked_until > now:
        return None
    ways, known = policy.set_ups.of(tx, now).unread, contact.known
    email = state.details.get("email") or known.email or known.details.get("email", "")
    if email and letter_stops.is_stopped(tx, email):
        return None
    if email and ways.email and policy.mail:
        return Reach("email", email)
    numbers = (state.details.get("phone", ""), known.phone, known.details.get("phone", ""))
    phone = next((one for one in numbers if one.startswith("+")), "")
    return Reach("sms", phone) if phone and ways.sms and ways.url else None
