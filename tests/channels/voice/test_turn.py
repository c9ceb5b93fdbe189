"""Whose turn it is, on virtual calls."""

from __future__ import annotations

import msgspec
import pytest

from channels.voice.cues import (
    AnswerAwaited,
    AnswerCame,
    Filler,
    Final,
    Finalize,
    Foreseen,
    ForeseenVoice,
    NoInput,
    NoMatch,
    Partial,
    Pause,
    Person,
    PromptBegan,
    PromptHeard,
    Resume,
    Settings,
    Stop,
    Tick,
    TurnEnded,
    Voice,
)
from channels.voice.turn import Turns
from tests.channels.voice.virtual_call import LAG, Call

# The caller has finished.


def test_words_that_mean_something_end_after_a_short_silence() -> None:
    call = Call().silence(500).says("where is my order", means=True)
    spoken = call.at
    call.silence(1_000)
    assert call.told() == [TurnEnded("where is my order")]
    assert call.when(TurnEnded) - spoken == 300


def test_other_words_end_after_a_longer_silence_and_the_final() -> None:
    call = Call().says("there is something with the lamp")
    spoken = call.at
    call.silence(2_000)
    assert call.told(Finalize, TurnEnded) == [Finalize(), TurnEnded("there is something with the lamp")]
    assert call.when(TurnEnded) - spoken == 600 + LAG


def test_few_words_are_given_the_longest_silence() -> None:
    call = Call().says("the lamp")
    spoken = call.at
    call.silence(2_000)
    assert call.when(TurnEnded) - spoken == 800 + LAG


def test_silence_that_has_come_and_is_to_be_heard_yet_counts() -> None:
    call = Call().says("where is my order", means=True)
    spoken = call.at
    call.silence(240)
    assert call.turns.nearly_over and call.ends == []
    call.feed(Foreseen(call.at, 40))
    assert call.ends == []
    call.silence(20)
    call.feed(Foreseen(call.at, 40))
    assert call.ends == ["where is my order"] and call.when(TurnEnded) - spoken == 260
    assert not call.turns.nearly_over


def test_voice_that_has_come_and_is_to_be_heard_yet_interrupts() -> None:
    call = Call().prompt().voice(20)
    assert call.turns.nearly_interrupts
    call.feed(ForeseenVoice(call.at, (0.95,)))
    assert call.told(Pause) == [], "40 ms are a click perhaps"
    call.voice(20)
    call.feed(ForeseenVoice(call.at, (0.95,)))
    assert call.told(Pause) == [Pause("hours")] and call.at == 40
    call.silence(480)
    assert call.told(Resume) == []
    call.silence(20)
    assert call.told(Resume) == [Resume("hours")]


def test_voice_is_foreseen_only_where_it_can_interrupt() -> None:
    ahead = (0.95,) * 3
    for quiet in (Call().voice(40), Call().prompt(protected=True).voice(40), Call().prompt().silence(40)):
        assert not quiet.turns.nearly_interrupts
    for call in (Call().voice(40), Call().prompt(protected=True).voice(40)):
        call.feed(ForeseenVoice(call.at, ahead))
        assert call.told(Pause) == []
    call = Call().prompt().voice(40)
    call.feed(ForeseenVoice(call.at, (0.02, 0.02)))
    call.feed(ForeseenVoice(call.at, ()))
    assert call.told(Pause) == []


def test_nothing_is_looked_at_while_the_caller_speaks_or_has_keys_to_press() -> None:
    call = Call().says("where is my order", means=True)
    assert not call.turns.nearly_over
    call.silence(220)
    assert not call.turns.nearly_over
    call.silence(40).presses("1", every=0)
    assert not call.turns.nearly_over


def test_a_pause_between_words_is_no_end() -> None:
    call = Call().says("I bought a lamp").silence(400).says("and it is broken").silence(2_000)
    assert call.ends == ["I bought a lamp and it is broken"]


