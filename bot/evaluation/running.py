"""Training for the sake of measuring: cross-validation, and messages that training never saw. Heavy: imports scipy."""

from __future__ import annotations

import time

from bot.content.errors import ContentError
from bot.evaluation.figures import figures, from_logits, from_reader
from bot.evaluation.results import Evaluation
from bot.evaluation.sets import OUTSIDE, Labelled
from bot.nlu.lexicon import Lexicon
from bot.nlu.reader import Reader
from bot.nlu.train import NotTrainable, train
from gateway.language import clean, words


def evaluate(
    name: str, examples: Labelled, held: Labelled, *, threshold: float, held_name: str = ""
) -> Evaluation:  # fmt: skip
    """Raises ``ContentError`` where the examples can't be learned from. Messages of ``held`` whose intent is none of the
    examples' are out of scope."""
    started = time.monotonic()
    told = [(text, words(clean(text)), intent) for text, intent in examples if intent not in OUTSIDE]
    told = [one for one in told if one[1]]
    try:
        model, measured = train([tokens for _, tokens, _ in told], [intent for _, _, intent in told])
    except NotTrainable as error:
        raise ContentError(error.fault, file=name) from error
    seconds = time.monotonic() - started
    crossed = from_logits(
        model.intents, [told[row][0] for row in measured.held_out.rows], measured.held_out.truth,
        measured.held_out.logits, model.calibration,
    )  # fmt: skip
    reader = Reader(model, Lexicon.of([tokens for _, tokens, _ in told]))
    return Evaluation(
        name=name, intents=len(model.intents), examples=len(told), seconds=round(seconds, 2), held_name=held_name,
        crossed=figures(crossed, threshold=threshold),
        held=figures(from_reader(reader, held), threshold=threshold) if held else None,
    )  # fmt: skip
