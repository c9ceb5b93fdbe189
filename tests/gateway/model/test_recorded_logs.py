"""Recorded conversations: what ``fold`` makes of them is kept, and the front end replays the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.model.events import TAGS, Entry, tag_of
from gateway.model.fold import fold_all
from gateway.model.state import Status
from tests.support.histories import CONVERSATION
from tests.support.record_logs import FOLDER, SCENARIOS, render

FILES = sorted(FOLDER.glob("*.json"))


def read(file: Path) -> tuple[list[Entry], dict[str, Any]]:
    found = json.loads(file.read_text())
    return msgspec.convert(found["entries"], list[Entry]), found["state"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_fold_makes_the_recorded_state_of_the_recorded_log(file: Path) -> None:
    entries, state = read(file)

    folded = fold_all(entries, conversation=CONVERSATION)

    assert json.loads(msgspec.json.encode(folded)) == state


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_the_story_still_makes_the_recorded_log(scenario: Any) -> None:
    """Where this fails on purpose: ``python -m tests.support.record_logs``, and look at the difference."""
    assert (FOLDER / f"{scenario.__name__}.json").read_text() == render(scenario())


def test_every_file_has_its_story() -> None:
    assert [file.stem for file in FILES] == sorted(scenario.__name__ for scenario in SCENARIOS)


def test_the_stories_show_every_event_and_end_in_every_status() -> None:
    logs = [read(file) for file in FILES]
    shown = {tag_of(entry.event) for entries, _ in logs for entry in entries}

    assert shown == TAGS
    assert {state.get("status", "pending") for _, state in logs} == {status.value for status in Status}