def test_who_goes_on_while_the_final_is_awaited_has_not_finished() -> None:
    call = Call(finals=False).says("I bought a lamp").silence(800).says("yesterday evening").silence(2_000)
    assert Finalize() in [one for at, one in call.outputs if at < call.when(TurnEnded)]
    assert call.ends == ["I bought a lamp yesterday evening"]


def test_a_number_half_told_is_not_the_end() -> None:
    call = Call().says("seven four nine five", unfinished=True).silence(1_200)
    call.says("zero zero zero one two three four", means=True).silence(2_000)
    assert call.ends == ["seven four nine five zero zero zero one two three four"]


def test_a_number_that_stays_half_told_ends_at_last() -> None:
    call = Call().says("seven four nine", unfinished=True)
    spoken = call.at
    call.silence(3_000)
    assert call.ends == ["seven four nine"]
    assert call.when(TurnEnded) - spoken == 1_500 + LAG


def test_a_final_that_turns_out_half_a_number_is_waited_on() -> None:
    call = Call(finals=False).says("my number is seven four")
    spoken = call.at
    call.silence(620).feed(Final(call.at, since=0, text="my number is 74", unfinished=True))
    call.silence(3_000)
    assert call.ends == ["my number is 74"]
    assert call.when(TurnEnded) - spoken == 1_500


def test_meaning_that_is_older_than_the_last_voice_does_not_hurry() -> None:
    call = Call().says("I want a refund", means=True).voice(800)
    spoken = call.at
    call.silence(2_000)
    assert call.when(TurnEnded) - spoken >= 600


def test_the_final_replaces_the_partial() -> None:
    call = Call(finals=False).says("where is my odor").silence(600)
    call.feed(Final(call.at, since=0, text="where is my order", confidence=0.8))
    assert call.told() == [TurnEnded("where is my order", confidence=0.8)]


def test_a_partial_after_its_final_changes_nothing() -> None:
    call = Call(finals=False).says("where is my order")
    call.feed(Final(call.at, since=0, text="where is my order"))
    call.feed(Partial(call.at, since=0, text="where is"))
    assert call.silence(2_000).ends == ["where is my order"]


def test_a_recognizer_that_keeps_its_final_to_itself_costs_little() -> None:
    call = Call(finals=False).says("there is something with the lamp")
    spoken = call.at
    call.silence(2_000)
    assert call.ends == ["there is something with the lamp"]
    assert call.when(TurnEnded) - spoken == 600 + 300


def test_a_final_that_comes_after_the_end_is_no_second_turn() -> None:
    call = Call(finals=False).says("where is my order", means=True).silence(300)
    call.feed(Final(call.at, since=0, text="where is my order please"))
    call.silence(3_000)
    assert call.ends == ["where is my order"]


def test_the_next_turn_holds_only_its_own_words() -> None:
    call = Call().says("where is my order", means=True).silence(1_000).says("and the invoice").silence(2_000)
    assert call.ends == ["where is my order", "and the invoice"]


def test_lost_frames_are_silence() -> None:
    call = Call().says("where is my order", means=True)
    call.at += 300
    assert call.feed(Tick(call.at)) == (Finalize(), TurnEnded("where is my order"))


def test_words_where_voice_was_missed_are_a_turn() -> None:
    call = Call().silence(1_000)
    call.feed(Partial(call.at, since=0, text="operator", means=True))
    assert call.silence(400).ends == ["operator"]


def test_words_where_voice_was_missed_are_given_time_too() -> None:
    call = Call(finals=False).silence(5_000)
    call.feed(Partial(call.at, since=0, text="there is something"))
    assert call.silence(580).ends == []
    call.feed(Partial(call.at, since=0, text="there is something with the lamp"))
    assert call.silence(320).ends == ["there is something with the lamp"]


def test_voice_goes_on_while_it_is_weak() -> None:
    call = Call().says("where is my order", means=True).frames(1_000, 0.45)
    assert call.told() == []
    assert Call().prompt().frames(1_000, 0.45).told() == []


