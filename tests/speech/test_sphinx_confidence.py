"""What makes words that pocketsphinx found likely, and unlikely."""

from __future__ import annotations

import pytest

from channels.voice.cues import Settings
from speech.sphinx.confidence import Spoken, confidence, evidence

FIT = -45.0
QUIET, LOUD = 20.0, 2_000.0


def words(*spans: tuple[int, int], fit: float = FIT, phones: int = 5) -> list[Spoken]:
    return [Spoken(text="word", since=since, until=until, fit=fit, phones=phones) for since, until in spans]


def loudness(begin: int, end: int, *, of: int = 2_000, noise: float = QUIET) -> list[float]:
    """Of each 20 ms: loud from ``begin`` to ``end``."""
    return [LOUD if begin <= at < end else noise for at in range(0, of, 20)]


SAID = words((500, 900), (900, 1_300))
SURE = confidence(evidence(SAID, 1.0, loudness(500, 1_300), begun=0))


def test_phrase_that_fills_what_was_loud_is_sure() -> None:
    assert SURE > 0.8


@pytest.mark.parametrize(
    ("found", "known", "heard"),
    [
        (SAID, 0.3, loudness(500, 1_300)),
        (SAID, 1.0, loudness(500, 1_900)),
        (SAID, 1.0, loudness(500, 1_300, noise=LOUD / 2)),
        (words((500, 900), (900, 1_300), fit=-70.0), 1.0, loudness(500, 1_300)),
        (words((500, 600), (600, 1_300), phones=1), 1.0, loudness(500, 1_300)),
    ],
    ids=["a salad of words", "more was said", "noise", "sounds unlike these", "drawn out"],
)
def test_what_speaks_against_words_makes_them_unsure(found: list[Spoken], known: float, heard: list[float]) -> None:
    assert confidence(evidence(found, known, heard, begun=0)) < SURE


def test_words_in_the_midst_of_loud_noise_count_for_nothing() -> None:
    noisy = evidence(SAID, 0.8, loudness(500, 1_300, noise=LOUD / 3), begun=0)
    assert noisy.noisy > 4 and noisy.unexplained == 0 and confidence(noisy) < SURE
    assert confidence(evidence(SAID, 0.5, loudness(500, 1_900, noise=LOUD / 3), begun=0)) < Settings().confidence


def test_begin_of_the_sound_is_where_its_words_are_counted_from() -> None:
    later = [Spoken(text="word", since=one.since + 60_000, until=one.until + 60_000, fit=FIT, phones=5) for one in SAID]
    assert evidence(later, 1.0, loudness(500, 1_300), begun=60_000) == evidence(
        SAID, 1.0, loudness(500, 1_300), begun=0
    )


def test_digital_silence_is_no_quiet_place() -> None:
    heard = [0.0] * 50 + loudness(0, 1_300, of=1_300)
    assert evidence(words((1_000, 2_300)), 1.0, heard, begun=0).noisy > 0  # nothing quieter than speech was heard
    assert evidence(SAID, 1.0, [0.0] * 100, begun=0).noisy == 0


def test_scores_beyond_all_measure_are_no_error() -> None:
    assert confidence(evidence(words((0, 0), fit=-1e6), 0.0, [], begun=0)) == 0.0
