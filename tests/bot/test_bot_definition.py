"""A bot's form and the one definition: there and back again nothing is lost."""

from __future__ import annotations

from bot.content.definition import form_of, steps_of
from bot.content.types import Content, Field, Form, Variation
from gateway.model import forms

TRIP = Form(
    name="trip",
    fields=(
        Field(slot="people", kind="number", least=1, most=9, words=("people", "guests")),
        Field(slot="when", kind="datetime", invalid="utter_when"),
        Field(slot="class", kind="choice", choices=("first", "second")),
        Field(slot="phone", kind="phone"),
    ),
    tries=2,
)
CONTENT = Content(
    forms={"trip": TRIP},
    responses={
        "utter_ask_people": (Variation(text="How many are you?"),),
        "utter_ask_trip_when": (Variation(text="When do you leave?"),),
    },
)


def test_people_are_led_through_what_the_bot_asks() -> None:
    steps = steps_of(TRIP, CONTENT)
    forms.check_steps(steps)
    assert [step.say for step in steps] == ["How many are you?", "When do you leave?", "", ""]
    assert forms.judge(steps, {"people": "2", "when": "at noon", "class": "first", "phone": "+44 20 7946 0000"}) == {
        "people": "2", "when": "at noon", "class": "first", "phone": "+442079460000",
    }  # fmt: skip


def test_there_and_back_a_form_is_what_it_was() -> None:
    assert form_of("trip", steps_of(TRIP, CONTENT), before=TRIP) == TRIP


def test_a_definition_becomes_a_form_of_the_bot() -> None:
    steps = (
        forms.Step(name="one", title="One", fields=(forms.Field(name="story", label="Story", kind="long_text"),)),
        forms.Step(name="two", title="Two", fields=(forms.Field(name="mail", label="Mail", kind="email"),)),
    )
    made = form_of("complaint", steps)
    assert [(one.slot, one.kind) for one in made.fields] == [("story", "text"), ("mail", "email")]
