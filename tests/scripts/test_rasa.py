"""Building Rasa's environment and training: what is found, what is made anew, what is said where it can't be."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.rasa import building
from scripts.rasa.training import data_of, digest_of, domain_of, files_of
from tests.bot.stories import LANTERN

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without any Python, and a cache of its own."""
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


FIT = "#!/bin/sh\nexit 0\n"
UNFIT = "#!/bin/sh\necho 'the command exists in these versions' >&2\nexit 127\n"


def test_without_python_it_is_said_how_to_get_one(bare: Path) -> None:
    assert building.interpreter() is None
    with pytest.raises(building.CannotBuild, match="pyenv install"):
        building.ensure(lambda line: None)
    assert building.built() is None


def test_shim_without_a_version_behind_it_is_passed_over(bare: Path) -> None:
    executable(bare / "bin" / "python3.10", UNFIT)
    found = executable(bare / ".pyenv" / "versions" / "3.10.13" / "bin" / "python3.10", FIT)
    assert building.interpreter() == found


def test_python_on_the_path_goes_first(bare: Path) -> None:
    executable(bare / ".pyenv" / "versions" / "3.10.13" / "bin" / "python3.10", FIT)
    found = executable(bare / "bin" / "python3.10", FIT)
    assert building.interpreter() == found


def test_environment_that_was_not_finished_is_none(bare: Path) -> None:
    executable(building.home() / "bin" / "python", FIT)
    assert building.built() is None
    (building.home() / building.READY).write_text("")
    assert building.built() == building.home() / "bin" / "python"


def _hold(target: Path, begun: multiprocessing.Queue[str], told: multiprocessing.Queue[str]) -> None:
    begun.put("begun")
    with building.only_one(target):
        told.put("in")
        told.put("out")


def test_two_builders_of_one_thing_wait_for_one_another(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    begun: multiprocessing.Queue[str] = context.Queue()
    told: multiprocessing.Queue[str] = context.Queue()
    target = tmp_path / "cache" / "environment"
    with building.only_one(target):
        other = context.Process(target=_hold, args=(target, begun, told))
        other.start()
        assert begun.get(timeout=60) == "begun"
        assert told.empty()
    other.join(60)
    assert (told.get(timeout=10), told.get(timeout=10), other.exitcode) == ("in", "out", 0)


def test_lock_names_no_registry_and_pins_every_package() -> None:
    lines = building.LOCK.read_text("utf-8").splitlines()
    assert f"rasa=={building.VERSION}" in lines
    assert all("==" in line and "//" not in line and "--" not in line for line in lines if line)


def test_digest_is_of_what_is_trained_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents: [a]\n")
    before = digest_of(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_stories.yml").write_text("stories: []\n")
    (tmp_path / "business.toml").write_text("slug = 'a'\n")
    assert digest_of(tmp_path) == before
    (tmp_path / "domain.yml").write_text("intents: [b]\n")
    assert digest_of(tmp_path) != before


def test_projects_data_is_what_is_nothing_else(tmp_path: Path) -> None:
    assert data_of(LANTERN) == ["nlu", "rules.yml"] and domain_of(LANTERN) == "domain.yml"
    assert all("tests" not in path.parts for path in files_of(LANTERN))
    (tmp_path / "data").mkdir()
    (tmp_path / "domain").mkdir()
    assert data_of(tmp_path) == ["data"] and domain_of(tmp_path) == "domain"


def test_command_line_tells_what_is_missing_in_words(bare: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.rasa", "build"], cwd=CHECKOUT, env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "Python 3.10" in done.stderr and "Traceback" not in done.stderr
