"""How a conversation begins, rests, moves and ends."""

from __future__ import annotations

from typing import Literal

from gateway.model.events.base import Author, Endpoint, Event, Page, Person
from gateway.model.rules import MoreTime

Ending = Literal["answered", "called_back", "declined", "lost"]


class ConversationStarted(Event, frozen=True, tag="conversation_started"):
    """The first event of every log: whose conversation it is and where it came in. ``outbound``: people of the business
    begin it, and the customer has said nothing yet."""

    contact: str
    endpoint: Endpoint
    locale: str
    page: Page | None = None
    outbound: bool = False


class ChannelJoined(Event, frozen=True, tag="channel_joined"):
    """A second channel of the same contact joined this conversation, by link or verified identity."""

    endpoint: Endpoint


class ChatOpened(Event, frozen=True, tag="chat_opened"):
    """The customer opened the chat of a messenger. ``payload``: what the link that led there said (a campaign, a page).
    ``author``: who of a group did; ``topic``: in which of its topics, as the provider calls it."""

    endpoint: Endpoint
    payload: str = ""
    author: str = ""
    topic: str = ""


class EndpointLost(Event, frozen=True, tag="endpoint_lost"):
    """Nothing reaches the customer there any more: they blocked us, or are gone."""

    endpoint: Endpoint


class EndpointBack(Event, frozen=True, tag="endpoint_back"):
    """The customer can be reached there again."""

    endpoint: Endpoint


class FactsChanged(Event, frozen=True, tag="facts_changed"):
    """An operator corrected facts; an empty value removes one."""

    facts: dict[str, str]
    operator: str
    name: str


class Labelled(Event, frozen=True, tag="labelled"):
    """Labels were put on or taken off; they are named by their ids."""

    by: Person
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class MacroRun(Event, frozen=True, tag="macro_run"):
    """What follows in the same moment did a macro that somebody ran. ``macro``: its id; ``name``: as it was called then."""

    by: Person
    macro: str
    name: str
    client_id: str = ""


class WrapUpStarted(Event, frozen=True, tag="wrap_up_started"):
    """The talk is over; the owner notes what came of it. ``until``: when their time for that runs out; 0: it doesn't.
    ``code``: a wrap-up code must be chosen. ``seconds``, ``more``: as the business had it then."""

    by: Person
    until: int = 0
    code: bool = False
    seconds: int = 0
    more: MoreTime = "never"


class WrapUpExtended(Event, frozen=True, tag="wrap_up_extended"):
    """The owner needs more time; ``until`` as in ``WrapUpStarted``."""

    by: Person
    until: int = 0


class WrapUpCancelled(Event, frozen=True, tag="wrap_up_cancelled"):
    """The talk wasn't over: its owner goes on with it."""

    by: Person


class Resolved(Event, frozen=True, tag="resolved"):
    """The end. ``ending`` closes the request in the ledger; ``reason`` names it where it is ``lost``.

    ``continued_in``: the conversation that goes on where this one stopped.
    """

    by: Author
    ending: Ending
    operator: str = ""
    name: str = ""
    reason: str = ""
    code: str = ""
    continued_in: str = ""


class Snoozed(Event, frozen=True, tag="snoozed"):
    """Put aside until ``until`` or the customer's next input."""

    by: Person
    until: int


class Reopened(Event, frozen=True, tag="reopened"):
    """The customer wrote again, or the snooze ran out: back to its owner, the queue or the bot."""

    to: Literal["owner", "queue", "bot"]
    owner: Person | None = None