def test_voice_while_the_final_is_awaited_puts_the_end_off() -> None:
    call = Call(finals=False).says("I bought a lamp").silence(700).voice(500)
    assert call.told() == []
    call.silence(2_000)
    assert call.told(Finalize, TurnEnded) == [Finalize(), Finalize(), TurnEnded("I bought a lamp")]


def test_words_of_the_next_utterance_are_told_once() -> None:
    call = Call(finals=False).says("I bought a lamp").silence(620)
    began = call.when(Finalize)
    call.feed(Partial(call.at, since=began, text="yesterday"))
    call.silence(1_000)
    call.feed(Final(call.at, since=began, text="yesterday evening"))
    assert call.silence(3_000).ends == ["I bought a lamp yesterday"]


def test_voice_after_a_final_is_waited_for() -> None:
    call = Call(finals=False).says("I bought a lamp")
    call.feed(Final(call.at, since=0, text="I bought a lamp"))
    began = call.at
    call.voice(600).silence(700)
    call.feed(Final(call.at, since=began, text="yesterday"))
    assert call.silence(2_000).ends == ["I bought a lamp yesterday"]


def test_words_stand_in_the_order_in_which_they_were_said() -> None:
    call = Call(finals=False).voice(2_000)
    call.feed(Partial(call.at, since=1_000, text="yesterday"))
    call.feed(Final(call.at, since=0, text="I bought a lamp"))
    assert call.silence(2_000).ends == ["I bought a lamp yesterday"]


def test_a_click_is_nothing() -> None:
    call = Call().prompt()
    for _ in range(10):
        call.voice(40).silence(400)
    assert call.outputs == []


def test_a_click_does_not_put_the_end_off() -> None:
    call = Call().says("where is my order", means=True)
    spoken = call.at
    call.silence(160).voice(20).silence(1_000)
    assert call.when(TurnEnded) - spoken == 300


def test_a_place_that_never_falls_silent_does_not_keep_the_turn() -> None:
    call = Call().says("where is my order", means=True)
    spoken = call.at
    call.voice(15_000)
    assert call.told() == [TurnEnded("where is my order", "noise")]
    assert call.when(TurnEnded) - spoken == 4_000 + LAG


def test_in_noise_the_final_that_was_asked_for_is_the_end() -> None:
    call = Call(finals=False).says("where is my odor").voice(4_040)
    call.feed(Final(call.at, since=0, text="where is my order"))
    assert call.told() == [TurnEnded("where is my order", "noise")]


def test_a_prompt_after_noise_is_not_held_up_by_it() -> None:
    assert Call().voice(17_000).prompt("pardon?").voice(3_000).told() == [NoMatch(1)]


def test_who_is_heard_without_partials_may_speak_longer() -> None:
    call = Call().voice(14_000)
    call.feed(Final(call.at, since=0, text="a long story told in one breath"))
    assert call.silence(1_000).ends == ["a long story told in one breath"]


def test_who_speaks_for_a_minute_is_not_cut() -> None:
    story = " ".join(f"word{index}" for index in range(200))
    call = Call().says(story)
    assert call.outputs == []
    assert call.silence(2_000).ends == [story]


def test_words_recognized_badly_are_left_out() -> None:
    call = Call(finals=False).says("where is my order")
    call.feed(Final(call.at, since=0, text="where is my order", confidence=0.9))
    call.feed(Partial(call.at, since=call.at, text="shhh", confidence=0.1))
    call.silence(2_000)
    assert call.told() == [TurnEnded("where is my order", confidence=0.9)]


# The caller interrupts.


@pytest.mark.parametrize("before", range(0, 2_000, 220))
def test_voice_pauses_a_prompt_within_200_ms(before: int) -> None:
    call = Call().prompt().silence(before)
    began = call.at
    call.voice(200)
    assert call.told() == [Pause("hours")]
    assert call.when(Pause) - began < 200


def test_words_stop_it_and_tell_what_was_heard() -> None:
    call = Call().prompt(heard=12).silence(500)
    call.feed(PromptHeard(call.at, "hours", 31))
    call.feed(PromptHeard(call.at, "hours", 30))
    call.says("no wait where is my order", means=True).silence(1_000)
    assert call.told() == [Pause("hours"), Stop("hours", 31), TurnEnded("no wait where is my order")]


