"""The line: the sound side of one call. It joins carriers, voice activity, recognition, turns, prompts and the mixer.

It knows nothing of conversations. Whoever minds the call tells it who sits in it, what to say and whether the bot or people have the
talk; it tells them what happens (``line_events``). ``step`` is one frame of it, for the shared ticker; ``at`` is its only clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from channels.voice import cues
from channels.voice.carrier import Carrier
from channels.voice.cues import AnswerAwaited, AnswerCame, Filler, Key, NoInput, NoMatch, Output, Person, Settings
from channels.voice.ear import Ear, Means, Minder
from channels.voice.hearing import Recognition
from channels.voice.line_events import CarrierChanged, LineEvent, PromptBegan, PromptHeard, Tell
from channels.voice.mixer import SILENCE, Frame, Mixer, Row, Rows, peak
from channels.voice.player import Player, Prompt
from channels.voice.prompts import Maker
from channels.voice.seats import CLOSE_WITHIN, Place, Seats, State
from channels.voice.talk import Talk
from channels.voice.turn import Turns
from gateway.ports import Synthesizer
from gateway.tasks import TaskSet
from speech.activity import Activities

CALLER = "caller"
PROMPTS = "prompts"
MUSIC = "music"
ECHO_FRAMES = 25
"""So long (0.5 s) after a sound its echo may come."""
EARLY = 32
"""Keys that wait for the caller's sound."""
_OWN: Rows = {PROMPTS: Row(listens=False), MUSIC: Row(listens=False)}
Tap = Callable[[int, Frame | None, Frame], None]
"""Hears what the caller sounded and what they were given, with the instant; for a recording. It returns at once."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a line works with; all of it is others' too, but the orders of engines (``speech.order``), which tell of one call."""

    synthesizer: Synthesizer
    activities: Activities
    means: Means = lambda text: False
    settings: Settings = field(default_factory=Settings)


