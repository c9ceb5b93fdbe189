"""Whoever waits for a person: what they are told of it, what they may ask meanwhile, and the callback that they are promised
where nobody comes.

All of it is the system's, which needs no floor. A due row ``patience`` for each conversation in the queue offers the callback
when it has waited for long enough, and calls back unasked who went away before that was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.dispatcher.policy import MINUTE, SECOND, Policy
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import (
    Button,
    CallbackKind,
    CallbackReason,
    CustomerMessage,
    HandoffRequested,
    OwnerLost,
    Reopened,
)
from gateway.model.events.calls import VOICE
from gateway.model.reach import COUNTRIES, found_email, found_phone
from gateway.model.rules import WaitingRules
from gateway.model.standing import Place, Standing
from gateway.model.state import Conversation, Status
from gateway.ports import Phrases
from gateway.store import due, waiting
from gateway.store.log import Draft
from gateway.store.sql import Tx

PATIENCE = "patience"
"""The kind of due rows; their subject is a conversation."""
DAY = 24 * 60 * MINUTE
SPOKEN = frozenset(
    {
        "queued",
        "queued_again",
        "queued_until",
        "queued_closed",
        "queued_nobody",
        "callback_where",
        "callback_where_again",
    }
)
"""Sentences that say something else to whoever is on the line."""
_NOTICES: dict[type, str] = {HandoffRequested: "queued", OwnerLost: "queued_again", Reopened: "queued"}


def place_words(phrases: Phrases, standing: Standing, locale: str) -> str:
    """Where somebody stands, as a sentence or two."""
    if standing.position == 1:
        first = phrases.say("place.next", locale)
    else:
        first = phrases.say("place", locale, position=standing.position)
    if not standing.upto_seconds:
        return first
    low, high = standing.about_seconds // 60, standing.upto_seconds // 60
    time = phrases.say("place.minutes", locale, minutes=f"{low}–{high}" if low < high else str(high))
    return f"{first} {time}"


def tell_who_waits(tx: Tx, draft: Draft, policy: Policy) -> None:
    """The system's lines to a conversation that a unit leaves in the queue."""
    waiter = Waiter(tx, draft, policy)
    said = waiter.said
    if said is not None and draft.before is not None and draft.before.status is Status.QUEUED:
        waiter.answer(said, asks=draft.before.asks)
        return
    notice = next((_NOTICES[type(entry.event)] for entry in draft.entries if type(entry.event) in _NOTICES), None)
    if notice is not None and not _only_woken(draft):
        waiter.welcome(notice)


def _only_woken(draft: Draft) -> bool:
    """A time has run out and the customer did nothing: what waits is our word, and they hear of it from who comes."""
    woken = any(isinstance(entry.event, Reopened) for entry in draft.entries)
    return woken and not any(isinstance(entry.event, CustomerMessage) for entry in draft.entries)


def note_patience(tx: Tx, draft: Draft, policy: Policy) -> None:
    """Whoever joins the queue is offered a callback in time; who is served, or gone, no more."""
    before, after = draft.before, draft.state
    assert after is not None
    was, waits = (state is not None and state.status is Status.QUEUED for state in (before, after))
    if waits and not was and after.callback is None:
        rules = policy.set_ups.of(tx, draft.now).waiting
        if rules.callback_after:
            due_at = draft.now + rules.callback_after * SECOND
            due.reset(tx, PATIENCE, after.id, due_at=due_at)
    elif was and not waits:
        due.drop(tx, PATIENCE, after.id)


