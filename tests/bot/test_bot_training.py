"""Training in a process of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bot import artifact, trainer
from bot.content import ContentError, read_content
from bot.training import TrainingFailed, WorkerTrainer
from gateway.ports import BotTrainer


def children() -> list[int]:
    """Training processes that live; a database of other tests may be a child of ours, too."""
    mine = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child.pid for child in mine if "bot.worker" in child.cmdline()]


def test_training_writes_a_bot_and_reports(salon: Path, tmp_path: Path) -> None:
    port: BotTrainer = trainer()
    report = asyncio.run(port.train(str(salon), str(tmp_path / "salon.bot")))
    assert (report.intents, report.examples) == (8, 78)
    assert 0.5 < report.accuracy <= 1 and report.seconds > 0
    bot = artifact.read(tmp_path / "salon.bot")
    assert bot.version == read_content(salon).content.version


def test_the_same_content_gives_the_same_bytes_in_any_process(
    salon: Path, salon_artifact: Path, tmp_path: Path
) -> None:
    trained = asyncio.run(trainer().train(str(salon), str(tmp_path / "again.bot")))
    assert (tmp_path / "again.bot").read_bytes() == salon_artifact.read_bytes()
    assert any("utter_ask_service" in finding.text for finding in trained.findings)


@pytest.mark.parametrize("threads", ["1", "8"])
@pytest.mark.parametrize("kernel", ["Nehalem", "Sandybridge", "Haswell"])
def test_neither_threads_nor_the_processor_s_kernels_change_a_byte(
    salon: Path, salon_artifact: Path, tmp_path: Path, kernel: str, threads: str
) -> None:
    """A BLAS sums in the order of the kernel that it takes for the processor, or is told to take."""
    told = {"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    code = "import sys; from pathlib import Path; from bot import worker; worker.train(*map(Path, sys.argv[1:]))"
    target = tmp_path / "elsewhere.bot"
    subprocess.run([sys.executable, "-c", code, str(salon), str(target)], env={**os.environ, **told}, check=True)
    assert target.read_bytes() == salon_artifact.read_bytes()


def test_a_mistake_in_content_comes_back_with_file_and_line(salon: Path, tmp_path: Path) -> None:
    (salon / "nlu" / "wrong.yml").write_text("nlu:\n- intent: nobody\n  examples: |\n    - x\n")
    with pytest.raises(ContentError) as caught:
        asyncio.run(trainer().train(str(salon), str(tmp_path / "salon.bot")))
    assert (caught.value.file, caught.value.line) == ("nlu/wrong.yml", 2)
    assert not (tmp_path / "salon.bot").exists()


def test_content_without_examples_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents: [a, b]\n")
    with pytest.raises(ContentError, match="second intent"):
        asyncio.run(trainer().train(str(tmp_path), str(tmp_path / "x.bot")))


def test_a_target_that_cannot_be_written_is_a_failure(salon: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="No such file"):
        asyncio.run(trainer().train(str(salon), str(tmp_path / "none" / "x.bot")))


def test_cancelling_kills_the_process_and_leaves_nothing(salon: Path, tmp_path: Path) -> None:
    async def journey() -> None:
        training = asyncio.create_task(trainer().train(str(salon), str(tmp_path / "x.bot")), name="training")
        while not children() and not training.done():
            await asyncio.sleep(0)
        training.cancel()
        with pytest.raises(asyncio.CancelledError):
            await training

    asyncio.run(journey())
    assert children() == []
    assert [name for name in os.listdir(tmp_path) if "bot" in name] == []


def test_a_training_that_takes_too_long_is_stopped(salon: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="longer than"):
        asyncio.run(WorkerTrainer(max_seconds=0).train(str(salon), str(tmp_path / "x.bot")))
    assert children() == []