class Line:
    """One call's sound. Everything but ``aclose`` returns at once; all on the event loop."""

    def __init__(self, name: str, parts: Parts, *, tell: Tell) -> None:
        self.name = name
        self.tap: Tap | None = None
        self._parts = parts
        self._tell = tell
        self._tasks = TaskSet(f"line.{name}")
        self._now = 0
        self._seats = Seats(self._tasks, changed=self._carrier_changed, pressed=self.press)
        self._ears: dict[str, Ear] = {}
        self._mixer = Mixer(_OWN)
        self._player = Player()
        self._maker = Maker(parts.synthesizer, self._player, self._tasks)
        self._music: Sequence[Frame] = ()
        self._music_at = 0
        self._loud: deque[int] = deque([0], maxlen=ECHO_FRAMES)
        """How loud prompts and music were lately, at their loudest."""
        self._minded = False
        self._awaited = False
        self._was_there = self._telling = self._held = False
        self._early: deque[str] = deque(maxlen=EARLY)
        self._prepared = -1
        self._frames: dict[str, Frame] = {}

    # Who is in the call.

    def place(self, who: str) -> Place:
        """Where a carrier that is about to be made tells what happens to it; then ``seat`` it there."""
        return self._seats.place(who)

    def seat(self, place: Place, carrier: Carrier) -> None:
        """Seats a carrier, which is the line's to close from now on. One that sat there is closed: a reload or another network
        brings the same person anew."""
        self._seats.seat(place, carrier)

    def unseat(self, who: str) -> None:
        """Closes the carrier of a seat, where there is one."""
        self._seats.unseat(who)

    def change(self, rows: Rows) -> None:
        """Who hears whom from the next frame on. The rows of prompts and music are heard by all unless they are told, too."""
        self._mixer.change({**_OWN, **rows})

    def understand(self, who: str, recognition: Recognition | None) -> None:
        """Hears who sits there: voice, and words where there is a ``recognition``. Another one replaces it (a language)."""
        ear = self._ears.get(who)
        if ear is None:
            ear = self._ears[who] = Ear(who, self._minder(who), means=self._parts.means, act=self._act, tell=self._tell)
        ear.listen(recognition, self._parts.activities.stream(), self._tasks)

    def ignore(self, who: str) -> None:
        """Hears them no longer."""
        ear = self._ears.pop(who, None)
        if ear is not None:
            ear.close()

    # Who has the talk.

    def mind(self) -> None:
        """The bot has it: the caller's turns, interruptions and silences count, from now on."""
        self._minded = True
        self._begin_anew()

    def leave_to_people(self) -> None:
        """People have it: what they say is told for the transcript, and nothing interrupts a prompt."""
        self._minded = False
        self._player.resume()
        self._begin_anew()

    def await_answer(self) -> None:
        """A turn of the bot runs: a filler may be wanted."""
        self._awaited = True
        self._feed(AnswerAwaited(self._now))

    def answer_came(self) -> None:
        """It has ended, with an answer (which was said before) or without."""
        self._awaited = False
        self._feed(AnswerCame(self._now))

    def press(self, who: str, key: str) -> None:
        """A key of the caller's; those of others mean nothing. One that comes before their sound counts when that is there."""
        if who == CALLER and len(key) == 1 and key in "0123456789*#":
            self._early.append(key)
            if self._was_there:
                self._take_keys()

    # What is said.

    def say(self, prompt: Prompt) -> None:
        """After all that is being said."""
        self._player.say(prompt)
        self._maker.wake()

    def stop(self) -> None:
        """Nothing of what was to be said is said any more."""
        self._player.stop()
        self._tell_prompts()

    def withdraw(self, prompt: str) -> None:
        """One of them isn't said any more; a filler whose answer came, a message that was taken back."""
        self._player.withdraw(prompt)
        self._tell_prompts()

    def pause(self) -> None:
        """Nothing is spoken until ``resume``; music plays."""
        self._held = True

    def resume(self) -> None:
        """What was being said goes on where it was."""
        self._held = False

    def play_music(self, frames: Sequence[Frame]) -> None:
        """Over and over, but while a prompt sounds; none: no more. The same again goes on where it is."""
        if frames is not self._music:
            self._music, self._music_at = frames, 0

    # A frame.

    def prepare(self, at: int) -> None:
        """Takes 20 ms. A ticker that prepares all lines before it steps the first has their voice activity looked at together."""
        self._now = self._prepared = at
        self._frames = self._seats.take(at)
        there = self._seats.sound(CALLER)
        if there and not self._was_there and (ear := self._ears.get(CALLER)) is not None:
            ear.cut(max(0, at - cues.FRAME_MS))
            self._begin_anew()
        self._was_there = there
        if there:
            self._take_keys()
        for who, ear in self._ears.items():
            if self._seats.sound(who):
                frame = self._frames.get(who)
                ear.prepare(None if who == CALLER and self._is_echo(frame) else frame)

    def step(self, at: int) -> None:
        """Hears, speaks, mixes and gives what was taken."""
        if self._prepared != at:
            self.prepare(at)
        frames = self._frames
        for who, ear in list(self._ears.items()):
            if self._seats.sound(who):
                ear.hear(at)
                if ear.nearly_over:
                    ear.foresee(self._seats.ahead(who))
                elif ear.nearly_interrupts:
                    ahead = self._seats.ahead(who)
                    ear.foresee_voice([None if self._is_echo(frame) else frame for frame in ahead])
        self._sound(frames)
        self._loud.append(max((peak(frames[own]) for own in (PROMPTS, MUSIC) if own in frames), default=0))
        heard = self._mixer.mix(frames)
        self._seats.give(heard)
        if self.tap is not None:
            self.tap(at, frames.get(CALLER), heard.get(CALLER, SILENCE))

    def _take_keys(self) -> None:
        while self._early:
            self._feed(Key(self._now, self._early.popleft()))  # type: ignore[arg-type]

    def _is_echo(self, frame: Frame | None) -> bool:
        """Whether a frame of the caller's is no louder than what comes back of a prompt where echo is cancelled."""
        floor = max(self._loud) * self._parts.settings.echo
        return frame is not None and floor > 0 and peak(frame) < floor

    def _sound(self, frames: dict[str, Frame]) -> None:
        """Nobody is spoken to while the caller is away: they would miss it."""
        if self._player.busy and self._was_there and not self._held:
            frame = self._player.take()
            if frame is not None:
                frames[PROMPTS] = frame
        if self._player.busy or self._player.news:
            self._tell_prompts()
        if self._music and (self._held or self._player.sounding is None):
            frames[MUSIC] = self._music[self._music_at]
            self._music_at = (self._music_at + 1) % len(self._music)

    def _tell_prompts(self) -> None:
        """In order, though what is told of one may stop the next."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._player.news:
                self._tell_prompt(self._player.news.pop(0))
        finally:
            self._telling = False
        self._maker.wake()

    def _tell_prompt(self, one: PromptBegan | PromptHeard) -> None:
        self._tell(one)
        sounding = self._player.sounding
        if isinstance(one, PromptHeard):
            self._feed(cues.PromptEnded(self._now, one.prompt))
        elif sounding is not None and sounding.id == one.prompt:  # else it is over already
            self._tell_turns_of_prompt()

    # What follows.

    def _act(self, output: Output) -> None:
        match output:
            case cues.Pause():
                self._player.pause()
            case cues.Resume():
                self._player.resume()
            case cues.Stop():
                self._player.interrupt()
                self._tell_prompts()
            case Filler() | NoInput() | NoMatch() | Person():
                self._tell(output)
            case _:
                pass

    def _feed(self, event: cues.Input) -> None:
        if (ear := self._ears.get(CALLER)) is not None:
            ear.feed(event)

    def _minder(self, who: str) -> Minder:
        began = max(0, self._now - cues.FRAME_MS)
        if not self._minded or who != CALLER:
            return Talk(self._parts.settings, at=began)
        ear = self._ears.get(who)
        return Turns(self._parts.settings, at=began, since=began if ear is None else min(began, ear.since))

    def _begin_anew(self) -> None:
        """The caller's turns count from now on, with what they are saying."""
        ear = self._ears.get(CALLER)
        if ear is None:
            return
        ear.minder = self._minder(CALLER)
        self._player.resume()
        self._tell_turns_of_prompt()
        if self._awaited:
            ear.feed(AnswerAwaited(self._now))

    def _tell_turns_of_prompt(self) -> None:
        prompt = self._player.sounding
        if prompt is not None:
            began = cues.PromptBegan(self._now, prompt.id, protected=prompt.protected, keys=prompt.keys)
            self._feed(began)

    def _carrier_changed(self, who: str, state: State) -> None:
        self._tell(CarrierChanged(who, state))

    async def aclose(self) -> None:
        """Leave the ticker first. Prompts that weren't heard are told so; then nothing is told any more."""
        self.stop()
        for who in list(self._ears):
            self.ignore(who)
        self._seats.clear()
        self._tell = _tell_nobody
        await self._tasks.finish(within=CLOSE_WITHIN)


def _tell_nobody(event: LineEvent) -> None:
    """After the end."""
