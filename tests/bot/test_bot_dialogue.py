"""Forms, rules, stories and handoffs of the embedded engine, from turn to turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import phrases
from bot.actions import ActionCall, ActionDone, ActionFailed
from bot.actions.calls import Utter
from bot.content.types import Aim, Content, Slot, Variation
from bot.dialogue.payload import OPERATOR
from bot.dialogue.render import Phrasebook, Voice
from bot.dialogue.tracker import Tracker
from gateway.ports import TurnRequest
from tests.bot.dialogues import MINUTE, Guest, Scripted, business, trained

TABLE = """
entities: [phone, guests]
slots:
  guests:
    type: float
    mappings:
    - type: from_text
      conditions: [{active_loop: table_form, requested_slot: guests}]
  phone:
    type: text
    mappings:
    - {type: from_entity, entity: phone}
    - type: from_text
      not_intent: [deny]
      conditions: [{active_loop: table_form, requested_slot: phone}]
  name:
    type: text
    mappings:
    - type: from_text
      not_intent: [deny, price, hours]
      conditions: [{active_loop: table_form, requested_slot: name}]
forms:
  table_form:
    required_slots: [guests, name, phone]
responses:
  utter_ask_guests: [{text: "For how many?"}]
  utter_ask_name: [{text: "Your name?"}]
  utter_ask_phone: [{text: "Your phone?"}]
  utter_booked: [{text: "A table for {guests}, {name}, {phone}."}]
  utter_stopped: [{text: "No table then."}]
  utter_price: [{text: "Dinner is 20."}]
  utter_hours: [{text: "From 9 to 21."}]
  utter_parking: [{text: "In the yard."}]
  utter_deny: [{text: "As you like."}]
  utter_menu: [{text: "Soup and fish."}]
"""
RULES = """
rules:
- rule: book
  steps:
  - intent: book
  - action: table_form
  - active_loop: table_form
- rule: booked
  condition: [{active_loop: table_form}]
  steps:
  - action: table_form
  - active_loop: null
  - slot_was_set: [{requested_slot: null}]
  - action: utter_booked
- rule: stop
  condition: [{active_loop: table_form}]
  steps:
  - intent: deny
  - action: action_deactivate_loop
  - active_loop: null
  - action: utter_stopped
"""
EXTRAS = """
handoff:
  team: hall
  form_failed: {team: managers, priority: 3}
forms:
  table_form:
    tries: 3
    fields:
      guests: {kind: number, min: 1, max: 12}
      phone: {kind: phone, words: [phone, number]}
      name: {words: [name]}
