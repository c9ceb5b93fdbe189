"""Who hears whom in a call: by what the log says, and by nothing else."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from channels.voice.mixer import FRAME, Mixer
from channels.voice.seating import (
    CALLER,
    MUSIC,
    PROMPTS,
    account_of,
    rows_of,
    seat_of,
    takes_part,
    talkers,
    wants_music,
)
from gateway.model import commands as c
from gateway.model.state import Conversation, Leg
from tests.support.histories import CALL, IVAN, OLGA, SUE, History

OLGAS, IVANS, SUES = seat_of(OLGA.id), seat_of(IVAN.id), seat_of(SUE.id)


def calling() -> History:
    history = History().start()
    history.do(c.StartCall(leg="leg-1", endpoint=CALL))
    return history


def taken(*, coach: bool = False, conference: bool = False) -> Conversation:
    history = calling()
    history.ask_for_person()
    history.take(OLGA)
    if conference:
        history.do(c.Join(operator=IVAN, role="conference"))
    if coach:
        history.do(c.Join(operator=SUE, role="coach"))
    return history.state


def leg_of(state: Conversation) -> Leg:
    leg = state.leg("leg-1")
    assert leg is not None
    return leg


def heard_by(state: Conversation, *seats: str, held: bool = False) -> dict[str, set[str]]:
    """Whom each of the seats hears, found out by letting each of them sound by itself."""
    leg = replace(leg_of(state), held=held)
    everybody = {CALLER, *seats}
    rows = rows_of(state, leg, everybody)
    tone = np.full(FRAME, 1_000, dtype=np.int16)
    found: dict[str, set[str]] = {seat: set() for seat in everybody}
    for source in (*everybody, PROMPTS, MUSIC):
        for listener, sound in Mixer(rows).mix({source: tone}).items():
            if sound.any():
                found[listener].add(source)
    return found


def test_while_the_bot_has_the_talk_the_caller_hears_prompts() -> None:
    assert heard_by(calling().state) == {CALLER: {PROMPTS, MUSIC}}


def test_who_takes_a_call_and_the_caller_hear_one_another() -> None:
    assert heard_by(taken(), OLGAS) == {CALLER: {OLGAS, PROMPTS, MUSIC}, OLGAS: {CALLER, PROMPTS}}


def test_on_hold_nobody_hears_the_caller_and_the_caller_hears_nobody() -> None:
    assert heard_by(taken(), OLGAS, held=True) == {CALLER: {PROMPTS, MUSIC}, OLGAS: {PROMPTS}}


def test_three_who_confer_hear_one_another_and_on_hold_the_two_of_the_business_do() -> None:
    state = taken(conference=True)
    assert heard_by(state, OLGAS, IVANS)[CALLER] == {OLGAS, IVANS, PROMPTS, MUSIC}
    held = heard_by(state, OLGAS, IVANS, held=True)
    assert held[OLGAS] == {IVANS, PROMPTS} and held[CALLER] == {PROMPTS, MUSIC}


def test_a_coach_hears_all_and_is_heard_by_whoever_talks_alone() -> None:
    heard = heard_by(taken(coach=True), OLGAS, SUES)
    assert heard[SUES] == {CALLER, OLGAS, PROMPTS}
    assert SUES in heard[OLGAS] and SUES not in heard[CALLER]


def test_whoever_only_listens_is_heard_by_nobody_but_those_who_talk() -> None:
    """The seam of a monitor: a seat that takes no part in the talk."""
    heard = heard_by(taken(), OLGAS, SUES)
    assert SUES not in heard[CALLER] and heard[SUES] >= {CALLER, OLGAS}


def test_only_who_takes_part_has_a_seat() -> None:
    state = taken(coach=True)
    assert [takes_part(state, one.id) for one in (OLGA, SUE, IVAN)] == [True, True, False]
    assert talkers(state) == {OLGAS} and talkers(calling().state) == frozenset()
    assert (account_of(OLGAS), account_of(CALLER)) == (OLGA.id, "")


def test_music_is_for_whoever_waits() -> None:
    history = calling()
    assert not wants_music(history.state, leg_of(history.state), [CALLER])
    history.ask_for_person()
    assert wants_music(history.state, leg_of(history.state), [CALLER])
    state = taken()
    assert wants_music(state, leg_of(state), [CALLER]), "until the sound of who took it is there"
    assert not wants_music(state, leg_of(state), [CALLER, OLGAS])
    assert wants_music(state, replace(leg_of(state), held=True), [CALLER, OLGAS])
