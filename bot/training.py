"""Training in a process of its own, so that neither its memory nor its minutes are the server's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from bot.content.errors import ContentError, Finding
from bot.evaluation.results import Short
from bot.files import beside_of
from bot.testing.results import Results
from bot.worker import PROGRESS, Done, Failed
from gateway import beside
from gateway.errors import NotTrained
from gateway.faults import training as faults
from gateway.ports import Progress, TrainingReport

MAX_SECONDS = 900.0
_results = msgspec.json.Decoder(Done | Failed)


class TrainingFailed(NotTrained):
    """The worker broke or took too long; the text says which, and what it last wrote."""


class Trained(TrainingReport, frozen=True, kw_only=True):
    """A report with the version that was trained, what of the content isn't honoured, how its tests went, and what
    cross-validation says of it."""

    version: str
    findings: tuple[Finding, ...] = ()
    tests: Results | None = None
    evaluation: Short | None = None


class WorkerTrainer:
    """A ``gateway.ports.BotTrainer``. Cancelling ``train`` kills its process; the target is whole or untouched."""

    def __init__(self, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds

    async def train(self, content: str, target: str, *, progress: Progress | None = None) -> Trained:
        """Trains the folder ``content`` into the file ``target``.

        Raises ``ContentError`` (file, line, what to do) or ``TrainingFailed``.
        """
        folder, file = str(Path(content).absolute()), str(Path(target).absolute())
        process = await beside.start("bot.worker", folder, file, PYTHONHASHSEED="0")
        try:
            async with asyncio.timeout(self._max_seconds):
                output, complaint = await asyncio.gather(_read(process.stdout), _tell(process, progress))
                await process.wait()
        except TimeoutError as error:
            raise TrainingFailed(faults.TOO_LONG(seconds=round(self._max_seconds))) from error
        finally:
            await beside.end(process)
            beside_of(Path(target), process.pid).unlink(missing_ok=True)
        return _report(output, complaint, process.returncode)


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    assert stream is not None
    return await stream.read()


async def _tell(process: asyncio.subprocess.Process, progress: Progress | None) -> bytes:
    """Passes on how far it is; what else the process writes beside its result, returned."""
    assert process.stderr is not None
    written = b""
    async for line in process.stderr:
        if line.startswith(PROGRESS):
            stage, _, done = line.removeprefix(PROGRESS).decode().strip().partition(" ")
            if progress is not None:
                progress(stage, float(done))
        else:
            written = (written + line)[-4_000:]
    return written


def _report(output: bytes, complaint: bytes, code: int | None) -> Trained:
    try:
        result = _results.decode(output)
    except msgspec.DecodeError as error:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        if not last:
            raise TrainingFailed(faults.DIED(status=code or 0)) from error
        raise TrainingFailed(faults.BROKE(status=code or 0, said=last[0][:300])) from error
    if isinstance(result, Failed):
        raise ContentError(result.fault, file=result.file, line=result.line)
    return Trained(
        intents=result.intents,
        examples=result.examples,
        accuracy=result.accuracy,
        out_of_scope_threshold=result.out_of_scope_threshold,
        seconds=result.seconds,
        version=result.version,
        findings=result.findings,
        tests=result.tests,
        evaluation=result.evaluation,
    )