"""
PATTERN = "- regex: phone\n  examples: |\n    - (?:\\+7|8)[\\d -]{10,16}\n"


@pytest.fixture(scope="module")
def guest_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Guest]:
    engine = trained(business(tmp_path_factory.mktemp("table"), TABLE, rules=RULES, extras=EXTRAS, nlu=PATTERN))
    return lambda: Guest(engine)


@pytest.fixture
def guest(guest_of: Callable[[], Guest]) -> Guest:
    return guest_of()


def at_phone(guest: Guest) -> Guest:
    guest.says("I want to book a table please")
    guest.says("4")
    assert guest.hears("Ann") == ["Your phone?"]
    return guest


# --- forms ---


def test_form_asks_for_one_thing_after_another_and_is_submitted(guest: Guest) -> None:
    assert guest.hears("I want to book a table please") == ["For how many?"]
    assert guest.hears("four") == ["Your name?"]
    assert guest.hears("Ann") == ["Your phone?"]
    assert guest.hears("+7 495 000 00 01") == ["A table for 4, Ann, +7 495 000-00-01."]
    assert guest.memory is not None and not guest.memory.form
    assert guest.facts == {"guests": "4", "name": "Ann", "phone": "+74950000001"}


def test_answers_of_one_burst_fill_the_fields_in_order(guest: Guest) -> None:
    guest.says("book a table")
    assert guest.hears("4", "Ann", "+7 495 000 00 01") == ["A table for 4, Ann, +7 495 000-00-01."]


def test_unfit_answer_is_told_and_asked_for_again_with_a_person_as_a_button(guest: Guest) -> None:
    guest.says("book a table")
    result = guest.says("fifty")
    assert [reply.text for reply in result.replies] == [
        phrases.say("form_large", "en").format(most="12"),
        "For how many?",
    ]
    assert result.outcome == "rephrase"
    assert result.replies[-1].buttons[-1].payload == OPERATOR
    assert guest.hears("4") == ["Your name?"]


def test_form_that_fails_three_times_goes_to_the_team_for_it(guest: Guest) -> None:
    at_phone(guest)
    guest.says("0")
    guest.says("00")
    result = guest.says("000")
    assert result.handoff is not None
    assert (result.handoff.cause, result.handoff.team, result.handoff.priority) == ("form_failed", "managers", 3)
    assert result.handoff.why == "phone"
    assert result.outcome == "handoff"


def test_question_in_the_middle_is_answered_and_the_form_goes_on(guest: Guest) -> None:
    at_phone(guest)
    assert guest.hears("how much is dinner?") == ["Dinner is 20.", "Your phone?"]
    assert guest.hears("what time do you open?") == ["From 9 to 21.", "Your phone?"]
    assert guest.hears("+7 495 000 00 01") == ["A table for 4, Ann, +7 495 000-00-01."]


def test_text_that_could_be_an_answer_is_one_unless_it_asks(guest: Guest) -> None:
    guest.says("book a table")
    guest.says("4")
    assert guest.hears("is there parking?") == ["In the yard.", "Your name?"]
    assert guest.hears("Parker") == ["Your phone?"]
    assert guest.facts["name"] == "Parker"


def test_rule_of_the_content_stops_the_form(guest: Guest) -> None:
    guest.says("book a table")
    assert guest.hears("no thanks") == ["No table then."]
    assert guest.hears("no thanks") == ["As you like."]


def test_bare_cancel_stops_a_form_that_has_no_rule_for_it(guest: Guest) -> None:
    guest.says("book a table")
    assert guest.hears("cancel") == [phrases.say("form_stopped", "en")]
    assert guest.hears("4") != ["Your name?"]


def test_correction_with_a_value_changes_the_earlier_answer(guest: Guest) -> None:
    at_phone(guest)
    guest.says("show me the menu please?")
    guest.says("+7 495 000 00 01")
    again = Guest(guest.engine)
    again.says("book a table", "4", "+7 495 000 00 01")
    assert again.facts["phone"] == "+74950000001"
    assert again.hears("no, the phone is +7 495 000 00 02")[0] == phrases.say("form_corrected", "en")
    assert again.facts["phone"] == "+74950000002"


def test_correction_without_a_value_asks_for_that_field_again(guest: Guest) -> None:
    at_phone(guest)
    assert guest.hears("no, another name") == ["Your name?"]
    assert guest.hears("Bea") == ["Your phone?"]
    assert guest.facts["name"] == "Bea"


def test_person_asked_for_in_the_middle_comes_with_what_was_said(guest: Guest) -> None:
    at_phone(guest)
    result = guest.says("talk to a person")
    assert result.handoff is not None
    assert (result.handoff.reason, result.handoff.team) == ("customer_asked", "hall")
    assert guest.facts == {"guests": "4", "name": "Ann"}
    assert guest.memory is not None and not guest.memory.form


def test_silence_ends_the_form(guest: Guest) -> None:
    at_phone(guest)
    guest.now += 61 * MINUTE
    assert guest.hears("how much is dinner") == ["Dinner is 20."]


def test_dialogue_goes_on_from_the_log_alone_on_another_node(guest_of: Callable[[], Guest]) -> None:
    first, second = at_phone(guest_of()), guest_of()
    second.facts, second.memory, second.now = first.facts, first.memory, first.now
    assert second.hears("+7 495 000 00 01") == ["A table for 4, Ann, +7 495 000-00-01."]


# --- choices, yes and no ---

CHOICE = """
slots:
  hall:
    type: categorical
    values: [garden, terrace]
    mappings: [{type: from_text, conditions: [{active_loop: hall_form, requested_slot: hall}]}]
  window:
    type: bool
    mappings: [{type: from_text, conditions: [{active_loop: hall_form, requested_slot: window}]}]
  tea:
    type: bool
    initial_value: true
    mappings:
    - {type: from_trigger_intent, intent: menu, value: true}
