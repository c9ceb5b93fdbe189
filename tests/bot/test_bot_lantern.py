"""The example business: its own end-to-end stories, and how well it is understood.

Floors: the figures of ``benchmarks.nlu`` when they were set, less about three points (of 384 held-out messages in
scope, one point is four messages) so that a better worded example doesn't break the build and a broken feature does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.nlu import lantern
from bot import worker
from bot.content import read_content
from bot.testing.stories import read_stories

LANTERN = Path(__file__).parents[2] / "examples" / "lantern"
FLOORS = {
    "lantern.ru.accuracy": 0.90,
    "lantern.en.accuracy": 0.90,
    "lantern.ru.slips": 0.87,
    "lantern.en.slips": 0.87,
    "lantern.ru.layout": 0.88,
    "lantern.ru.translit": 0.86,
    "lantern.far": 0.90,
    "lantern.near": 0.75,
    "lantern.auroc": 0.95,
    "lantern.answered": 0.80,
    "lantern.asked_with_right_button": 0.90,
}
CEILINGS = {"lantern.answered_wrong": 0.035, "lantern.outside_answered": 0.10}


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return lantern(1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> worker.Done:
    done = worker.train(LANTERN, tmp_path_factory.mktemp("lantern") / "lantern.bot")
    assert isinstance(done, worker.Done)
    return done


def test_every_story_goes_as_it_is_written(trained: worker.Done) -> None:
    assert trained.tests is not None and trained.tests.all >= 40
    assert [one for one in trained.tests.stories if not one.passed] == []


def test_stories_are_told_in_both_languages() -> None:
    stories, passed_over = read_stories(LANTERN)
    told = [story.locale for story in stories]
    assert min(told.count("ru"), told.count("en")) >= 15 and not passed_over


@pytest.mark.parametrize("name", FLOORS)
def test_held_out_messages_reach_the_floor(figures: dict[str, float], name: str) -> None:
    assert figures[name] >= FLOORS[name]


@pytest.mark.parametrize("name", CEILINGS)
def test_mistakes_stay_below_the_ceiling(figures: dict[str, float], name: str) -> None:
    assert figures[name] <= CEILINGS[name]


def test_all_but_rasas_own_settings_is_honoured() -> None:
    assert [finding.file for finding in read_content(LANTERN).findings] == ["config.yml"]
