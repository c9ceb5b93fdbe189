"""The training process: ``python -m bot.worker CONTENT TARGET``.

Reads the content folder, trains, writes the artifact, and prints one JSON line: ``Done``, or ``Failed`` with exit code
2 where the content is at fault. Nothing else imports scipy.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bot.content import Content, ContentError, Finding, Loaded, read_content
from bot.evaluation.results import Short
from bot.nlu.entities import Annotated
from bot.testing.results import Results
from bot.testing.stories import WrittenStory, read_stories
from gateway.beside import end_with_parent
from gateway.faults import Fault
from gateway.language import clean, words

# Numerical libraries read these when they are imported, which happens in ``train``.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


PROGRESS = b"progress "
"""Begins a line of the error output that tells the stage and how much of the whole is done."""


def tell(stage: str, done: float) -> None:
    """Tells whoever started this process how far it is."""
    sys.stderr.buffer.write(PROGRESS + f"{stage} {done}\n".encode())
    sys.stderr.buffer.flush()


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """What was trained and measured; the fields of ``gateway.ports.TrainingReport`` and more. ``tests``: how the content's
    own test conversations went, None where it has none; ``evaluation``: what cross-validation says of it."""

    version: str
    intents: int
    examples: int
    accuracy: float
    out_of_scope_threshold: float
    seconds: float
    findings: tuple[Finding, ...]
    tests: Results | None = None
    evaluation: Short | None = None


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """Why the content can't be trained, and where."""

    fault: Fault
    file: str = ""
    line: int = 0


def train(content: Path, target: Path) -> Done | Failed:
    """Trains the folder into the file."""
    started = time.monotonic()
    tell("read", 0.0)
    try:
        loaded = read_content(content)
        stories, passed_over = read_stories(content)
    except ContentError as error:
        return Failed(fault=error.what, file=error.file, line=error.line)
    loaded = msgspec.structs.replace(loaded, findings=(*loaded.findings, *passed_over))
    return _fit(loaded, target, started, stories)


def _fit(loaded: Loaded, target: Path, started: float, stories: tuple[WrittenStory, ...]) -> Done | Failed:
    from bot import artifact
    from bot.content.spoken import phrases_of
    from bot.evaluation.figures import from_logits, short
    from bot.nlu.entities import learn_roles
    from bot.nlu.lexicon import Lexicon
    from bot.nlu.train import NotTrainable, train
    from bot.testing.running import run_stories

    content = loaded.content
    labelled = _labelled(content)
    tell("learn", 0.3)
    try:
        model, measured = train([tokens for _, tokens, _ in labelled], [intent for _, _, intent in labelled])
    except NotTrainable as error:
        return Failed(fault=error.fault)
    meta = artifact.Meta(
        format=artifact.FORMAT,
        version=content.version,
        content=content.without_examples(),
        intents=model.intents,
        unseen=model.unseen,
        calibration=model.calibration,
        vocabulary=Lexicon.of([tokens for _, tokens, _ in labelled]).vocabulary,
        annotated=_annotated(content),
        cues=learn_roles(_placed(content)),
        phrases=phrases_of(content),
    )
    artifact.write(target, meta, model)
    tell("test", 0.9)
    tests = asyncio.run(run_stories(artifact.read(target), stories)) if stories else None
    return Done(
        version=content.version,
        intents=len(model.intents),
        examples=measured.examples,
        accuracy=round(measured.accuracy, 4),
        out_of_scope_threshold=round(model.calibration.threshold, 4),
        seconds=round(time.monotonic() - started, 3),
        findings=loaded.findings,
        tests=tests,
        evaluation=short(
            from_logits(
                model.intents,
                [labelled[row][0] for row in measured.held_out.rows],
                measured.held_out.truth,
                measured.held_out.logits,
                model.calibration,
            )
        ),
    )


def _labelled(content: Content) -> list[tuple[str, list[str], str]]:
    """Every example that has words, with them and its intent."""
    found = [(one.text, words(clean(one.text)), intent.name) for intent in content.intents for one in intent.examples]
    return [one for one in found if one[1]]


def _annotated(content: Content) -> tuple[tuple[str, str, str], ...]:
    """Every annotated spelling of a declared entity, with what it stands for."""
    found = {
        (mark.entity, mark.text, mark.value)
        for intent in content.intents
        for example in intent.examples
        for mark in example.marks
        if mark.entity in content.entities
    }
    return tuple(sorted(found))


def _placed(content: Content) -> Iterator[Annotated]:
    """Every annotated piece that has a role or a group, where it stands in its example."""
    for intent in content.intents:
        for example in intent.examples:
            end = 0
            for mark in example.marks:
                start = example.text.index(mark.text, end)
                end = start + len(mark.text)
                yield Annotated(example.text, mark.entity, start, end, mark.role, mark.group)


def main() -> int:
    """The process's whole life."""
    if len(sys.argv) != 3:
        sys.stderr.write("usage: python -m bot.worker CONTENT TARGET\n")
        return 64
    end_with_parent()
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    # Customers are answered first.
    with contextlib.suppress(OSError):
        os.nice(10)
    result = train(Path(sys.argv[1]), Path(sys.argv[2]))
    sys.stdout.buffer.write(msgspec.json.encode(result) + b"\n")
    return 0 if isinstance(result, Done) else 2


if __name__ == "__main__":
    raise SystemExit(main())
