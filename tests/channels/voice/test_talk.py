"""What people say to one another is cut into utterances by silence alone."""

from __future__ import annotations

from channels.voice.cues import FRAME_MS, Final, Finalize, Key, Output, Partial, TurnEnded, Voice
from channels.voice.talk import Talk


def frames(talk: Talk, since: int, ms: int, probability: float) -> list[Output]:
    told: list[Output] = []
    for at in range(since + FRAME_MS, since + ms + 1, FRAME_MS):
        told += talk.feed(Voice(at, probability))
    return told


def test_an_utterance_ends_with_silence_and_is_told_with_its_final() -> None:
    talk = Talk()
    assert frames(talk, 1_000, 900, 0.9) == []
    assert frames(talk, 1_900, 580, 0.0) == []
    assert frames(talk, 2_480, 20, 0.0) == [Finalize()]
    assert talk.feed(Final(2_600, since=900, text=" let me see ", confidence=0.8)) == (
        TurnEnded("let me see", confidence=0.8),
    )
    assert talk.span == (1_000, 1_900)


def test_a_pause_is_no_end() -> None:
    talk = Talk()
    frames(talk, 0, 500, 0.9)
    assert frames(talk, 500, 500, 0.0) + frames(talk, 1_000, 500, 0.9) == []


def test_who_speaks_on_while_a_final_is_awaited_has_a_span_of_their_own() -> None:
    talk = Talk()
    frames(talk, 0, 500, 0.9)
    frames(talk, 500, 600, 0.0)
    frames(talk, 1_100, 500, 0.9)
    talk.feed(Final(1_600, since=0, text="one"))
    assert talk.span == (0, 500)
    frames(talk, 1_600, 700, 0.0)
    talk.feed(Final(2_400, since=1_100, text="two"))
    assert talk.span == (1_100, 1_600)


def test_finals_that_nobody_asked_for_are_told_too() -> None:
    talk = Talk()
    frames(talk, 0, 2_000, 0.9)
    assert talk.feed(Final(2_000, since=0, text="one")) == (TurnEnded("one"),)
    assert talk.span == (0, 2_000)


def test_what_was_not_recognized_is_not_told() -> None:
    talk = Talk()
    frames(talk, 0, 500, 0.9)
    frames(talk, 500, 600, 0.0)
    assert talk.feed(Final(1_200, since=0, text=" . ")) == ()
    assert talk.feed(Final(1_200, since=0, text="mumble", confidence=0.1)) == ()


def test_words_where_voice_was_missed_are_an_utterance() -> None:
    talk = Talk()
    talk.feed(Partial(1_000, since=0, text="yes"))
    assert frames(talk, 1_000, 700, 0.0) == [Finalize()]


def test_keys_are_not_words() -> None:
    assert Talk().feed(Key(100, "1")) == ()
