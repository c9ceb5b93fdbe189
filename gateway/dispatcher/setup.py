"""What of a business's set-up matters while its conversations go on: its webhooks, its hours, who wants to be called."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import NamedTuple

import msgspec

from gateway.model.events import Entry, tag_of
from gateway.model.hours import Hours, next_opening
from gateway.model.rules import NO_WRAP_UP, Mode, RatingRules, RoutingRules, TeamRules, WaitingRules, WrapUpRules
from gateway.store import configuration, directory, due, push_subscriptions, webhook_calls
from gateway.store.sql import Tx

WEBHOOK = "webhook"
"""The kind of configuration, and of due rows."""
HOURS = "hours"
WAITING = "waiting"
UNREAD = "unread"
"""The kind of configuration, and of due rows, whose subject is a conversation."""
KNOWN_FOR = 5_000_000
"""Microseconds after which another node's change is seen."""


class Wanted(msgspec.Struct, frozen=True):
    """What of a webhook matters here."""

    events: tuple[str, ...] = ()
    active: bool = True


class _Waiting(msgspec.Struct, frozen=True):
    rules: WaitingRules = WaitingRules()


class UnreadWays(msgspec.Struct, frozen=True):
    """How answers reach who didn't read them: by e-mail, and by calls of the business's own sender of short messages at
    ``url``."""

    email: bool = True
    sms: bool = False
    url: str = ""


class Known(NamedTuple):
    """``hooks``: the webhooks that want an event, by its tag. ``zone``: of the business. ``reached``: somebody of it is
    told what happens while their console is closed. ``labels``: their names, by id. ``waiting``: what is promised to whom.
    ``wrap_ups``: what comes before an end, by the team's id, "" for everybody. ``unread``: how answers that nobody read go out. ``modes``: how conversations come to
    people, likewise by the team."""

    at: int
    hooks: dict[str, tuple[str, ...]]
    hours: Hours
    zone: dt.tzinfo
    reached: bool
    labels: dict[str, str]
    waiting: WaitingRules
    wrap_ups: dict[str, WrapUpRules]
    rating: RatingRules
    unread: UnreadWays
    modes: dict[str, Mode]

    def is_picked(self, team: str) -> bool:
        """Whether people take a team's conversations from the queue themselves."""
        return (self.modes.get(team) or self.modes[""]) == "pick"


class SetUps:
    """Each business's set-up, looked up at most every five seconds; own changes are seen at once."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def forget(self, business: str) -> None:
        """Its set-up has changed."""
        self._known.pop(business, None)

    def known(self, business: str) -> Known | None:
        """What was seen last of it; every unit that commits looks anew where that is old."""
        return self._known.get(business)

    def of(self, tx: Tx, now: int) -> Known:
        """What is set up for the transaction's business."""
        known = self._known.get(tx.business)
        if known is None or now - known.at >= KNOWN_FOR:
            reached = push_subscriptions.any_of_business(tx, now=now)
            teams = _team_rules(tx)
            wrap_ups = {name: one.wrap_up for name, one in teams.items() if one.wrap_up is not None}
            modes = {name: one.mode for name, one in teams.items()}
            known = self._known[tx.business] = Known(
                now, _hooks(tx), _hours(tx), _zone(tx), reached, _labels(tx), _waiting(tx), wrap_ups, _rating(tx),
                _unread(tx), modes,
            )  # fmt: skip
        return known

    def plan_calls(self, tx: Tx, conversation: str, entries: list[Entry], *, now: int) -> None:
        """Writes the webhook calls of these entries, in the transaction that appends them."""
        hooks = self.of(tx, now).hooks
        if not hooks:
            return
        for entry in entries:
            tag = tag_of(entry.event)
            for webhook in hooks.get(tag, ()):
                call(tx, webhook, event=tag, conversation=conversation, seq=entry.seq, now=now)

    def wrap_up(self, tx: Tx, team: str, *, now: int) -> WrapUpRules:
        """What comes between the last word and the end of a team's conversations."""
        known = self.of(tx, now).wrap_ups
        return known.get(team) or known.get("") or NO_WRAP_UP

    def opens(self, tx: Tx, now: int) -> int | None:
        """``now`` where people answer at this hour, else when they do next; ``None``: not within a year."""
        known = self.of(tx, now)
        return next_opening(known.hours, known.zone, now)


def _hooks(tx: Tx) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for item in configuration.read(tx, WEBHOOK):
        wants = msgspec.json.decode(item.body, type=Wanted)
        for tag in wants.events if wants.active else ():
            found[tag] = (*found.get(tag, ()), item.id)
    return found


def _labels(tx: Tx) -> dict[str, str]:
    return {item.id: item.name for item in configuration.read(tx, "label")}


class _Team(msgspec.Struct, frozen=True):
    rules: TeamRules = TeamRules()


class _Rating(msgspec.Struct, frozen=True):
    rules: RatingRules = RatingRules()


class _Routing(msgspec.Struct, frozen=True):
    rules: RoutingRules = RoutingRules()


def _team_rules(tx: Tx) -> dict[str, TeamRules]:
    """Each team's own, and everybody's."""
    rules = {item.id: msgspec.json.decode(item.body, type=_Team).rules for item in configuration.read(tx, "team")}
    routing = configuration.find(tx, "routing", "routing")
    set_up = msgspec.json.decode(routing.body, type=_Routing) if routing is not None else _Routing()
    return rules | {"": set_up.rules.everybody}


def _rating(tx: Tx) -> RatingRules:
    item = configuration.find(tx, "rating", "rating")
    return msgspec.json.decode(item.body, type=_Rating).rules if item is not None else RatingRules()


def _unread(tx: Tx) -> UnreadWays:
    item = configuration.find(tx, UNREAD, UNREAD)
    return msgspec.json.decode(item.body, type=UnreadWays) if item is not None else UnreadWays()


def _hours(tx: Tx) -> Hours:
    item = configuration.find(tx, HOURS, HOURS)
    return msgspec.json.decode(item.body, type=Hours) if item is not None else Hours()


def _waiting(tx: Tx) -> WaitingRules:
    item = configuration.find(tx, WAITING, WAITING)
    return msgspec.json.decode(item.body, type=_Waiting).rules if item is not None else WaitingRules()


def _zone(tx: Tx) -> dt.tzinfo:
    business = directory.read_business(tx, tx.business)
    try:
        return zoneinfo.ZoneInfo(business.timezone if business is not None else "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return dt.UTC


def call(tx: Tx, webhook: str, *, event: str, conversation: str, seq: int, now: int) -> str:
    """A call and the due row that makes it; its id."""
    made = webhook_calls.add(tx, webhook, event=event, conversation=conversation, seq=seq, now=now)
    due.put(tx, WEBHOOK, made, due_at=now)
    return made