forms: {hall_form: {required_slots: [hall, window]}}
responses:
  utter_ask_hall: [{text: "Which hall?"}]
  utter_ask_window: [{text: "At the window?"}]
  utter_submit_hall_form:
  - {text: "At the window.", condition: [{type: slot, name: window, value: true}]}
  - {text: "Not at the window.", condition: [{type: slot, name: window, value: false}]}
"""


def test_choices_become_buttons_and_slips_are_forgiven(tmp_path: Path) -> None:
    rules = "rules:\n- rule: r\n  steps:\n  - intent: book\n  - action: hall_form\n  - active_loop: hall_form\n"
    guest = Guest(trained(business(tmp_path, CHOICE, rules=rules)))
    asked = guest.says("book a table").replies[-1]
    assert [button.title for button in asked.buttons] == ["garden", "terrace"]
    assert guest.says("garden", choice="garden").replies[0].text == "At the window?"
    assert guest.facts["hall"] == "garden"
    assert guest.hears("no") == ["Not at the window."]
    other = Guest(guest.engine)
    other.says("book a table")
    assert other.hears("terace") == ["At the window?"]
    assert other.hears("yes please") == ["At the window."]


# --- rules, stories ---


def test_rule_with_a_slot_condition_goes_before_the_general_one(tmp_path: Path) -> None:
    domain = """
slots: {vip: {type: text, mappings: [{type: custom}]}}
responses:
  utter_price: [{text: "Dinner is 20."}]
  utter_free: [{text: "Free for you."}]
"""
    rules = """
rules:
- {rule: all, steps: [{intent: price}, {action: utter_price}]}
- {rule: vip, condition: [{slot_was_set: [{vip: "yes"}]}], steps: [{intent: price}, {action: utter_free}]}
"""
    guest = Guest(trained(business(tmp_path, domain, rules=rules)))
    assert guest.hears("how much is dinner") == ["Dinner is 20."]
    guest.facts["vip"] = "yes"
    assert guest.hears("how much is dinner") == ["Free for you."]


STORIES = """
stories:
- story: menu, then yes
  steps:
  - intent: menu
  - action: utter_menu
  - intent: yes
  - action: utter_fish
- story: hours, then yes
  steps:
  - intent: hours
  - action: utter_hours
  - checkpoint: after
- story: goes on
  steps:
  - checkpoint: after
  - or: [{intent: yes}, {intent: book}]
  - action: utter_soup
"""


def test_stories_answer_by_what_was_said_before(tmp_path: Path) -> None:
    domain = """
responses:
  utter_menu: [{text: "Fish?"}]
  utter_hours: [{text: "Till 9. Come?"}]
  utter_fish: [{text: "Fish it is."}]
  utter_soup: [{text: "Soup then."}]
"""
    guest = Guest(trained(business(tmp_path, domain, stories=STORIES.replace("intent: yes", 'intent: "yes"'))))
    assert guest.hears("the menu please") == ["Fish?"]
    assert guest.hears("yes please") == ["Fish it is."]
    assert guest.hears("opening hours") == ["Till 9. Come?"]
    assert guest.hears("yes please") == ["Soup then."]
    assert guest.says("yes please").handoff is not None


def test_dialogue_ends_after_ten_actions_whatever_the_content_says(tmp_path: Path) -> None:
    domain = "actions: [action_again]\nresponses: {utter_menu: [{text: m}]}\n"
    rules = "rules:\n- {rule: r, steps: [{intent: menu}, {action: action_again}]}\n"
    again = Scripted(lambda call: ActionDone(following="action_again"))
    guest = Guest(trained(business(tmp_path, domain, rules=rules), again))
    guest.says("the menu please")
    assert len(again.calls) == 2 * 10


# --- channels and circumstances ---


def test_answer_fits_channel_hour_and_opening(tmp_path: Path) -> None:
    domain = """
