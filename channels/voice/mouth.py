"""What is said in one call to whoever listens: texts, and sounds in their place; and what of it is still to be heard."""

from __future__ import annotations

from channels.voice.line import Line
from channels.voice.music import beep, waiting_music
from channels.voice.player import Prompt
from channels.voice.scenario import NOBODY, NOTICE, Phrase
from channels.voice.sounds import CallSounds, Frames
from channels.voice.speaking import Spoken
from channels.voice.tongues import Tongues
from gateway.dispatcher.waiting import place_words
from gateway.model.events import AnyEvent, BotMessage, SystemNotice
from gateway.model.prompts import HOLD_MUSIC, OF_PHRASE, QUEUE_MUSIC, prompt_of
from gateway.model.standing import Standing
from gateway.ports import Phrases
from speech.speakable import speakable

FILLER, AGAIN = "call.filler", "call.again"
BEEP, PLACE = "beep", "place"


class Mouth:
    """``saying``: the prompts that are still to be heard."""

    def __init__(self, line: Line, sounds: CallSounds, tongues: Tongues, phrases: Phrases) -> None:
        self.saying: set[str] = set()
        self._line, self._sounds, self._tongues, self._phrases = line, sounds, tongues, phrases
        self._notice = ""
        self._steps: dict[str, int] = {}

    async def get_ready(self, *locales: str) -> None:
        """The sounds of these languages are there when this returns, and the one that is spoken is among them."""
        await self._sounds.prepare(self._tongues.locale, *locales)

    def say(self, spoken: Spoken, event: AnyEvent) -> None:
        """A message of the log's, and the buttons that keys press."""
        notice = event.notice if isinstance(event, SystemNotice) else ""
        if notice == NOTICE:
            self._notice = str(spoken.seq)
        if spoken.text:
            self._prompt(str(spoken.seq), spoken.text, protected=notice == NOTICE, sound=self._sound_of(event))
        if spoken.offer and notice not in NOBODY:
            self._prompt(f"{spoken.seq}.offer", spoken.offer, keys=1)

    def say_phrase(self, one: Phrase) -> None:
        """A sentence of ours that isn't kept."""
        locale = one.locale or self._tongues.locale
        name = f"{one.key}.{one.locale}" if one.locale else one.key
        text = self._phrases.say(one.key, locale, key=one.number)
        self._prompt(
            name, text, keys=one.keys, locale=locale, sound=self._sounds.prompt(OF_PHRASE.get(one.key, ""), locale)
        )
        if one.beep:
            self.saying.add(BEEP)
            self._line.say(Prompt(id=BEEP, text="", locale=locale, sound=beep()))

    def say_place(self, standing: Standing) -> None:
        """Where the caller stands in the queue."""
        locale = self._tongues.locale
        self._prompt(PLACE, speakable(place_words(self._phrases, standing, locale), locale))

    def music(self, *, held: bool) -> Frames:
        """What is played to whoever is on hold, or waits."""
        return self._sounds.prompt(HOLD_MUSIC if held else QUEUE_MUSIC, self._tongues.locale) or waiting_music()

    def word_for(self, kind: str, step: int) -> str:
        """What is said about nothing having been said or understood, for the so-manieth time."""
        step = self._steps[f"call_{kind}"] = min(step, 2)
        return self._phrases.say(f"call.{kind}.{step}", self._tongues.locale)

    def was_heard(self, prompt: str) -> None:
        """Nothing of it is to be heard any more."""
        self.saying.discard(prompt)

    def is_notice(self, prompt: str) -> bool:
        """Whether it was the notice that the call is recorded."""
        return bool(prompt) and prompt == self._notice

    def _sound_of(self, event: AnyEvent) -> Frames:
        """What is played in place of speaking it, where it is a notice or an answer that has a sound."""
        locale = self._tongues.locale
        if isinstance(event, BotMessage):
            return self._sounds.named(event.sound, locale) if event.sound else ()
        if not isinstance(event, SystemNotice):
            return ()
        step = self._steps.get(event.notice)
        named = f"{event.notice.removeprefix('call_')}_{step}" if step else event.notice
        return self._sounds.prompt(prompt_of(named), locale)

    def _prompt(
        self, name: str, text: str, *, protected: bool = False, keys: int = 0, locale: str = "", sound: Frames = ()
    ) -> None:
        self.saying.add(name)
        locale = locale or self._tongues.locale
        voice = self._tongues.of(locale)
        self._line.say(
            Prompt(
                id=name, text=text, locale=locale, voice=voice.voice, rate=voice.rate, sound=sound, protected=protected,
                keys=keys,
            )
        )  # fmt: skip
