"""A small salon's content, and the bot trained on it once for all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from bot import artifact, worker

# A slow machine is no failure.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

SALON = Path(__file__).parent / "salon"


@pytest.fixture
def salon(tmp_path: Path) -> Path:
    """A copy of the salon's content that a test may change."""
    return Path(shutil.copytree(SALON, tmp_path / "salon"))


@pytest.fixture(scope="session")
def salon_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained salon as a file."""
    target = tmp_path_factory.mktemp("bots") / "salon.bot"
    done = worker.train(SALON, target)
    assert isinstance(done, worker.Done), done
    return target


@pytest.fixture(scope="session")
def salon_bot(salon_artifact: Path) -> artifact.Bot:
    """The trained salon, loaded."""
    return artifact.read(salon_artifact)