def test_words_before_voice_is_sure_stop_it_at_once() -> None:
    call = Call().prompt(heard=5).voice(80)
    assert call.feed(Partial(call.at, since=0, text="stop")) == (Stop("hours", 5),)


def test_a_cough_lets_the_prompt_go_on() -> None:
    call = Call().prompt().silence(500).voice(240)
    coughed = call.at
    call.silence(3_000)
    assert call.told() == [Pause("hours"), Resume("hours")]
    assert call.when(Resume) - coughed == 500


def test_coughs_are_forgiven_and_from_the_third_on_not_even_heard() -> None:
    call = Call().prompt()
    for _ in range(3):
        call.voice(240).silence(4_000)
    assert call.told() == [Pause("hours"), Resume("hours")] * 2


def test_words_interrupt_after_false_alarms_and_voice_counts_again_then() -> None:
    call = Call().prompt()
    for _ in range(3):
        call.voice(240).silence(4_000)
    call.says("that is enough").silence(2_000)
    assert call.told(Stop) == [Stop("hours", 0)]
    call.prompt("more").voice(240)
    assert call.told()[-1] == Pause("more")


@pytest.mark.parametrize("sound", ["uh-huh", "Mm-hmm.", "uh huh", "Угу", "угу, ага", "Мгм…", "э-э"])
def test_a_listening_sound_does_not_interrupt(sound: str) -> None:
    call = Call().prompt().silence(500).says(sound).silence(3_000)
    assert call.told() == [Pause("hours"), Resume("hours")]


def test_a_dot_for_a_cough_does_not_interrupt() -> None:
    assert Call().prompt().says("…").silence(2_000).told() == [Pause("hours"), Resume("hours")]


def test_words_that_the_recognizer_takes_back_do_not_interrupt() -> None:
    call = Call(finals=False).prompt().voice(100)
    call.feed(Partial(call.at, since=0, text="a", confidence=0.2))
    call.voice(100).feed(Final(call.at, since=0, text=""))
    assert call.silence(2_000).told() == [Pause("hours"), Resume("hours")]


def test_after_a_listening_sound_words_interrupt_nonetheless() -> None:
    call = Call().prompt().says("угу а сколько стоит", means=True).silence(1_000)
    assert call.told() == [Pause("hours"), Stop("hours", 0), TurnEnded("угу а сколько стоит")]


def test_a_listening_sound_to_a_question_is_its_answer() -> None:
    call = Call().prompt("shall I?").silence(1_000).prompt_ends("shall I?").silence(300).says("угу").silence(2_000)
    assert call.told() == [TurnEnded("угу")]


def test_words_that_come_after_it_was_resumed_stop_it() -> None:
    call = Call(finals=False).prompt(heard=9).voice(600).silence(600)
    assert call.told() == [Pause("hours"), Resume("hours")]
    call.feed(Final(call.at, since=0, text="I want an operator", means=True))
    assert call.told() == [Pause("hours"), Resume("hours"), Stop("hours", 9), TurnEnded("I want an operator")]


def test_noise_that_goes_on_holds_up_one_prompt_once() -> None:
    call = Call().prompt("one").voice(5_000)
    assert call.told() == [Pause("one"), Resume("one")]
    call.prompt_ends("one").prompt("two").voice(5_000)
    assert call.told() == [Pause("one"), Resume("one")]


def test_words_stop_a_prompt_in_noise() -> None:
    call = Call().prompt().voice(5_000).says("operator", means=True)
    assert call.told()[2:] == [Stop("hours", 0)]


def test_after_noise_ended_voice_pauses_again() -> None:
    call = Call().prompt().voice(5_000).silence(4_000).voice(200)
    assert call.told() == [Pause("hours"), Resume("hours"), Pause("hours")]


def test_a_prompt_that_the_law_wants_is_heard_to_its_end() -> None:
    call = Call().prompt("recorded", protected=True).says("where is my order", means=True).silence(1_000)
    call.presses("1")
    assert call.told(Pause, Stop) == []
    assert call.ends == ["where is my order"]


