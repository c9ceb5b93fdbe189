"""What Rasa did, in our terms; and what it may be given."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.nods import is_nod
from bot.rasa.inputs import batches, joined, plain, pressed, runs
from bot.rasa.reading import Channel, Done, Wanted, read, titles, wording
from bot.rasa.wire import Domain, Event, Variation
from gateway.model.cards import check_button, check_cards
from gateway.model.events import Button
from gateway.ports import TurnInput

DOMAIN = Domain(intents=("greet", {"price": {"use_entities": []}}))


def events(*given_ones: dict[str, Any]) -> list[Event]:
    return msgspec.convert(list(given_ones), list[Event])


def user(name: str | None = "greet", confidence: float = 0.9, **ranking: float) -> dict[str, Any]:
    ranked = [{"name": one, "confidence": value} for one, value in ranking.items()]
    return {"event": "user", "text": "x", "metadata": {"model_id": "m"},
            "parse_data": {"intent": {"name": name, "confidence": confidence}, "intent_ranking": ranked}}  # fmt: skip


def bot(text: str | None = None, **data: Any) -> dict[str, Any]:
    return {"event": "bot", "text": text, "data": data}


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


def done(*given_ones: dict[str, Any]) -> Done:
    return read(events(*given_ones))


def test_text_and_custom_part_are_one_message() -> None:
    found = done(user(), bot("Look:", custom={"cards": [{"title": "Spark", "image": "https://example.org/s.png"}]}))
    assert len(found.replies) == 1 and found.replies[0].text == "Look:"
    assert found.replies[0].cards[0].image == "https://example.org/s.png"


def test_buttons_lead_on_or_elsewhere() -> None:
    given_ones = [{"title": "Price", "payload": "/price"}, {"title": "Site", "url": "https://example.org"}]
    reply = done(user(), bot("x", buttons=given_ones)).replies[0]
    assert [(one.payload, one.url) for one in reply.buttons] == [("/price", ""), ("", "https://example.org")]


def test_picture_is_a_card_and_attachment_a_button() -> None:
    reply = done(
        user(), bot("Our map", image="https://example.org/map.png", attachment="https://example.org/a/price.pdf")
    )
    assert [(card.title, card.image) for card in reply.replies[0].cards] == [("", "https://example.org/map.png")]
    assert reply.replies[0].buttons == (Button(title="price.pdf", payload="", url="https://example.org/a/price.pdf"),)


def test_texts_are_taken_without_what_steers_a_line() -> None:
    slot = {"event": "slot", "name": "city", "value": "Ri\x00ga"}
    found = done(
        user(), slot, bot("Soup\x00 \u202etoday\u202c", buttons=[{"title": "Ta\x1bke", "payload": "/yes\x00"}])
    )
    assert (found.replies[0].text, found.facts) == ("Soup today", {"city": "Riga"})
    assert found.replies[0].buttons == (Button(title="Take", payload="/yes"),)


def test_intents_are_those_of_all_inputs_the_likeliest_first() -> None:
    found = done(user("greet", 0.5, greet=0.5, price=0.2), user("price", 0.8, price=0.8))
    assert found.intents == (("price", 0.8), ("greet", 0.5))
    assert found.model == "m" and found.steps == ("/greet", "/price")


def test_slots_are_facts_but_for_those_of_the_machinery() -> None:
    slots = [{"event": "slot", "name": name, "value": value} for name, value in
             (("phone", "1"), ("count", 2.5), ("language", "ru"), ("requested_slot", "time"), ("gone", None), ("phone", "2"))]  # fmt: skip
    found = done(user(), *slots)
    assert found.facts == {"phone": "2", "count": "2.5", "gone": ""} and found.asks == "time"


@pytest.mark.parametrize(
    "handoff",
    [{"team": "Sales", "priority": 3, "reason": "A large order"}, True, {}, {"team": "  Sales "}],
)
def test_custom_part_asks_for_people(handoff: Any) -> None:
    wanted = done(user(), bot("One moment.", custom={"handoff": handoff})).handoff
    assert wanted is not None
    given_ones = handoff if isinstance(handoff, dict) else {}
    assert wanted == Wanted(
        team=given_ones.get("team", "").strip(),
        priority=given_ones.get("priority", 0),
        reason=given_ones.get("reason", ""),
    )


@pytest.mark.parametrize("handoff", ["yes", 1, [], {"priority": "high"}, {"priority": -1}, {"priority": True}])
def test_custom_part_that_is_not_right_asks_for_people_all_the_same(handoff: Any) -> None:
    found = done(user(), bot("One moment.", custom={"handoff": handoff}))
    assert found.handoff == Wanted() and found.odd


@pytest.mark.parametrize("event", [action("action_handoff"), {"event": "pause"}])
def test_action_and_pause_ask_for_people(event: dict[str, Any]) -> None:
    assert done(user("ask_person"), event).handoff == Wanted(by_customer=True)
    assert done(user("crew"), event).handoff == Wanted()


def test_nothing_is_missed_where_one_of_two_inputs_was_understood() -> None:
    missed = (user("nlu_fallback"), action("action_default_fallback"))
    assert done(*missed).missed and done(*missed, *missed).missed
    assert not done(*missed, user("greet")).missed
    assert not done(*missed).intents, "the fallback is no intent"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["title", "payload", "url", "image", "cards", "buttons", "handoff", "team", "priority", "src"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_a_project_writes_is_shown_or_left_out(buttons: Any, image: Any, attachment: Any, custom: Any) -> None:
    found = done(user(), bot("x", buttons=buttons, image=image, attachment=attachment, custom=custom))
    for reply in found.replies:
        check_cards(reply.cards)
        for button in reply.buttons:
            check_button(button)


@given(st.text(alphabet=st.sampled_from("/\\ \t\n\r\v\f\u00a0\u2028\u200b\ufeffa{}@\"'∕ё😀"), max_size=12))
def test_words_never_reach_rasa_as_a_command(text: str) -> None:
    assert not plain(text).strip().startswith("/")


def test_words_are_kept_where_no_slash_begins_them() -> None:
    assert plain(" 5/7, кв. 3 ") == "5/7, кв. 3"
    assert plain("/start") == "start" and plain("///") == "∕" and plain("  ") == ""


@pytest.mark.parametrize(
    ("choice", "said"),
    [("/greet", "/greet"), ("/price", "/price"), ("/restart", ""), ("/back", ""), ("/session_start", ""), ("/nobody", ""),
     ("/greet@0.9", ""), ('/greet{"phone": "1"}', ""), ('/price{"plan": "x"}', '/price{"plan": "x"}'), ("Yes", "Yes"),
     ("/greet /price", ""), ("", "")],
)  # fmt: skip
def test_press_is_passed_on_where_it_was_offered(choice: str, said: str) -> None:
    offered = events(bot("x", buttons=[{"title": "X", "payload": '/price{"plan": "x"}'}]))
    assert pressed(choice, offered, DOMAIN) == said


def test_press_of_a_card_is_known() -> None:
    payload = '/price{"plan": "x"}'
    offered = events(bot(custom={"cards": [{"title": "X", "buttons": [{"title": "Y", "payload": payload}]}]}))
    assert pressed(payload, offered, DOMAIN) == payload


def test_press_that_nobody_offered_is_read_by_its_words() -> None:
    found = batches((TurnInput(seq=3, text="How much?", choice='/price{"plan": "x"}'),), (), DOMAIN)
    assert [(one.seq, one.message, one.words) for one in found] == [(3, "How much?", "How much?")]


def test_texts_in_a_row_are_one_and_presses_stand_alone() -> None:
    inputs = (TurnInput(seq=1, text="how"), TurnInput(seq=2, text="much"), TurnInput(seq=3, text="Hi", choice="/greet"),
              TurnInput(seq=4, text="👍"), TurnInput(seq=5, text="thanks"))  # fmt: skip
    found = runs(batches(inputs, (), DOMAIN))
    assert [[one.seq for one in run] for run in found] == [[1, 2], [3], [5]]
    assert joined(found[0]).message == "how\nmuch" and joined(found[0]).seq == 2


@pytest.mark.parametrize(
    ("text", "nod"),
    [("👍", True), ("🙏🏻 🙏", True), ("😡", False), ("...", False), ("?", False), ("ok", False), ("", False)],
)
def test_nod_is_nothing_but_assent(text: str, nod: bool) -> None:
    assert is_nod(text) is nod


def spoken_for(name: str, **slots: Any) -> Channel:
    offered = (
        Variation(text="Price: {sum}"), Variation(text="*{sum}*", channel="telegram"),
        Variation(text="It is {sum}.", channel="twilio_voice"),
        Variation(text="Nothing.", channel="telegram", condition=[{"type": "slot", "name": "sum", "value": "0"}]),
    )  # fmt: skip
    return Channel(name, "en", Domain(responses={"utter_price": offered}), slots)


def said_on(channel: Channel, action: str = "utter_price") -> tuple[str, str]:
    event = bot("Price: 5") | {"metadata": {"utter_action": action}}
    reply = read(events(user(), event), channel=channel).replies[0]
    return reply.text, reply.spoken


def test_channel_gets_its_own_variation() -> None:
    assert said_on(spoken_for("webchat", sum="5")) == ("Price: 5", "")
    assert said_on(spoken_for("telegram", sum="5")) == ("*5*", "")
    assert said_on(spoken_for("telegram", sum="5"), action="utter_other") == ("Price: 5", "")


def test_call_says_its_variation_and_the_thread_shows_what_is_written() -> None:
    text, spoken = said_on(spoken_for("voice", sum="5"))
    assert text == "Price: 5" and spoken.startswith("It is")
    assert said_on(spoken_for("voice", sum="5"), action="utter_other")[1], "without one it is made speakable"


def test_projects_own_words_are_used_in_their_language() -> None:
    def of(text: str, value: str) -> Variation:
        return Variation(text=text, condition=[{"type": "slot", "name": "language", "value": value}])

    domain = Domain(
        responses={"utter_title_price": (of("Цена", "ru"), of("Price", "en")), "utter_plain": (Variation("x"),)}
    )
    assert titles(domain, ["price", "greet"], "ru") == {"price": "Цена"}
    found = wording(domain, "utter_plain", "de")
    assert found is not None and found.text == "x"
    assert wording(domain, "utter_title_price", "de") is None
