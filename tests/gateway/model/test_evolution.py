"""Releases read one another: every shape ever released decodes for ever, and what is newer breaks nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.model import events
from gateway.model.events import (
    TAGS,
    CustomerMessage,
    Entry,
    Redacted,
    Unrecognized,
    decode_event,
    encode_event,
    tag_of,
)
from gateway.model.fold import fold
from tests.support.events import PLAIN, choices, full, minimal
from tests.support.histories import CONVERSATION, begun, owned
from tests.support.record_events import FOLDER, meaning, shapes

RELEASED = [
    (file.stem, number, json.loads(text))
    for file in sorted(FOLDER.glob("v*.jsonl"))
    for number, text in enumerate(file.read_text().splitlines(), start=1)
]


@pytest.mark.parametrize("released", RELEASED, ids=lambda r: f"{r[0]}:{r[1]}:{r[2]['type']}")
def test_what_was_released_means_the_same_for_ever(released: tuple[str, int, dict[str, Any]]) -> None:
    _, _, shape = released

    event = decode_event(json.dumps(shape["wire"]))

    assert type(event) is getattr(events, shape["type"])
    now = meaning(event)
    assert {name: now[name] for name in shape["means"]} == shape["means"]


def test_every_shape_of_today_is_among_the_released() -> None:
    """A new type or field needs a new fixture: ``python -m tests.support.record_events v<n>``."""
    released = [shape["wire"] for _, _, shape in RELEASED]

    assert [
        json.loads(encode_event(event)) for event in shapes() if json.loads(encode_event(event)) not in released
    ] == []


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_every_event_reads_as_it_was_written(kind: Any) -> None:
    for event in (minimal(kind), *(full(kind, choice=n) for n in range(choices(kind)))):
        assert decode_event(encode_event(event)) == event
        assert decode_event(encode_event(Redacted(shell=event))) == Redacted(shell=event)


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_fields_that_a_newer_release_added_are_passed_over(kind: Any) -> None:
    event = full(kind)
    newer = json.loads(encode_event(event)) | {"added_later": {"deep": [1]}}

    assert decode_event(json.dumps(newer)) == event


@pytest.mark.parametrize(
    "body",
    [
        {"type": "hologram_started", "leg": "leg-1"},
        {"type": "hologram_started", "shell": "not an event"},
        {"type": "redacted", "shell": {"type": "hologram_started", "leg": "leg-1"}},
    ],
)
def test_a_tag_of_a_newer_release_is_unrecognized(body: dict[str, Any]) -> None:
    assert decode_event(json.dumps(body)) == Unrecognized(tag="hologram_started")


def test_an_unrecognized_event_takes_its_place_and_changes_nothing() -> None:
    for history in (begun(), owned()):
        before = history.state

        history.append(Unrecognized(tag="hologram_started"))

        assert history.state == msgspec.structs.replace(before, seq=before.seq + 1, updated_at=history.now)


def test_an_unrecognized_event_travels_under_its_own_tag() -> None:
    event = Unrecognized(tag="hologram_started")

    assert decode_event(encode_event(event)) == event


@pytest.mark.parametrize(
    "body",
    [
        {"type": "customer_message"},
        {"type": "rated", "score": "five"},
        {"type": "redacted", "shell": {"type": "rated"}},
        {"type": "redacted", "shell": {}},
        {"type": "redacted"},
        {"no": "type"},
    ],
)
def test_a_known_tag_with_a_broken_body_is_an_error_and_not_overlooked(body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_event(json.dumps(body))


def test_tags_are_snake_case_and_one_for_each_type() -> None:
    assert len(TAGS) == len(PLAIN) + 2
    assert all(tag.isascii() and tag.replace("_", "").islower() for tag in TAGS)


def test_a_log_begins_with_its_start_and_has_no_gaps() -> None:
    start, message = begun().entries

    with pytest.raises(ValueError, match="does not begin"):
        fold(None, message, conversation=CONVERSATION)
    with pytest.raises(ValueError, match="gap"):
        fold(begun().state, message, conversation=CONVERSATION)
    with pytest.raises(ValueError, match="middle of a log"):
        fold(begun().state, msgspec.structs.replace(start, seq=3), conversation=CONVERSATION)


def test_an_event_is_small_on_disk() -> None:
    event = CustomerMessage(text="Hi", endpoint=begun().state.endpoint)

    assert json.loads(encode_event(event)).keys() == {"type", "text", "endpoint"}
    assert tag_of(event) == "customer_message"


def test_an_entry_of_the_wire_is_the_entry_of_the_log() -> None:
    for entry in owned().entries:
        assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


def test_the_fixtures_are_there() -> None:
    assert Path(FOLDER / "v1.jsonl").exists()
    assert len(RELEASED) >= 2 * len(PLAIN)
