"""One call: it follows the conversation's log, has its line say what is said there, and brings there what is said in it.

The log decides, the line sounds. Whatever is to be said stands in the log first (but for fillers); what the caller or somebody of
the business says comes in as a message. The call ends where the log says that its leg has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, assert_never

import msgspec
import structlog

from channels.voice.carrier import Carrier
from channels.voice.cues import Filler, NoInput, NoMatch
from channels.voice.cues import Person as PersonWanted
from channels.voice.line import Line
from channels.voice.line_events import Caption, CarrierChanged, EngineChanged, LineEvent, PromptBegan, PromptHeard, Said
from channels.voice.music import waiting_music
from channels.voice.player import Prompt
from channels.voice.seating import CALLER, account_of, rows_of, seat_of, takes_part, wants_music
from channels.voice.seats import Place
from channels.voice.speaking import Spoken, pressed, spoken_of
from channels.voice.voices import Voice
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.following import Subscription
from gateway.dispatcher.hub import Hub
from gateway.errors import NotFound, Refused, StorageUnavailable
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import (
    AnyEvent,
    BotTurn,
    BotTurnDropped,
    BotTurnFailed,
    Button,
    CallEnded,
    Entry,
    LegEnd,
    Speech,
    SystemNotice,
)
from gateway.model.fold import fold
from gateway.model.state import Conversation, Floor, Leg, Status
from gateway.model.visible import Audience
from gateway.ports import Caller, Inbound, Phrases, Signal
from gateway.store.directory import CallSettings
from gateway.tasks import TaskSet

log = structlog.get_logger(__name__)

COMES_BACK = 30.0
"""Seconds for which a caller whose sound is gone is waited for."""
CHANNEL = "voice"
GREETING, NOTICE, NO_INPUT, NO_MATCH = "call_greeting", "call_notice", "call_no_input", "call_no_match"
"""Keys of notices."""


class _Entries(msgspec.Struct, frozen=True, tag_field="type", tag="entries"):
    entries: tuple[Entry, ...]


class _Resync(msgspec.Struct, frozen=True, tag_field="type", tag="resync"):
    pass


_decoder: msgspec.json.Decoder[_Entries | _Resync] = msgspec.json.Decoder(_Entries | _Resync)


class Begun(NamedTuple):
    """A call that has begun. ``name``: how the business is called in the caller's language."""

    business: str
    leg: str
    caller: Caller
    name: str
    settings: CallSettings
    state: Conversation
    event_id: str


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a call works with; all of it is others', too."""

    dispatcher: Dispatcher
    hub: Hub
    phrases: Phrases
    over: Callable[[str], None]
    """Is told the leg of a call that is over."""


@dataclass(slots=True)
class _Talk:
    """What stands between the caller and the log at the moment. ``saying``: prompts that are to be heard yet, and how they end."""

    choices: tuple[Button, ...] = ()
    said: int = 0
    awaiting: bool = False
    leaving: bool = False
    saying: set[str] = field(default_factory=set)


