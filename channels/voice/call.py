"""One call: it follows the conversation's log, has its line say what is said there, and brings there what is said in it.

The log decides, the line sounds, the scenario (``scenario``) knows what the caller is told beside it. What the caller or somebody
of the business says comes in as a message. The call ends where the log says that its leg has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, assert_never

import structlog

from channels.voice.carrier import Carrier
from channels.voice.cues import Filler, NoInput, NoMatch
from channels.voice.cues import Person as PersonWanted
from channels.voice.follower import Follower
from channels.voice.line import Line
from channels.voice.line_events import Caption, CarrierChanged, LineEvent, PromptBegan, PromptHeard, Said
from channels.voice.mouth import AGAIN, FILLER, Mouth
from channels.voice.music import ringing
from channels.voice.recorder import About, Track
from channels.voice.recordings import Recordings
from channels.voice.scenario import Does, End, Finish, Notice, Phrase, Scenario, Submit
from channels.voice.scenario import Place as Position
from channels.voice.seating import CALLER, account_of, is_private, rows_of, seat_of, takes_part, wants_music
from channels.voice.seats import Place
from channels.voice.sounds import CallSounds, Frames, Shelf
from channels.voice.speaking import Spoken, pressed, spoken_of
from channels.voice.submissions import Submissions
from channels.voice.tongues import Tongues, is_name
from gateway.dispatcher import Dispatcher
from gateway.dispatcher.following import Subscription
from gateway.dispatcher.hub import Hub
from gateway.errors import NotFound
from gateway.metrics import CALL_ANSWERS, CALL_FIRST_AUDIO, CALL_MISSES, CALLS_ENDED, one_of
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
    LanguageSet,
    LegEnd,
    Person,
    Speech,
    SystemNotice,
)
from gateway.model.events.calls import VOICE
from gateway.model.rules import CallSettings
from gateway.model.standing import Standing
from gateway.model.state import Conversation, Floor, Leg, Status
from gateway.model.visible import Audience
from gateway.ports import Caller, Inbound, Phrases, Signal
from gateway.store.sounds import Sound
from gateway.tasks import TaskSet
from gateway.tracing import step

log = structlog.get_logger(__name__)

COMES_BACK = 30.0
"""Seconds for which a caller whose sound is gone is waited for."""
TICK = 500
"""Milliseconds between two looks at what time has brought."""


class Begun(NamedTuple):
    """A call that has begun. ``names``: how the business is called, by its languages; ``rates``: it asks how a talk was;
    ``sounds``: those of the business; ``node``: that has the sound, "" where that isn't known."""

    business: str
    leg: str
    caller: Caller
    names: dict[str, str]
    settings: CallSettings
    rates: bool
    state: Conversation
    event_id: str
    sounds: tuple[Sound, ...] = ()
    node: str = ""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a call works with; all of it is others', too."""

    dispatcher: Dispatcher
    hub: Hub
    phrases: Phrases
    over: Callable[[str], None]
    """Is told the leg of a call that is over."""
    recordings: Recordings | None = None
    shelf: Shelf | None = None


@dataclass(slots=True)
class _Talk:
    """What stands between the caller and the log at the moment."""

    choices: tuple[Button, ...] = ()
    awaiting: bool = False
    leaving: bool = False
    asked: tuple[int, int] | None = None
    """When the caller's last sound was to which no answer has sounded yet, and when their turn was taken for over."""
    discreet: bool = False
    """The recording rests for what is told, or was until now."""