@dataclass(frozen=True, slots=True)
class Waiter:
    """A customer in the queue, within a unit of work."""

    tx: Tx
    draft: Draft
    policy: Policy

    @property
    def state(self) -> Conversation:
        assert self.draft.state is not None
        return self.draft.state

    @property
    def rules(self) -> WaitingRules:
        return self.policy.set_ups.of(self.tx, self.draft.now).waiting

    @property
    def said(self) -> CustomerMessage | None:
        """What they wrote in this unit."""
        return next((e.event for e in reversed(self.draft.entries) if isinstance(e.event, CustomerMessage)), None)

    def say(self, key: str, **values: str | int) -> str:
        """Whoever is on the line can't write, and hears where a reader would see."""
        spoken = self.state.endpoint.channel == VOICE and key in SPOKEN
        return self.policy.phrases.say(f"{key}.spoken" if spoken else key, self.state.locale, **values)

    def notify(self, notice: str, text: str, *buttons: Button) -> None:
        self.draft.apply(c.Notify(notice=notice, text=text, buttons=buttons))

    def button(self, key: str, payload: str) -> Button:
        return Button(title=self.say(key), payload=payload)

    # --- what they are told ---

    def welcome(self, notice: str) -> None:
        """Told once, where they join the queue: the truth of when somebody answers, and what else they can do."""
        opens = self.policy.set_ups.opens(self.tx, self.draft.now)
        back = self.button("back_to_bot", words.BACK_TO_BOT)
        offers = (self.button("call_back", words.CALL_BACK), back) if self._may_promise() else (back,)
        if opens is None:
            self.notify("queued_closed", self.say("queued_closed"), *offers)
        elif opens > self.draft.now:
            self.notify("queued_until", self.say("queued_until", when=self._when(opens)), *offers)
        elif self.policy.deserted(self.tx.business):
            self.notify("queued_nobody", self.say("queued_nobody"), *offers)
        else:
            place = self.place() if self.state.endpoint.channel in self.policy.pushed else ""
            self.notify(notice, " ".join(filter(None, (self.say(notice), place))), back)

    def place(self) -> str:
        """Where they stand, as a sentence; "" where that isn't known."""
        standing = self._standings().get(self.state.id)
        return place_words(self.policy.phrases, standing, self.state.locale) if standing is not None else ""

    def _standings(self) -> dict[str, Standing]:
        """As they stand with this one, which may not be on disk yet: then it is the last."""
        queue = waiting.queue(self.tx)
        if all(place.conversation != self.state.id for place in queue):
            queue.append(Place(self.state.id, self.state.waiting_since or self.draft.now))
        return waiting.standings_of(self.tx, queue, now=self.draft.now)

    def _when(self, instant: int) -> str:
        zone = self.policy.set_ups.of(self.tx, self.draft.now).zone
        return self.policy.phrases.when(instant, self.state.locale, now=self.draft.now, zone=zone)

    # --- what they may ask ---

    def answer(self, said: CustomerMessage, *, asks: str) -> None:
        """What they wrote, where it is for the system: a callback, how to reach them, how long it takes."""
        if said.choice == words.CALL_BACK:
            self.call_back()
        elif said.choice == words.CALL_BACK_HERE:
            self.promise("here", "")
        elif asks:
            self._reached_by(said, again=asks == "callback")
        elif words.asks_how_long(said.text) and (place := self.place()):
            self.notify("place", place)

    def call_back(self) -> None:
        """They want to be called back: where, unless they said so before."""
        reached = self._known_way()
        if reached is not None:
            self.promise(*reached)
        else:
            self.notify("callback_where", self.say("callback_where"), *self._ways())

    def _known_way(self) -> tuple[CallbackKind, str] | None:
        """How they said before that they are reached."""
        kinds: tuple[CallbackKind, ...] = ("phone", "email")
        return next(((kind, self.state.details[kind]) for kind in kinds if self.state.details.get(kind)), None)

    def _ways(self) -> Iterable[Button]:
        if self.state.endpoint.channel in self.policy.pushed:
            yield self.button("call_back_here", words.CALL_BACK_HERE)
        yield self.button("back_to_bot", words.BACK_TO_BOT)

    def _reached_by(self, said: CustomerMessage, *, again: bool) -> None:
        """A number or an address in what they wrote. Where there is none they are asked once more; after that it was
        something else that they wrote."""
        country = COUNTRIES.get(self.state.locale.split("-")[0], "")
        shared = said.phone.number if said.phone is not None and said.phone.own else ""
        if phone := shared or found_phone(said.text, country=country):
            self.draft.apply(c.LeaveDetails(kind="phone", value=phone))
            self.promise("phone", phone)
        elif email := found_email(said.text):
            self.draft.apply(c.LeaveDetails(kind="email", value=email))
            self.promise("email", email)
        elif again:
            self.notify("callback_where_again", self.say("callback_where_again"), *self._ways())

    def promise(self, kind: CallbackKind, value: str, *, reason: CallbackReason = "asked") -> None:
        """Somebody gets back to them, in the hours of the business."""
        opens = self.policy.set_ups.opens(self.tx, self.draft.now)
        begin = self.draft.now + DAY if opens is None else opens
        due_at = begin + self.rules.callback_within * MINUTE
        self.draft.apply(c.AskCallback(due_at=due_at, kind=kind, value=value, reason=reason))
        text = self.say(f"callback.{kind}", value=value, when=self._when(due_at))
        missed = self.say("callback_missed") if reason == "missed" else ""
        self.notify("callback_promised", " ".join(filter(None, (missed, text))))

    def _may_promise(self) -> bool:
        return self.rules.callback_after > 0

    # --- what happens when nobody comes ---

    def offer_callback(self) -> int:
        """They have waited for long: told where they stand, and offered better than that; the notice's ``seq``."""
        text = " ".join(filter(None, (self.say("callback_offered"), self.place())))
        back = self.button("back_to_bot", words.BACK_TO_BOT)
        self.notify("callback_offered", text, self.button("call_back", words.CALL_BACK), back)
        return self.state.seq

    def miss(self) -> bool:
        """Who went away before they read the offer, and said how they are reached, is called back unasked."""
        reached = self._known_way()
        if reached is not None:
            self.promise(*reached, reason="missed")
        return reached is not None