class Call:
    """A call on this node. ``run`` it once; it tells ``Around.over`` when it is over."""

    def __init__(self, begun: Begun, around: Around, voice: Voice) -> None:
        self.leg = begun.leg
        self.caller = begun.caller
        self.business = begun.business
        self._begun = begun
        self._around = around
        self._voice = voice
        self._state: Conversation | None = begun.state
        self._upto = begun.state.seq
        self._line = Line(begun.leg, voice.parts, tell=self._told)
        self._tasks = TaskSet(f"call.{begun.leg}")
        self._subscription: Subscription | None = None
        self._talk = _Talk()
        self._seats: set[str] = set()
        self._greeted = False
        self._gone: asyncio.TimerHandle | None = None
        self._over = False

    # --- its life ---

    @property
    def conversation(self) -> str:
        return self._begun.state.id

    @property
    def is_heard(self) -> bool:
        """Whether the caller's sound comes in."""
        return CALLER in self._seats

    @property
    def is_speaking(self) -> bool:
        """Whether something is still to be said."""
        return bool(self._talk.saying)

    def prepare(self, at: int) -> None:
        """The first half of a frame, for the ticker."""
        self._line.prepare(at)

    def step(self, at: int) -> None:
        """A frame, for the ticker."""
        self._line.step(at)

    async def run(self) -> None:
        """Follows the log from here on."""
        begun = self._begun
        self._await_caller()
        self._arrange()
        self._subscription = await self._around.hub.follow(
            begun.business, begun.state.id, audience=Audience.SUPERVISOR, sink=self, last=(self._upto, begun.event_id)
        )

    def place(self, who: str) -> Place:
        """Where a carrier that is about to be made tells what happens to it. Raises ``NotFound`` for whom the call is none of."""
        state = self._state
        if self._over or (who != CALLER and (state is None or not takes_part(state, account_of(who)))):
            raise NotFound("There is no such call.")
        return self._line.place(who)

    def seat(self, place: Place, carrier: Carrier) -> None:
        self._line.seat(place, carrier)

    def press(self, key: str) -> None:
        self._line.press(CALLER, key)

    def end(self, why: LegEnd) -> None:
        """Ends it in the log; the rest follows from there."""
        if not self._talk.leaving:
            self._talk.leaving = True
            self._submit(c.EndCall(leg=self.leg, why=why))

    def lost(self) -> None:
        """The log says that it has ended, by whoever else."""
        self._finish()

    async def restart(self) -> None:
        """This node stops: the caller is told, as far as there is time."""
        self._say_once("call.restarting")
        self._line.leave_to_people()

    async def aclose(self) -> None:
        """Its sound is gone at once."""
        self._over = True
        if self._gone is not None:
            self._gone.cancel()
        if self._subscription is not None:
            self._around.hub.unfollow(self.conversation, self._subscription)
            self._subscription = None
        await self._line.aclose()
        await self._tasks.finish(within=1.0)

    def _finish(self) -> None:
        if not self._over:
            self._over = True
            self._around.over(self.leg)

    # --- what the log says ---

    def send(self, frame: bytes) -> None:
        """What a follower is sent."""
        told = _decoder.decode(frame)
        if isinstance(told, _Resync):
            self._state = None  # what was said was said: it is only folded anew
            return
        for entry in told.entries:
            self._state = fold(self._state, entry, conversation=self.conversation)
            if entry.seq > self._upto and not self._over:
                self._upto = entry.seq
                self._follow(entry)
        if told.entries and not self._over:
            self._settle(told.entries)

    def offer(self, frame: bytes) -> None:
        """What may be lost is nothing for calls."""

    def _follow(self, entry: Entry) -> None:
        leg = self._leg
        if isinstance(entry.event, CallEnded) and entry.event.leg == self.leg:
            self._finish()
        elif leg is not None and (spoken := spoken_of(entry, leg.endpoint, self._locale)) is not None:
            self._say(spoken, entry.event)

    def _settle(self, entries: tuple[Entry, ...]) -> None:
        """What follows of a commit as a whole."""
        events: list[AnyEvent] = [entry.event for entry in entries]
        turned = any(isinstance(event, BotTurn | BotTurnDropped | BotTurnFailed) for event in events)
        if self._talk.awaiting and (turned or self._floor is not Floor.BOT):
            self._talk.awaiting = False
            self._line.answer_came()
        self._arrange()

    @property
    def _leg(self) -> Leg | None:
        return self._state.leg(self.leg) if self._state is not None else None

    @property
    def _floor(self) -> Floor:
        return self._state.floor if self._state is not None else Floor.NOBODY

    @property
    def _locale(self) -> str:
        return self._begun.state.locale

    def _arrange(self) -> None:
        """Who has the talk, who hears whom, and whether there is music: by the state alone."""
        state, leg = self._state, self._leg
        if state is None or leg is None:
            return
        for seat in [one for one in self._seats if one != CALLER and not takes_part(state, account_of(one))]:
            self._line.unseat(seat)
            self._line.ignore(seat)
            self._seats.discard(seat)
        self._mind(state.status is Status.PENDING)
        self._line.change(rows_of(state, leg, self._seats))
        self._line.play_music(waiting_music() if wants_music(state, leg, self._seats) else ())
        if state.status is Status.RESOLVED and not self._talk.saying:
            self.end("over")

    def _mind(self, on: bool) -> None:
        if on != self._minded:
            self._minded = on
            if on:
                self._line.mind()
            else:
                self._line.leave_to_people()

    _minded: bool | None = None

    # --- what is said ---

    def _say(self, spoken: Spoken, event: AnyEvent) -> None:
        self._talk.choices, self._talk.said = spoken.choices, spoken.seq
        protected = isinstance(event, SystemNotice) and event.notice == NOTICE
        if spoken.text:
            self._prompt(str(spoken.seq), spoken.text, protected=protected)
        if spoken.offer:
            self._prompt(f"{spoken.seq}.offer", spoken.offer, keys=1)

    def _say_once(self, phrase: str) -> None:
        """A word that isn't kept."""
        self._prompt(phrase, self._around.phrases.say(phrase, self._locale))

    def _prompt(self, name: str, text: str, *, protected: bool = False, keys: int = 0) -> None:
        self._talk.saying.add(name)
        voice = self._voice
        self._line.say(
            Prompt(
                id=name, text=text, locale=self._locale, voice=voice.voice, rate=voice.rate, protected=protected, keys=keys
            )
        )  # fmt: skip

    def _notify(self, notice: str, text: str) -> None:
        self._submit(c.Notify(notice=notice, text=text))

    def _greet(self) -> None:
        """Said once, when the caller's sound is there."""
        state, settings, say = self._state, self._begun.settings, self._around.phrases.say
        if self._greeted or state is None:
            return
        self._greeted = True
        if state.status is not Status.PENDING:
            self._notify("call_ringing", say("call.ringing", self._locale))
            return
        own = settings.greeting.get(self._locale, "")
        self._notify(GREETING, own or say("call.greeting", self._locale, business=self._begun.name))
        if notice := settings.notice.get(self._locale, ""):
            self._notify(NOTICE, notice)
        if settings.to == "people":
            self._submit(c.RequestHandoff(reason="customer_asked", by="customer", team=settings.team))

    # --- what the line tells ---

    def _told(self, event: LineEvent) -> None:
        match event:
            case Said():
                self._said(event)
            case Caption():
                self._caption(event)
            case PromptHeard():
                self._heard(event)
            case NoInput() | NoMatch():
                kind = NO_INPUT if isinstance(event, NoInput) else NO_MATCH
                phrase = f"call.{kind.removeprefix('call_')}.{min(event.step, 2)}"
                self._notify(kind, self._around.phrases.say(phrase, self._locale))
            case Filler():
                self._say_once("call.filler")
            case PersonWanted():
                self._submit(c.RequestHandoff(reason="not_understood", by="system"))
            case CarrierChanged():
                self._changed(event)
            case EngineChanged() | PromptBegan():
                pass
            case _:
                assert_never(event)

    def _said(self, said: Said) -> None:
        leg, state = self._leg, self._state
        if leg is None or state is None:
            return
        speech = Speech(leg=leg.id, since=said.since, until=said.until, confidence=round(said.confidence, 3))
        account = account_of(said.who)
        if account:
            self._tasks.start(self._by_person(account, said.text, speech), name="person")
            return
        button = pressed(said.text, self._talk.choices) if said.by == "keys" else None
        choice, text = (button.payload, button.title) if button is not None else ("", said.text)
        if said.by == "keys" and button is None and said.text == "0":
            choice, text = words.ASK_FOR_PERSON, self._around.phrases.say("person_please", self._locale)
        self._talk.choices = ()
        item = Inbound(
            business=self.business, inbox=self.caller.inbox, channel=CHANNEL, address=self.caller.address,
            key=f"{self.leg}.{said.since}.{said.until}", locale=self._locale, text=text, choice=choice, at_once=True,
            speech=speech,
        )  # fmt: skip
        if state.floor is Floor.BOT:
            self._talk.awaiting = True
            self._line.await_answer()
        self._tasks.start(self._by_caller(item), name="said")

    async def _by_caller(self, item: Inbound) -> None:
        """What was said is on disk, or said to be lost: a caller can't send it again."""
        try:
            await self._around.dispatcher.receive(item)
        except (Refused, StorageUnavailable) as error:
            log.warning("speech_refused", leg=self.leg, error=type(error).__name__)
            if self._talk.awaiting:
                self._talk.awaiting = False
                self._line.answer_came()
            self._say_once("call.again")

    async def _by_person(self, account: str, text: str, speech: Speech) -> None:
        state, leg = self._state, self._leg
        if state is None or leg is None:
            return
        people = [state.owner, *(one.operator for one in state.participants)]
        person = next((one for one in people if one is not None and one.id == account), None)
        if person is not None:
            reply = c.SendReply(
                operator=person, text=text, floor_seq=state.floor_seq, endpoint=leg.endpoint, speech=speech
            )  # fmt: skip
            await self._try(reply)

    def _caption(self, caption: Caption) -> None:
        who = "customer" if caption.who == CALLER else account_of(caption.who)
        body: dict[str, str | int | bool] = {"leg": self.leg, "text": caption.text}
        self._around.hub.signal(
            Signal(business=self.business, conversation=self.conversation, kind="caption", who=who, body=body)
        )

    def _heard(self, heard: PromptHeard) -> None:
        self._talk.saying.discard(heard.prompt)
        if heard.ended == "stopped" and heard.prompt.isdigit() and heard.characters < heard.of and not self._over:
            note = c.NoteHeard(
                leg=self.leg, seq=int(heard.prompt), heard=heard.characters, characters=heard.of
            )  # fmt: skip
            self._submit(note)
        if self._state is not None and self._state.status is Status.RESOLVED and not self._talk.saying:
            self.end("over")

    # --- whose sound is there ---

    def _changed(self, event: CarrierChanged) -> None:
        if event.who == CALLER:
            self._caller_changed(event)
            return
        if event.state == "connected":
            self._seats.add(event.who)
            self._line.understand(event.who, self._voice.recognition)
            self._tasks.start(self._answer(account_of(event.who)), name="answer")
        elif event.state == "closed":
            self._seats.discard(event.who)
            self._line.ignore(event.who)
        self._arrange()

    def _caller_changed(self, event: CarrierChanged) -> None:
        if event.state == "connected":
            self._seats.add(CALLER)
            if self._gone is not None:
                self._gone.cancel()
                self._gone = None
            if not self._greeted:
                self._line.understand(CALLER, self._voice.recognition)
            self._greet()
            self._arrange()
        elif event.state == "lost":
            self._await_caller()
        else:
            self._seats.discard(CALLER)
            self._await_caller()

    def _await_caller(self) -> None:
        """They may come back by another network, or another page."""
        if self._gone is None:
            self._gone = asyncio.get_running_loop().call_later(COMES_BACK, self._give_up)

    def _give_up(self) -> None:
        self._gone = None
        self.end("lost" if self._greeted else "missed")

    async def _answer(self, account: str) -> None:
        state = self._state
        people = [state.owner, *(one.operator for one in state.participants)] if state is not None else []
        person = next((one for one in people if one is not None and one.id == account), None)
        if person is not None:
            await self._try(c.AnswerCall(leg=self.leg, operator=person))

    # --- what is done about it ---

    def _submit(self, command: c.AnyCommand) -> None:
        """In order: one after another."""
        before, self._last = self._last, self._tasks.start(self._after(self._last, command), name="submit")
        del before

    _last: asyncio.Task[None] | None = None

    async def _after(self, before: asyncio.Task[None] | None, command: c.AnyCommand) -> None:
        if before is not None and not before.done():
            await asyncio.wait({before})
        await self._try(command)

    async def _try(self, command: c.AnyCommand) -> None:
        """What the log refuses was decided by somebody else meanwhile."""
        try:
            await self._around.dispatcher.submit(self.business, self.conversation, command)
        except (Refused, StorageUnavailable) as error:
            log.info("call_refused", leg=self.leg, command=type(command).__name__, error=type(error).__name__)
            if isinstance(command, c.EndCall):
                self._finish()


def seat_for(party: Caller | str) -> str:
    """The seat of the caller, or of an account."""
    return CALLER if isinstance(party, Caller) else seat_of(party)