def test_an_answer_that_comes_while_the_caller_speaks_on_is_not_spoken() -> None:
    call = Call().says("and also").prompt("answer")
    assert call.told() == [Stop("answer", 0)]


def test_another_prompt_in_place_of_a_paused_one_stops_that() -> None:
    call = Call().prompt("one", heard=3).voice(200).prompt("two").silence(600)
    assert call.told() == [Pause("one"), Stop("one", 3), Pause("two"), Resume("two")]


def test_what_is_told_of_another_prompt_changes_nothing() -> None:
    call = Call().prompt("two", heard=4)
    call.feed(PromptHeard(call.at, "one", 40))
    call.prompt_ends("one").presses("1")
    assert call.told(Stop) == [Stop("two", 4)]


# Keys.


def test_a_key_stops_the_prompt_at_once() -> None:
    call = Call().prompt(heard=7).silence(1_000)
    pressed = call.at
    call.presses("4")
    assert call.told() == [Stop("hours", 7)]
    assert call.when(Stop) == pressed


def test_keys_are_collected_until_the_hash() -> None:
    assert Call().presses("4951#").told() == [TurnEnded("4951", "keys")]


def test_keys_are_collected_until_a_pause() -> None:
    call = Call().presses("12", every=1_500)
    assert call.told() == []
    assert call.silence(1_000).told() == [TurnEnded("12", "keys")]


def test_a_menu_with_one_key_is_answered_by_one_key() -> None:
    call = Call().prompt(keys=1)
    call.presses("3", every=20)
    assert call.told() == [Stop("hours", 0), TurnEnded("3", "keys")]


@pytest.mark.parametrize("keys", ["#", "*"])
def test_hash_and_star_alone_are_keys(keys: str) -> None:
    assert Call().presses(keys).silence(2_000).ends == [keys]


def test_a_key_outweighs_the_words_before_it() -> None:
    call = Call().says("one I mean").presses("1").says("hello").silence(4_000)
    assert call.ends == ["1"]


def test_words_after_the_keys_are_a_turn_of_their_own() -> None:
    call = Call().presses("1#").says("where is my order", means=True).silence(1_000)
    assert call.ends == ["1", "where is my order"]


# A word is needed.


def test_a_silent_caller_is_spoken_to_twice_and_then_given_to_a_person() -> None:
    call = Call().prompt().silence(3_000).prompt_ends().silence(18_000)
    assert call.outputs == [(9_000, NoInput(1)), (15_000, NoInput(2)), (21_000, Person("no_input"))]


def test_silence_is_counted_from_the_end_of_what_is_said_about_it() -> None:
    call = Call().silence(6_000).prompt("hello?").silence(4_000)
    assert call.told() == [NoInput(1)]
    call.prompt_ends("hello?").silence(5_980)
    assert call.told() == [NoInput(1)]
    assert call.silence(20).told() == [NoInput(1), NoInput(2)]


def test_who_speaks_is_silent_for_the_first_time_again() -> None:
    call = Call().silence(13_000).says("where is my order", means=True).silence(6_300)
    assert call.words_needed == [NoInput(1), NoInput(2), NoInput(1)]


def test_what_is_not_recognized_is_asked_again_twice_and_then_given_to_a_person() -> None:
    call = Call()
    for _ in range(3):
        call.voice(1_000).silence(2_000)
    assert call.told() == [NoMatch(1), NoMatch(2), Person("no_match")]


def test_what_is_recognized_badly_is_not_guessed() -> None:
    call = Call().says("wears my odor", confidence=0.2).silence(2_000)
    assert call.told() == [NoMatch(1)]


def test_a_short_noise_is_no_try_to_speak() -> None:
    assert Call().silence(200).voice(240).silence(3_000).told() == []


def test_short_noises_do_not_put_the_word_about_silence_off() -> None:
    call = Call()
    for _ in range(8):
        call.voice(240).silence(1_760)
    assert call.words_needed == [NoInput(1), NoInput(2)]