class Call:
    """A call on this node. ``run`` it once; it tells ``Around.over`` when it is over."""

    def __init__(self, begun: Begun, around: Around, tongues: Tongues) -> None:
        self.leg = begun.leg
        self.caller = begun.caller
        self.business = begun.business
        self.conversation = begun.state.id
        self._begun = begun
        self._step = step("call", business=begun.business, leg=begun.leg)
        self._around = around
        self._tongues = tongues
        self._log = Follower(begun.state, self._follow)
        self._line = Line(begun.leg, tongues.parts, tell=self._told)
        self._scenario = Scenario(
            begun.settings, locale=tongues.locale, rates=begun.rates, leg=begun.leg,
            languages=tongues.choices,
        )  # fmt: skip
        self._about = About(business=begun.business, conversation=begun.state.id, leg=begun.leg)
        self._tasks = TaskSet(f"call.{begun.leg}")
        self._stops: list[Callable[[], None]] = []
        self._subscription: Subscription | None = None
        self._talk = _Talk()
        self._seats: set[str] = set()
        self._understood: frozenset[str] = frozenset()
        self._minded: bool | None = None
        self._gone: asyncio.TimerHandle | None = None
        self._at = self._looked_at = 0
        self._over = False
        self._is_open = False
        sounds = CallSounds(begun.sounds, begun.settings, around.shelf, leg=begun.leg)
        self._mouth = Mouth(self._line, sounds, tongues, around.phrases)
        self._submissions = Submissions(
            around.dispatcher, self._tasks, self._about, ended=self.finish, unheard=self._unheard
        )
        self._track: Track | None = None

    # --- its life ---

    @property
    def is_heard(self) -> bool:
        """Whether the caller's sound comes in."""
        return CALLER in self._seats

    @property
    def is_speaking(self) -> bool:
        """Whether something is still to be said."""
        return bool(self._mouth.saying)

    def prepare(self, at: int) -> None:
        """The first half of a frame, for the ticker."""
        self._at = at
        self._line.prepare(at)

    def step(self, at: int) -> None:
        """The second half of a frame."""
        self._line.step(at)
        if self._talk.discreet:
            self._rest()
        if at - self._looked_at >= TICK and self.is_heard:
            self._looked_at = at
            self._do(self._scenario.pass_to(at, speaking=self.is_speaking))

    async def run(self) -> None:
        """Follows the log from here on."""
        begun, hub = self._begun, self._around.hub
        await self._mouth.get_ready(*begun.names)
        self._await_caller()
        self._stops.append(hub.watch_signals(self.conversation, self._signal))
        self._arrange()
        last = (begun.state.seq, begun.event_id)
        self._subscription = await hub.follow(
            self.business, self.conversation, audience=Audience.SUPERVISOR, sink=self._log, last=last
        )

    def open(self) -> None:
        """From now on the caller is spoken to and understood; until then it rings."""
        self._is_open = True
        self._arrange()
        if self.is_heard:
            self._listen_to_caller()

    def place(self, who: str) -> Place:
        """Where a carrier that is about to be made tells what happens to it. Raises ``NotFound`` for whom the call is none of."""
        if not self.has(who):
            raise NotFound("There is no such call.")
        return self._line.place(who)

    def has(self, who: str) -> bool:
        """Whether it goes on, and is one of theirs."""
        state = self._log.state
        return not self._over and (who == CALLER or (state is not None and takes_part(state, account_of(who))))

    def seat(self, place: Place, carrier: Carrier) -> None:
        self._line.seat(place, carrier)

    def press(self, key: str) -> None:
        self._line.press(CALLER, key)

    def end(self, why: LegEnd) -> None:
        """Ends it in the log; the rest follows from there."""
        if not self._talk.leaving:
            self._talk.leaving = True
            self._submit(c.EndCall(leg=self.leg, why=why))

    def restart(self) -> None:
        """This node stops: the caller is told, as far as there is time."""
        self._mind(on=False)
        self._line.stop()
        self._mouth.say_phrase(Phrase("call.restarting"))

    async def aclose(self) -> None:
        """Its sound is gone at once."""
        self._over = True
        if self._gone is not None:
            self._gone.cancel()
        for stop in self._stops:
            stop()
        if self._subscription is not None:
            self._around.hub.unfollow(self.conversation, self._subscription)
            self._subscription = None
        await self._line.aclose()
        if self._track is not None and self._around.recordings is not None:
            self._around.recordings.end(self._track)
        await self._tasks.finish(within=1.0)

    def finish(self) -> None:
        """It is over here, whatever the log says."""
        if not self._over:
            self._over = True
            self._around.over(self.leg)

    # --- what the log says ---

    @property
    def _locale(self) -> str:
        return self._tongues.locale

    @property
    def _name(self) -> str:
        """How the business is called."""
        return self._begun.names.get(self._locale) or next(iter(self._begun.names.values()), "")

    @property
    def _leg(self) -> Leg | None:
        return self._log.state.leg(self.leg) if self._log.state is not None else None

    def _follow(self, entries: tuple[Entry, ...]) -> None:
        """What was appended at once."""
        for entry in entries:
            event = entry.event
            if isinstance(event, CallEnded) and event.leg == self.leg:
                self._ended(event)
            elif isinstance(event, LanguageSet) and event.leg == self.leg:
                self._speak(event.locale)
            elif (leg := self._leg) is not None:
                spoken = spoken_of(entry, leg.endpoint, self._locale)
                if spoken is not None:
                    self._say(spoken, event)
        if self._over:
            return
        events: list[AnyEvent] = [entry.event for entry in entries]
        if any(isinstance(event, BotTurn | BotTurnDropped | BotTurnFailed) for event in events):
            self._answered()
        self._arrange()

    def _ended(self, ended: CallEnded) -> None:
        one_of(CALLS_ENDED, ended.why).inc()
        self._step.of(self.conversation, why=ended.why)
        self._step.end()
        by_people = ended.why == "over" and ended.by is not None and self.is_heard
        if not by_people:
            self.finish()
            return
        for seat in [one for one in self._seats if one != CALLER]:
            self._leave(seat)
        self._line.play_music(())
        self._do(self._scenario.ended(by_people=True, at=self._at))

    def _arrange(self) -> None:
        """Who has the talk, who hears whom, and whether there is music: by the state alone."""
        state, leg = self._log.state, self._leg
        if state is None or leg is None:
            return
        for seat in [one for one in self._seats if one != CALLER and not takes_part(state, account_of(one))]:
            self._leave(seat)
        if state.floor is not Floor.BOT:
            self._answered()
        self._mind(on=state.status is Status.PENDING and self._is_open)
        self._line.change(rows_of(state, leg, self._seats))
        self._understand_people(state, leg)
        self._rest()
        self._line.play_music(self._music(state, leg))
        if self._scenario.greeted:
            self._do(self._scenario.moved(state, self._at))

    def _rest(self) -> None:
        """The recording rests while somebody wants it to, while the caller is on hold, and while the bot asks for what isn't recorded:
        until what it says to that has been heard, which may repeat it."""
        state, leg = self._log.state, self._leg
        if state is None or leg is None:
            return
        asked = state.unrecorded and state.floor is Floor.BOT
        self._talk.discreet = asked or (self._talk.discreet and self.is_speaking)
        if self._track is not None:
            self._track.rest(leg.recording != "on" or leg.held or self._talk.discreet)

    def _music(self, state: Conversation, leg: Leg) -> Frames:
        """What sounds where nobody speaks."""
        if not self._is_open:
            return ringing()
        return self._mouth.music(held=leg.held) if wants_music(state, leg, self._seats) else ()

    def _understand_people(self, state: Conversation, leg: Leg) -> None:
        """What people say while the caller is on hold is theirs alone: no engine hears it, and nothing of it is kept. Whoever has
        the caller and was there before (a colleague who was asked) talks with them from now on."""
        people = frozenset[str]() if is_private(leg) else frozenset(self._seats - {CALLER})
        for seat in self._understood - people:
            self._line.ignore(seat)
        for seat in people - self._understood:
            self._line.understand(seat, self._tongues.recognition)
        self._understood = people
        owner = state.owner
        if owner is not None and state.status is Status.OPEN and seat_of(owner.id) in people and leg.answered is None:
            self._submit(c.AnswerCall(leg=self.leg, operator=owner))

    def _leave(self, seat: str) -> None:
        self._line.unseat(seat)
        self._line.ignore(seat)
        self._seats.discard(seat)

    def _mind(self, *, on: bool) -> None:
        if on is not self._minded:
            self._minded = on
            (self._line.mind if on else self._line.leave_to_people)()

    def _answered(self) -> None:
        """The bot's turn is over, with an answer or without."""
        if self._talk.awaiting:
            self._talk.awaiting = False
            self._line.withdraw(FILLER)
            self._line.answer_came()

    def _signal(self, signal: Signal) -> None:
        if signal.kind == "queue":
            body = signal.body
            self._scenario.stands(
                Standing(int(body["position"]), int(body["about_seconds"]), int(body["upto_seconds"]))
            )

    # --- what is said ---

    def _say(self, spoken: Spoken, event: AnyEvent) -> None:
        self._talk.choices = spoken.choices
        self._mouth.say(spoken, event)
        if isinstance(event, SystemNotice):
            self._do(self._scenario.noticed(event.notice, self._at))

    def _speak(self, locale: str) -> None:
        """In another language from now on, to whoever understands nothing else."""
        state = self._log.state
        if not self._tongues.speak(locale) or state is None:
            return
        for seat in self._seats & {CALLER, *self._understood}:
            self._line.understand(seat, self._tongues.recognition)
        self._do(self._scenario.speaks(locale, state))

    def _do(self, does: Does) -> None:
        """What the scenario wants."""
        for one in does:
            match one:
                case Phrase():
                    self._mouth.say_phrase(one)
                case Position():
                    self._mouth.say_place(one.standing)
                case Notice():
                    own = self._around.phrases.say(one.phrase, self._locale, business=self._name) if one.phrase else ""
                    self._submit(c.Notify(notice=one.notice, text=one.text or own))
                case Submit():
                    self._submit(one.command)
                case End():
                    self.end(one.why)
                case Finish():
                    self.finish()
                case _:
                    assert_never(one)

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
                self._missed("no_input" if isinstance(event, NoInput) else "no_match", event.step)
            case Filler():
                self._mouth.say_phrase(Phrase(FILLER))
            case PersonWanted():
                self._submit(c.RequestHandoff(reason="not_understood", by="system"))
            case CarrierChanged():
                self._changed(event)
            case PromptBegan():
                self._prompt_began(event)
            case _:
                assert_never(event)

    def _missed(self, kind: str, step: int) -> None:
        """A word is needed about what wasn't said, or wasn't understood."""
        one_of(CALL_MISSES, kind).inc()
        does = self._scenario.missed()
        if does is not None:
            self._do(does)
            return
        self._submit(c.Notify(notice=f"call_{kind}", text=self._mouth.word_for(kind, step)))

    def _said(self, said: Said) -> None:
        self._scenario.spoke(self._at)
        choices, choice, text = self._talk.choices, "", said.text
        if said.who == CALLER and said.by == "keys":
            does = self._scenario.keys(said.text, choices, self._at)
            if does is not None:
                self._line.stop()  # whoever answers needn't hear the question to its end
                self._do(does)
                return
            choice, text = self._meant(said.text, choices)
        elif said.who == CALLER and self._tongues.undecided:
            name = is_name(said.text, tuple(self._begun.names))
            self._do(self._scenario.spoke_in(self._tongues.language_of(said.text), named=name))
            if name:
                return
        leg, state = self._leg, self._log.state
        if leg is None or state is None:
            return
        speech = Speech(leg=leg.id, since=said.since, until=said.until, confidence=round(said.confidence, 3))
        account = account_of(said.who)
        if account and is_private(leg):
            return
        if account:
            self._by_person(state, leg, account, said.text, speech=speech)
            return
        self._talk.choices = ()
        item = Inbound(
            business=self.business, inbox=self.caller.inbox, channel=VOICE, address=self.caller.address,
            key=f"{self.leg}.{said.since}.{said.until}", locale=self._locale, text=text, choice=choice, at_once=True,
            speech=speech,
        )  # fmt: skip
        if state.floor is Floor.BOT:
            self._talk.awaiting = True
            self._talk.asked = (said.until, self._at)
            self._line.await_answer()
        self._submissions.receive(item)

    def _meant(self, keys: str, choices: tuple[Button, ...]) -> tuple[str, str]:
        """What keys stand for: a button by its number, a person, or themselves."""
        button = pressed(keys, choices)
        if button is not None:
            return button.payload, button.title
        if keys == "0":
            return words.ASK_FOR_PERSON, self._around.phrases.say("person_please", self._locale)
        return "", keys.rstrip("#")

    def _unheard(self) -> None:
        """What the caller said is lost: they are asked to say it again."""
        self._answered()
        self._mouth.say_phrase(Phrase(AGAIN))

    def _by_person(self, state: Conversation, leg: Leg, account: str, text: str, *, speech: Speech) -> None:
        person = self._person(account)
        if person is not None:
            reply = c.SendReply(
                operator=person, text=text, floor_seq=state.floor_seq, endpoint=leg.endpoint, speech=speech
            )
            self._submissions.beside(reply)

    def _person(self, account: str) -> Person | None:
        """Somebody who takes part, by their account."""
        state = self._log.state
        people = [state.owner, *state.beside] if state is not None else []
        return next((one for one in people if one is not None and one.id == account), None)

    def _caption(self, caption: Caption) -> None:
        who = "customer" if caption.who == CALLER else account_of(caption.who)
        body: dict[str, str | int | bool] = {"leg": self.leg, "text": caption.text}
        self._around.hub.signal(
            Signal(business=self.business, conversation=self.conversation, kind="caption", who=who, body=body)
        )

    def _prompt_began(self, began: PromptBegan) -> None:
        """A message begins to be heard: it is the answer to what was said before it."""
        if self._talk.asked is None or not began.prompt.isdigit():
            return
        until, over = self._talk.asked
        self._talk.asked = None
        CALL_ANSWERS.observe((self._at - until) / 1_000)
        CALL_FIRST_AUDIO.observe((self._at - over) / 1_000)

    def _heard(self, heard: PromptHeard) -> None:
        """A message that the caller spoke into stands in the log with what of it they had heard."""
        self._mouth.was_heard(heard.prompt)
        if self._mouth.is_notice(heard.prompt) and heard.ended == "whole":
            self._record()
        cut = heard.ended == "stopped" and heard.characters < heard.of
        if cut and heard.prompt.isdigit() and self._leg is not None:
            self._submit(c.NoteHeard(leg=self.leg, seq=int(heard.prompt), heard=heard.characters, characters=heard.of))

    def _record(self) -> None:
        """The caller has heard that the call is recorded; nothing is kept before the log says that it is."""
        recordings = self._around.recordings
        if recordings is None or not self._begun.settings.record or self._track is not None:
            return
        self._track = recordings.begin(self._about)
        self._line.tap = self._track.tap
        self._submit(c.ChangeRecording(leg=self.leg, to="on"))

    # --- whose sound is there ---

    def _changed(self, event: CarrierChanged) -> None:
        if event.who == CALLER:
            self._caller_changed(event)
        elif event.state == "connected":
            self._seats.add(event.who)
            self._understood -= {event.who}  # another browser's sound is heard anew
            person = self._person(account_of(event.who))
            if person is not None:
                self._submit(c.AnswerCall(leg=self.leg, operator=person))
        elif event.state == "closed":
            self._seats.discard(event.who)
            self._gone_colleague(account_of(event.who))
        self._arrange()

    def _gone_colleague(self, account: str) -> None:
        """Whoever was asked about the caller, and whose sound doesn't come back, is asked no more."""
        leg = self._leg
        colleague = leg.consult.colleague if leg is not None and leg.consult is not None else None
        if colleague is not None and colleague.id == account:
            self._submit(c.EndConsult(leg=self.leg, why="lost"))

    def _caller_changed(self, event: CarrierChanged) -> None:
        if event.state != "connected":
            if event.state == "closed":
                self._seats.discard(CALLER)
            self._await_caller()
            return
        self._seats.add(CALLER)
        if self._gone is not None:
            self._gone.cancel()
            self._gone = None
        if self._is_open:
            self._listen_to_caller()

    def _listen_to_caller(self) -> None:
        """Their sound is there, for the first time or again."""
        state = self._log.state
        if not self._scenario.greeted:
            self._line.understand(CALLER, self._tongues.recognition)
        if state is not None:
            self._do(self._scenario.connected(state))

    def _await_caller(self) -> None:
        """They may come back by another network, or another page."""
        if self._gone is None:
            self._gone = asyncio.get_running_loop().call_later(COMES_BACK, self._give_up)

    def _give_up(self) -> None:
        self._gone = None
        if self._leg is None:
            self.finish()
        else:
            self.end("lost" if self._scenario.greeted else "missed")

    def _submit(self, command: c.AnyCommand) -> None:
        self._submissions.submit(command)
