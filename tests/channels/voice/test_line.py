"""The line: one call's sound in virtual time, with engines that obey."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from channels.voice.cues import Filler, NoInput, NoMatch, Person
from channels.voice.line import CALLER
from channels.voice.line_events import Caption, CarrierChanged, PromptBegan, PromptHeard, Said
from channels.voice.mixer import FRAME, SILENCE, Row
from channels.voice.player import Prompt
from channels.voice.ticker import Ticker
from speech.activity import Silero
from tests.channels.voice import sounds
from tests.channels.voice.virtual_line import (
    StubCarrier,
    StubRecognizer,
    StubSynthesizer,
    VirtualCall,
    frames_of,
    recognition,
    run,
    sounded,
    voice,
)

ORDER = "where is my order"


# The caller is understood.


def test_what_the_caller_says_is_told_with_when_they_said_it() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]), means=lambda text: text == ORDER)
        await (await call.go(500)).voice(1_200)
        return await call.go(1_000)

    done = run(call())
    assert done.besides == [Said(who=CALLER, text=ORDER, since=500, until=1_700)]


def test_meaning_ends_a_turn_300_ms_after_the_voice() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]), means=lambda text: text == ORDER)
        await call.voice(1_200)
        return await call.go(1_000)

    assert run(call()).when(Said) == 1_200 + 300


def test_silence_that_waits_to_be_heard_is_none_that_is_waited_for() -> None:
    async def call(*after: int) -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]), means=lambda text: text == ORDER)
        call.carrier.waiting = 2
        sound = voice(1_200)
        for ms in after:
            sound += [SILENCE] * (ms // 20) + voice(200)
        return await call.sound([*sound, *[SILENCE] * 50])

    assert run(call()).when(Said) == 1_200 + 260
    done = run(call(240))
    assert done.said == [ORDER] and done.when(Said) > 1_200 + 240 + 200


def test_words_without_a_meaning_wait_for_more() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]))
        await call.voice(1_200)
        return await call.go(1_500)

    done = run(call())
    assert 600 <= done.when(Said) - 1_200 <= 660


def test_a_number_half_told_is_waited_for() -> None:
    async def call() -> VirtualCall:
        number = "my number is seven four nine five zero zero zero one two three four"
        call = VirtualCall(recognizer=StubRecognizer([number]), means=lambda text: True)
        await (await call.voice(300 * 7)).go(1_200)
        await (await call.voice(300 * 7)).go(1_000)
        return call

    assert run(call()).said == ["my number is seven four nine five zero zero zero one two three four"]


def test_captions_follow_the_words() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]))
        await call.voice(1_200)
        return await call.go(1_000)

    texts = [one.text for one in run(call()).told(Caption)]
    assert texts == ["where", "where is", "where is my", ORDER]


def test_a_recognizer_is_fed_around_voice_alone() -> None:
    async def call() -> StubRecognizer:
        recognizer = StubRecognizer([ORDER])
        call = VirtualCall(recognizer=recognizer, means=lambda text: text == ORDER)
        await (await call.go(10_000)).voice(1_200)
        await call.go(10_000)
        return recognizer

    assert run(call()).fed == 300 + 1_200 + 300


def test_utterances_are_told_apart_though_the_engine_was_not_fed_between() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER, "and the invoice"]))
        await (await (await call.go(1_000)).voice(1_200)).go(3_000)
        await (await call.voice(900)).go(2_000)
        return call

    said = run(call()).told(Said)
    assert [(one.text, one.since, one.until) for one in said] == [
        (ORDER, 1_000, 2_200),
        ("and the invoice", 5_200, 6_100),
    ]


def test_a_final_that_comes_late_is_no_second_turn_and_no_caption() -> None:
    async def call() -> VirtualCall:
        recognizer = StubRecognizer([ORDER, "and the invoice"], lag=1.0)
        call = VirtualCall(recognizer=recognizer, means=lambda text: text == ORDER)
        await (await call.voice(1_200)).go(2_000)
        seen = len(call.told(Caption))
        await call.go(1_000)
        assert len(call.told(Caption)) == seen
        await (await call.voice(900)).go(3_000)
        return call

    assert run(call()).said == [ORDER, "and the invoice"]


def test_keys_are_told_whole() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.say("menu", "Press one or two, or say it.", keys=1)
        await call.go(200)
        call.place.key("2")
        return await call.go(100)

    done = run(call())
    assert done.besides == [Said(who=CALLER, text="2", since=200, until=200, by="keys")]
    assert done.heard("menu").ended == "stopped"


def test_a_key_before_the_first_sound_counts() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.line.mind()
        call.place.key("2")
        return await call.go(3_000)

    (said,) = run(call()).told(Said)
    assert (said.text, said.by) == ("2", "keys")


def test_an_engine_that_tells_nothing_but_finals_is_understood_too() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER], partials=False, lag=0.5))
        call.say("answer", ANSWER)
        await call.go(500)
        await call.voice(1_200)
        return await call.go(2_000)

    done = run(call())
    assert done.besides == [Said(who=CALLER, text=ORDER, since=500, until=1_700)]
    assert done.heard("answer").ended == "stopped"
    assert done.when(Said) <= 1_700 + 800 + 500 + 20


# Prompts.

ANSWER = "We are open from nine to six. On Sundays we are closed."


def test_an_answer_begins_with_its_first_sentence_while_the_next_is_made() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(synthesizer=StubSynthesizer(first=0.1, each=0.01))
        call.say("answer", ANSWER)
        return await call.go(8_000)

    done = run(call())
    assert isinstance(done.synthesizer, StubSynthesizer)
    assert done.synthesizer.said == ["We are open from nine to six.", "On Sundays we are closed."]
    (began,) = (at for at, one in done.events if isinstance(one, PromptBegan))
    assert began <= 140
    assert done.heard("answer") == PromptHeard(prompt="answer", characters=len(ANSWER), of=len(ANSWER), ended="whole")
    heard = sounded(done.carrier.given)
    first, last = heard.index(True), len(heard) - heard[::-1].index(True)
    assert all(heard[first:last])
    assert last - first >= frames_of("We are open from nine to six.") + frames_of("On Sundays we are closed.")


def test_no_more_than_a_sentence_is_made_ahead() -> None:
    async def call() -> tuple[int, int]:
        call = VirtualCall()
        call.say("long", " ".join(f"This is the sentence number {index}." for index in range(20)))
        await call.go(200)
        assert isinstance(call.synthesizer, StubSynthesizer)
        first = len(call.synthesizer.said)
        await call.go(2_000)
        return first, len(call.synthesizer.said)

    assert run(call()) == (2, 3)


def test_prompts_follow_one_another() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.say("one", "The first thing to say.")
        call.say("two", "The second thing to say.")
        return await call.go(4_000)

    done = run(call())
    about = [one for _, one in done.events if isinstance(one, PromptBegan | PromptHeard)]
    assert [(type(one), one.prompt) for one in about] == [
        (PromptBegan, "one"),
        (PromptHeard, "one"),
        (PromptBegan, "two"),
        (PromptHeard, "two"),
    ]


def test_an_uploaded_sound_is_played_as_it_is() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.line.say(Prompt(id="jingle", text="Welcome", locale="en", sound=tuple(voice(200, 1_234))))
        return await call.go(400)

    done = run(call())
    assert isinstance(done.synthesizer, StubSynthesizer)
    assert done.synthesizer.said == []
    assert sum(int(frame[-1]) == 1_234 for frame in done.carrier.given) == 10
    assert done.heard("jingle").ended == "whole"


def test_a_prompt_without_a_word_is_over_at_once() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.say("empty", " … ")
        return await call.go(40)

    assert run(call()).heard("empty").ended == "whole"


# The caller interrupts.


@pytest.mark.parametrize(("waiting", "silent_after"), [(0, 60), (1, 40), (2, 20)])
def test_voice_pauses_a_prompt_and_words_stop_it(waiting: int, silent_after: int) -> None:
    """What waits in a jitter buffer is known before it is heard."""

    async def call() -> tuple[VirtualCall, int]:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]), means=lambda text: text == ORDER)
        call.carrier.waiting = waiting
        call.say("answer", ANSWER)
        await call.go(1_000)
        await call.voice(200)
        silent = sounded(call.carrier.given)[1_000 // 20 :].index(False) * 20
        await (await call.voice(1_000)).go(1_000)
        return call, silent

    done, silent = run(call())
    assert silent == silent_after
    assert done.said == [ORDER]
    heard = done.heard("answer")
    assert heard.ended == "stopped"
    assert 10 <= heard.characters <= 22
    assert ANSWER[heard.characters] == " "


def test_a_cough_pauses_and_the_prompt_goes_on_with_the_word_it_broke_off() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer())
        call.say("answer", ANSWER)
        await call.go(1_000)
        await call.voice(300)
        return await call.go(6_000)

    done = run(call())
    assert done.besides == []
    assert done.heard("answer").ended == "whole"
    played = sum(sounded(done.carrier.given))
    sentences = ("We are open from nine to six.", "On Sundays we are closed.")
    assert sum(map(frames_of, sentences)) + 8 <= played <= sum(map(frames_of, sentences)) + 14


def test_a_protected_prompt_is_heard_to_its_end() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]))
        call.say("notice", "This call is recorded.", protected=True)
        await call.go(200)
        await call.voice(1_200)
        return await call.go(1_000)

    done = run(call())
    assert done.heard("notice").ended == "whole"
    assert all(sounded(done.carrier.given)[2 : frames_of("This call is recorded.")])


def test_a_notice_behind_a_prompt_that_was_stopped_is_heard_yet() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.say("greeting", "Good morning, this is Lantern.")
        call.say("notice", "This call is recorded.", protected=True)
        call.say("question", "How can I help?")
        await call.go(200)
        call.place.key("1")
        return await call.go(3_000)

    done = run(call())
    assert [done.heard(name).ended for name in ("greeting", "notice", "question")] == ["stopped", "whole", "stopped"]


def test_stop_silences_everything_at_once() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.say("one", ANSWER)
        call.say("two", ANSWER)
        await call.go(400)
        call.line.stop()
        return await call.go(400)

    done = run(call())
    assert not any(sounded(done.carrier.given)[21:])
    assert done.heard("two") == PromptHeard(prompt="two", characters=0, of=len(ANSWER), ended="stopped")


def test_a_prompt_that_is_withdrawn_makes_room_for_the_next() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.say("filler", "One moment please, I am looking.")
        call.say("more", "Just a second more.")
        call.say("answer", ANSWER)
        await call.go(200)
        call.line.withdraw("filler")
        call.line.withdraw("more")
        call.line.withdraw("nothing of that name")
        return await call.go(5_000)

    done = run(call())
    assert [done.heard(name).ended for name in ("filler", "more", "answer")] == ["stopped", "stopped", "whole"]


def test_while_a_line_is_paused_there_is_music_and_the_prompt_goes_on_after_it() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.line.play_music(voice(100, 500))
        call.say("answer", ANSWER)
        await call.go(400)
        call.line.pause()
        await call.go(2_000)
        assert int(call.carrier.given[-1][-1]) == 500
        call.line.resume()
        return await call.go(3_000)

    done = run(call())
    assert done.heard("answer").ended == "whole"
    spoken = sum(int(frame[-1]) == 3_000 for frame in done.carrier.given)
    assert spoken == frames_of("We are open from nine to six.") + frames_of("On Sundays we are closed.")


def test_who_is_not_listened_to_any_more_costs_no_synthesis() -> None:
    async def call() -> StubSynthesizer:
        engine = StubSynthesizer(each=0.1)
        call = VirtualCall(synthesizer=engine)
        call.say("slow", ANSWER)
        await call.go(400)
        assert engine.speaking == 1
        call.line.stop()
        await call.go(40)
        return engine

    assert run(call()).speaking == 0


# A word is needed.


def test_silence_leads_to_a_person_in_three_steps() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        return await call.go(20_000)

    assert run(call()).besides == [NoInput(1), NoInput(2), Person("no_input")]


def test_an_answer_that_takes_long_wants_a_filler() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.line.await_answer()
        await call.go(1_100)
        call.line.answer_came()
        return await call.go(1_000)

    assert run(call()).besides == [Filler(1)]


def test_voice_without_words_is_no_match() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer())
        await call.voice(800)
        return await call.go(1_500)

    assert run(call()).besides == [NoMatch(1)]


# People talk.


def test_what_people_say_is_told_for_the_transcript() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]))
        operator = StubCarrier()
        call.connect(operator, "operator")
        call.line.understand("operator", recognition(StubRecognizer(["let me see"])))
        call.line.leave_to_people()
        await (await call.voice(1_200)).go(800)
        operator.plays.extend(voice(900))
        await call.go(20_000)
        return call

    done = run(call())
    assert done.besides == [
        Said(who=CALLER, text=ORDER, since=0, until=1_200),
        Said(who="operator", text="let me see", since=2_000, until=2_900),
    ]


def test_both_hear_each_other_and_typed_words_are_spoken_to_both() -> None:
    async def call() -> tuple[VirtualCall, StubCarrier]:
        call = VirtualCall()
        operator = StubCarrier(plays=voice(200, 111))
        call.connect(operator, "operator")
        call.line.leave_to_people()
        await call.sound(voice(200, 77))
        await call.go(200)
        call.say("typed", "One moment please")
        return await call.go(400), operator

    done, operator = run(call())
    assert int(done.carrier.given[5][-1]) == 111
    assert int(operator.given[5][-1]) == 77
    assert int(done.carrier.given[-1][-1]) == int(operator.given[-1][-1]) == 3_000


def test_a_takeover_is_another_table() -> None:
    async def call() -> tuple[VirtualCall, StubCarrier]:
        call = VirtualCall()
        listener = StubCarrier(plays=voice(400, 111))
        call.line.change({CALLER: Row(), "operator": Row(heard_by=frozenset())})
        call.connect(listener, "operator")
        await call.sound(voice(200, 77))
        call.line.change({CALLER: Row(), "operator": Row()})
        return await call.sound(voice(200, 77)), listener

    done, listener = run(call())
    assert all(frame is SILENCE for frame in done.carrier.given[:10])
    assert int(done.carrier.given[11][-1]) == 111
    assert int(listener.given[5][-1]) == 77


def test_music_is_silent_while_a_prompt_sounds() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.line.play_music(voice(100, 500))
        await call.go(200)
        call.say("position", "You are next.")
        await call.go(400)
        assert int(call.carrier.given[-1][-1]) == 3_000
        await call.go(1_000)
        assert int(call.carrier.given[-1][-1]) == 500
        call.line.play_music(())
        return await call.go(60)

    assert run(call()).carrier.given[-1] is SILENCE


# Carriers come and go.


def test_a_reload_brings_a_new_carrier_and_the_prompt_goes_on() -> None:
    async def call() -> tuple[VirtualCall, StubCarrier]:
        call = VirtualCall()
        call.say("answer", ANSWER)
        await call.go(500)
        call.place.lost()
        await call.go(5_000)
        before = sum(sounded(call.carrier.given))
        assert before <= 26
        back = StubCarrier()
        call.connect(back)
        await call.go(6_000)
        return call, back

    done, back = run(call())
    assert done.carrier.closed
    assert done.heard("answer").ended == "whole"
    assert (
        sum(sounded(back.given))
        >= sum(map(frames_of, ("We are open from nine to six.", "On Sundays we are closed."))) - 26
    )
    states = [one.state for one in done.told(CarrierChanged)]
    assert states == ["connected", "lost", "connected"]


def test_silence_of_a_caller_who_is_away_is_not_held_against_them() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        await call.go(1_000)
        call.place.lost()
        await call.go(30_000)
        call.place.connected()
        return await call.go(5_000)

    assert run(call()).besides == []


def test_a_carrier_that_was_replaced_tells_nothing_any_more() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        old = call.place
        call.connect(StubCarrier())
        old.closed()
        old.key("1")
        return await call.go(3_000)

    done = run(call())
    assert done.besides == []
    assert [one.state for one in done.told(CarrierChanged)] == ["connected", "connected"]


def test_a_hang_up_empties_the_seat() -> None:
    async def call() -> VirtualCall:
        call = VirtualCall()
        call.place.closed()
        return await call.go(100)

    done = run(call())
    assert done.carrier.closed and done.carrier.given == []
    assert done.told(CarrierChanged)[-1] == CarrierChanged(CALLER, "closed")


def test_the_end_tells_what_was_not_heard_and_leaves_nothing_running() -> None:
    async def call() -> tuple[VirtualCall, int]:
        call = VirtualCall(recognizer=StubRecognizer([ORDER]), synthesizer=StubSynthesizer(each=0.05))
        call.say("answer", ANSWER)
        await call.go(400)
        await call.line.aclose()
        return call, len(asyncio.all_tasks())

    done, tasks = run(call())
    assert done.heard("answer").ended == "stopped"
    assert done.carrier.closed and tasks == 1


def test_a_recording_has_both_sides() -> None:
    async def call() -> list[tuple[int, bool, bool]]:
        call = VirtualCall()
        taped: list[tuple[int, bool, bool]] = []
        call.line.tap = lambda at, caller, heard: taped.append((at, caller is not None, bool(np.any(heard))))
        call.say("hello", "Hello there")
        await call.voice(40)
        await call.go(60)
        return taped

    taped = run(call())
    assert [at for at, _, _ in taped] == [20, 40, 60, 80, 100]
    assert [caller for _, caller, _ in taped] == [True] * 2 + [False] * 3
    assert taped[-1][2] and FRAME == 320


def test_a_long_phrase_that_is_known_leaves_others_their_turn() -> None:
    async def call() -> int:
        call = VirtualCall()
        call.say("long", "word " * 40)
        turns = 0
        while frames_of("word " * 40) > len(call.line._player._queue[0].sentences[0].frames) + 4:
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert run(call()) >= frames_of("word " * 40) // 25


def test_a_carrier_that_closes_before_it_is_seated_is_let_go() -> None:
    async def call() -> tuple[VirtualCall, StubCarrier]:
        call = VirtualCall()
        place, carrier = call.line.place(CALLER), StubCarrier()
        place.closed()
        call.line.seat(place, carrier)
        return await call.go(100), carrier

    done, carrier = run(call())
    assert carrier.closed and carrier.given == []
    assert not done.carrier.closed and len(done.carrier.given) == 5


def test_lines_share_a_ticker_and_their_voice_activity() -> None:
    """As a node drives them: one ticker, one model, several calls."""

    async def calls() -> list[VirtualCall]:
        loop, model = asyncio.get_running_loop(), Silero()
        ticker = Ticker(clock=lambda: round(loop.time() * 1_000_000_000))
        ticking = asyncio.create_task(ticker.run())
        calls = [VirtualCall(recognizer=StubRecognizer([ORDER], word=200), activities=model) for _ in range(3)]
        for index, call in enumerate(calls):
            await asyncio.sleep(0.013 * index)
            seat = ticker.join(f"call {index}", call.line.step, prepare=call.line.prepare)
            speech = sounds.frames(sounds.speech("Where is my order, please?"))
            call.carrier.plays.extend([SILENCE] * (20 + 10 * index) + speech)
            assert seat.at == 0
        await asyncio.sleep(5)
        ticking.cancel()
        assert ticker.calls == 3 and ticker.late == 0
        return calls

    for index, call in enumerate(run(calls())):
        (said,) = call.told(Said)
        assert said.text == ORDER
        assert 0 <= said.since - (400 + 200 * index) <= 160