def test_a_place_that_is_always_loud_ends_with_a_person() -> None:
    call = Call().voice(60_000)
    assert call.told() == [NoMatch(1), NoMatch(2), Person("no_match")]
    assert len(call.told(Finalize)) == 3


def test_after_a_person_was_called_counting_starts_anew() -> None:
    assert Call().silence(24_000).told() == [NoInput(1), NoInput(2), Person("no_input"), NoInput(1)]


def test_silence_is_counted_from_the_answer() -> None:
    call = Call()
    call.feed(AnswerAwaited(0))
    call.silence(15_000).feed(AnswerCame(call.at))
    assert call.silence(5_980).words_needed == []
    assert call.silence(20).words_needed == [NoInput(1)]


def test_silence_is_counted_from_where_a_prompt_was_stopped() -> None:
    call = Call(finals=False).prompt().silence(10_000)
    call.feed(Partial(call.at, since=0, text="a"))
    call.feed(Final(call.at, since=0, text=""))
    assert call.silence(5_980).told() == [Stop("hours", 0)]
    assert call.silence(20).told() == [Stop("hours", 0), NoInput(1)]


def test_a_filler_is_said_when_the_answer_takes_its_time() -> None:
    call = Call()
    call.feed(AnswerAwaited(0))
    call.silence(13_000)
    assert call.outputs == [(1_000, Filler(1)), (6_000, Filler(2)), (12_000, Filler(3))]


def test_an_answer_in_time_needs_no_filler() -> None:
    call = Call()
    call.feed(AnswerAwaited(0))
    call.silence(980).feed(AnswerCame(call.at))
    assert call.silence(5_000).told() == []


def test_no_filler_is_said_into_the_caller_or_a_prompt() -> None:
    call = Call()
    call.feed(AnswerAwaited(0))
    call.says("and the other one too please").prompt("first sentence", protected=True).silence(3_000)
    assert call.told(Filler) == []


def test_an_answer_that_never_comes_needs_a_person() -> None:
    call = Call()
    call.feed(AnswerAwaited(0))
    call.silence(25_000)
    assert [(at, one) for at, one in call.outputs if not isinstance(one, Filler)] == [(20_000, Person("no_answer"))]


def test_what_is_mumbled_while_the_bot_thinks_is_not_asked_about() -> None:
    call = Call()
    call.feed(AnswerAwaited(0))
    assert call.voice(600).silence(1_500).words_needed == []


# Settings.


def test_settings_are_judged_where_they_are_read() -> None:
    assert msgspec.convert({"silence": 700}, Settings).silence == 700
    for wrong in ({"silence": -1}, {"voice_on": 2.0}, {"dip": 0}, {"silense": 700}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Settings)


def test_a_business_may_wait_longer() -> None:
    call = Call(Settings(silence_meant=900)).says("where is my order", means=True)
    spoken = call.at
    call.silence(2_000)
    assert call.when(TurnEnded) - spoken == 900


def paused_after(probabilities: list[float]) -> int:
    """Milliseconds until a prompt is paused by frames that are voice with these probabilities; 0: it isn't."""
    turns = Turns(at=0)
    turns.feed(PromptBegan(0, "p"))
    for number, probability in enumerate([0.02] * 10 + probabilities, start=1):
        if any(isinstance(one, Pause) for one in turns.feed(Voice(number * 20, probability))):
            return (number - 10) * 20
    return 0


def test_voice_that_begins_softly_counts_from_its_begin() -> None:
    assert paused_after([0.9] * 8) == 60
    assert paused_after([0.02, 0.3, 0.9, 0.9, 0.9]) == 80, "a frame of its begin counts"
    assert paused_after([0.15] * 20 + [0.9] * 4) == 20 * 20 + 40, (
        "what went on before, like the place's noise, counts no more"
    )


def test_what_never_is_voice_interrupts_nothing() -> None:
    assert paused_after([0.3] * 50) == 0
    assert paused_after([0.15, 0.3, 0.9, 0.02, 0.02]) == 0