slots:
  time_of_day: {type: text, mappings: [{type: custom}]}
  open: {type: bool, mappings: [{type: custom}]}
responses:
  utter_menu:
  - {text: "Soup."}
  - {text: "Soup, by messenger.", channel: telegram}
  utter_hours:
  - {text: "Good morning.", condition: [{type: slot, name: time_of_day, value: morning}]}
  - {text: "Good evening.", condition: [{type: slot, name: time_of_day, value: evening}]}
  utter_price:
  - {text: "Ask us now.", condition: [{type: slot, name: open, value: true}]}
  - {text: "Closed.", condition: [{type: slot, name: open, value: false}]}
"""
    guest = Guest(trained(business(tmp_path, domain)))
    assert guest.hears("the menu please") == ["Soup."]
    guest.channel = "telegram"
    assert guest.hears("the menu please") == ["Soup, by messenger."]
    guest.at = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
    assert guest.hears("opening hours") == ["Good morning."]
    guest.at = dt.datetime(2026, 11, 30, 19, tzinfo=dt.UTC)
    assert guest.hears("opening hours") == ["Good evening."]
    assert guest.hears("how much is dinner") == ["Ask us now."]
    guest.open = False
    assert guest.hears("how much is dinner") == ["Closed."]
    assert not guest.facts


# --- handoff ---


def handing(tmp_path: Path, extras: str, domain: str = "responses: {utter_price: [{text: p}]}\n") -> Guest:
    return Guest(trained(business(tmp_path, domain, extras=extras)))


def test_intent_of_the_settings_hands_off_with_team_priority_and_reason(tmp_path: Path) -> None:
    extras = "handoff:\n  team: all\n  rules:\n  - {intent: parking, team: yard, priority: 4, reason: Parking matter}\n"
    handoff = handing(tmp_path, extras).says("is there parking").handoff
    assert handoff is not None
    assert (handoff.team, handoff.priority, handoff.why, handoff.cause) == ("yard", 4, "Parking matter", "rule")


def test_response_with_a_custom_handoff_is_said_and_hands_off(tmp_path: Path) -> None:
    domain = "responses: {utter_price: [{text: One moment, custom: {handoff: {team: sales, priority: 2}}}]}\n"
    result = handing(tmp_path, "", domain).says("how much is dinner")
    assert [reply.text for reply in result.replies] == ["One moment"]
    assert result.handoff is not None and (result.handoff.team, result.handoff.priority) == ("sales", 2)


@pytest.mark.parametrize(
    ("written", "asked"),
    [("[German, Cars]", {"German": 1, "Cars": 1}), ("{German: 3}", {"German": 3}), ("Cars", {"Cars": 1})],
)
def test_a_handoff_names_the_skills_asked_for(tmp_path: Path, written: str, asked: dict[str, int]) -> None:
    ruled = handing(_folder(tmp_path, "rule"), f"handoff:\n  rules:\n  - {{intent: parking, skills: {written}}}\n")
    handoff = ruled.says("is there parking").handoff
    assert handoff is not None and handoff.skills == asked
    domain = f"responses: {{utter_price: [{{text: One moment, custom: {{handoff: {{skills: {written}}}}}}}]}}\n"
    said = handing(_folder(tmp_path, "response"), "", domain).says("how much is dinner").handoff
    assert said is not None and said.skills == asked
    general = handing(_folder(tmp_path, "general"), f"handoff:\n  skills: {written}\n  rules: [{{intent: parking}}]\n")
    handoff = general.says("is there parking").handoff
    assert handoff is not None and handoff.skills == asked


def _folder(path: Path, name: str) -> Path:
    (path / name).mkdir()
    return path / name


def test_words_of_anger_call_a_person_with_the_words_as_evidence(tmp_path: Path) -> None:
    extras = "handoff:\n  anger: {words: [outrage], team: care, priority: 5}\n"
    handoff = handing(tmp_path, extras).says("this is an outrage").handoff
    assert handoff is not None
    assert (handoff.cause, handoff.team, handoff.priority, handoff.why) == ("anger", "care", 5, "outrage")


def test_important_customer_goes_first_and_is_answered_by_the_bot(tmp_path: Path) -> None:
    extras = (
        "handoff:\n  important: {labels: [VIP], priority: 9, team: lounge}\n  rules: [{intent: parking, priority: 1}]\n"
    )
    guest = handing(tmp_path, extras)
    guest.labels = ("VIP",)
    handoff = guest.says("is there parking").handoff
    assert handoff is not None and (handoff.priority, handoff.team) == (9, "lounge")
    assert guest.hears("how much is dinner") == ["p"]


def test_important_customer_is_answered_by_people_where_set(tmp_path: Path) -> None:
    extras = "handoff:\n  important: {slots: {tier: gold}, at_once: true}\n"
    domain = "slots: {tier: {type: text, mappings: [{type: custom}]}}\nresponses: {utter_price: [{text: p}]}\n"
    guest = handing(tmp_path, extras, domain)
    guest.facts["tier"] = "gold"
    handoff = guest.says("how much is dinner").handoff
    assert handoff is not None and handoff.cause == "important"


def test_same_question_a_third_time_is_answered_with_a_way_to_a_person(tmp_path: Path) -> None:
    guest = handing(tmp_path, "")
    assert not guest.says("how much is dinner").replies[-1].buttons
    assert not guest.says("how much is dinner").replies[-1].buttons
    assert guest.says("how much is dinner").replies[-1].buttons[-1].payload == OPERATOR


def test_misses_before_a_person_are_settable(tmp_path: Path) -> None:
    guest = handing(tmp_path, "handoff: {misses: 2}\n")
    assert guest.says("qwrtp zxcvb").handoff is None
    handoff = guest.says("qwrtp zxcvb").handoff
    assert handoff is not None and handoff.reason == "not_understood"


# --- custom actions ---

ACTION = "actions: [action_look, validate_table_form]\n"


def test_custom_action_fills_slots_says_and_is_told_all(tmp_path: Path) -> None:
    domain = "actions: [action_look]\nslots: {order: {type: text, mappings: [{type: custom}]}}\n"
    domain += 'responses: {utter_found: [{text: "Order {order} by {courier}"}]}\n'
    rules = "rules:\n- {rule: r, steps: [{intent: menu}, {action: action_look}, {slot_was_set: [{order: 7}]}, {action: utter_found}]}\n"
    does = Scripted(
        lambda call: ActionDone(slots={"order": "7", "unknown": "x"}, says=(Utter(name="utter_found", values={"courier": "bike"}),))
    )  # fmt: skip
    guest = Guest(trained(business(tmp_path, domain, rules=rules), does))
    assert guest.hears("the menu please") == ["Order 7 by bike", "Order 7 by —"]
    assert guest.facts == {"order": "7"}
    call = does.calls[0]
    assert (call.name, call.intent, call.text, call.id) == ("action_look", "menu", "the menu please", "t1:1")


def test_action_server_that_fails_costs_one_turn_and_calls_a_person(tmp_path: Path) -> None:
    def fails(call: ActionCall) -> ActionDone:
        raise ActionFailed("no answer")

    domain = "actions: [action_look]\n"
    rules = "rules:\n- {rule: r, steps: [{intent: menu}, {action: action_look}]}\n"
    guest = Guest(trained(business(tmp_path, domain, rules=rules), Scripted(fails)))
    handoff = guest.says("the menu please").handoff
    assert handoff is not None and (handoff.cause, handoff.why) == ("action_failed", "action_look")


def test_action_server_judges_what_a_form_takes(tmp_path: Path) -> None:
    def judges(call: ActionCall) -> ActionDone:
        return ActionDone(slots={"name": ""} if call.slots.get("name") == "Nobody" else {})

    engine = trained(business(tmp_path, ACTION + TABLE, rules=RULES, extras=EXTRAS, nlu=PATTERN), Scripted(judges))
    guest = Guest(engine)
    guest.says("book a table", "4")
    assert guest.hears("Nobody") == ["Your name?"]
    assert guest.hears("Ann") == ["Your phone?"]


def test_action_may_hand_off_with_an_aim(tmp_path: Path) -> None:
    domain = "actions: [action_look]\n"
    rules = "rules:\n- {rule: r, steps: [{intent: menu}, {action: action_look}]}\n"
    does = Scripted(lambda call: ActionDone(handoff=Aim(team="kitchen", priority=1)))
    handoff = Guest(trained(business(tmp_path, domain, rules=rules), does)).says("the menu please").handoff
    assert handoff is not None and handoff.team == "kitchen"


# --- retrieval intents ---


def test_retrieval_intent_answers_by_what_was_asked(tmp_path: Path) -> None:
    nlu = "- intent: faq/wifi\n  examples: |\n    - is there wifi\n    - wifi password\n    - wireless internet\n    - free wifi\n"
    nlu += "- intent: faq/dogs\n  examples: |\n    - can I bring my dog\n    - are dogs allowed\n    - dog friendly\n    - pets\n"
    domain = "responses:\n  utter_faq/wifi: [{text: Yes}]\n  utter_faq/dogs: [{text: Dogs welcome}]\n"
    folder = business(
        tmp_path, domain, nlu=nlu, rules="rules:\n- {rule: f, steps: [{intent: faq}, {action: utter_faq}]}\n"
    )
    text = (folder / "domain.yml").read_text().replace("intents: [", "intents: [faq, ")
    (folder / "domain.yml").write_text(text)
    guest = Guest(trained(folder))
    assert guest.hears("are dogs allowed") == ["Dogs welcome"]
    assert guest.hears("wifi password") == ["Yes"]


LANGUAGES = st.sampled_from(["ru", "en", "de", ""])
CONDITIONS = st.sampled_from(
    [(), (("language", "ru"),), (("language", "en"),), (("language", "de"),), (("paid", "yes"),)]
)
VARIATIONS = st.builds(
    Variation,
    text=st.sampled_from(["Price", "Цена", "Price of {plan}", "{ }", ""]),
    condition=CONDITIONS,
    channel=st.sampled_from(["", "telegram"]),
)


@given(st.lists(VARIATIONS, max_size=3), LANGUAGES, st.sampled_from([{}, {"paid": "yes"}, {"plan": "Spark"}]))
def test_a_title_is_what_its_response_says(offered: list[Variation], language: str, facts: dict[str, str]) -> None:
    book = Phrasebook({"utter_title_price": tuple(offered)} if offered else {})
    voice = Voice(book, "c/1", language, "", {**facts, "language": language})
    fits = book.fitting("utter_title_price", voice.facts, "")
    assert voice.title("price") == (voice.reply("utter_title_price").text if fits else "")


@given(st.lists(st.tuples(st.sampled_from(["name", "city", "language", "open"]), st.sampled_from(["", "a", "b"]))))
def test_what_is_known_follows_what_is_set(told: list[tuple[str, str]]) -> None:
    request = TurnRequest(
        id="c/1", business="b", conversation="c", inputs=(), locale="en", misses=0, facts={"name": "Ann"}, now=0
    )
    tracker = Tracker.of(Content(slots=(Slot(name="city", initial="a"),)), request, "en")
    for name, value in told:
        tracker.set(name, value)
        assert tracker.known == {**tracker.slots, "language": "en", "channel": "webchat", "open": "true"}
        assert tracker.slots.get(name, "") == value
