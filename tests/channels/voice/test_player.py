"""Prompts in order, a frame at a time."""

from __future__ import annotations

import numpy as np

from channels.voice.line_events import PromptBegan, PromptHeard
from channels.voice.mixer import FRAME, Frame
from channels.voice.player import BACK, Player, Prompt, Sentence

TEXT = "We are open today. Come and see us."


def prompt(name: str = "p", text: str = TEXT, *, protected: bool = False) -> Prompt:
    return Prompt(id=name, text=text, locale="en", protected=protected)


def make(player: Player, frames: int) -> Sentence:
    """The sound of the sentence that is wanted."""
    sentence = player.wanted()
    assert sentence is not None
    sentence.frames += [frame(index) for index in range(frames)]
    sentence.made = True
    return sentence


def frame(index: int) -> Frame:
    return np.full(FRAME, index, dtype=np.int16)


def take(player: Player, count: int) -> list[int | None]:
    taken = [player.take() for _ in range(count)]
    return [None if one is None else int(one[0]) for one in taken]


def test_frames_leave_in_order_and_waiting_is_silence() -> None:
    player = Player()
    player.say(prompt())
    assert take(player, 2) == [None, None] and player.news == []
    make(player, 2)
    assert take(player, 3) == [0, 1, None]
    make(player, 1)
    assert take(player, 2) == [0, None]
    assert player.news == [
        PromptBegan("p"),
        PromptHeard(prompt="p", characters=len(TEXT), of=len(TEXT), ended="whole"),
    ]


def test_a_prompt_begins_with_its_first_frame() -> None:
    player = Player()
    player.say(prompt())
    take(player, 5)
    assert player.sounding is None
    make(player, 3)
    take(player, 1)
    assert player.sounding is not None


def test_frames_are_played_while_the_rest_of_a_sentence_is_made() -> None:
    player = Player()
    player.say(prompt())
    sentence = player.wanted()
    assert sentence is not None
    sentence.frames.append(frame(7))
    assert take(player, 2) == [7, None]
    sentence.frames.append(frame(8))
    assert take(player, 1) == [8]


def test_what_was_heard_is_the_share_that_was_played() -> None:
    player = Player()
    player.say(prompt())
    make(player, 100)
    take(player, 50)
    player.stop()
    (heard,) = (one for one in player.news if isinstance(one, PromptHeard))
    assert TEXT[: heard.characters] == "We are"


def test_of_a_sentence_that_is_still_made_no_more_counts_than_it_usually_takes() -> None:
    player = Player()
    player.say(prompt())
    sentence = player.wanted()
    assert sentence is not None
    sentence.frames += [frame(1)] * 10
    take(player, 10)
    player.stop()
    (heard,) = (one for one in player.news if isinstance(one, PromptHeard))
    assert TEXT[: heard.characters] == "We"


def test_a_paused_prompt_goes_on_a_little_before_where_it_was() -> None:
    player = Player()
    player.say(prompt())
    make(player, 100)
    take(player, 40)
    player.pause()
    assert take(player, 3) == [None] * 3
    player.resume()
    assert take(player, 1) == [40 - BACK]
    player.resume()
    assert take(player, 1) == [41 - BACK]


def test_the_sound_of_one_sentence_is_made_ahead_across_prompts() -> None:
    player = Player()
    player.say(prompt("one", "The first of all."))
    player.say(prompt("two", "The second of all."))
    player.say(prompt("three", "The third of all."))
    assert make(player, 2).text == "The first of all."
    assert make(player, 2).text == "The second of all."
    assert player.wanted() is None
    take(player, 3)
    assert make(player, 2).text == "The third of all."


def test_what_is_given_up_makes_room_for_the_next() -> None:
    player = Player()
    first = prompt("one")
    player.say(first)
    player.say(prompt("two"))
    player.pause()
    player.give_up(first)
    make(player, 1)
    assert take(player, 1) == [0]
    assert [(one.prompt, one.ended) for one in player.news if isinstance(one, PromptHeard)] == [("one", "failed")]


def test_who_interrupts_spares_what_must_be_heard() -> None:
    player = Player()
    player.say(prompt("one"))
    player.say(prompt("notice", protected=True))
    player.interrupt()
    assert player.wanted() is not None and player.busy
    player.stop()
    assert not player.busy
