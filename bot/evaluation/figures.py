"""Figures of how messages were understood. Pure; numpy and nothing heavier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.dialogue.heard import TOO_CLOSE, is_close
from bot.evaluation.results import Bin, Confusion, Figures, Foreign, IntentFigures, Matrix, Point, Short
from bot.nlu.model import Calibration
from bot.nlu.reader import Reader

POINTS = 41
BINS = 10
MOST_CONFUSIONS = 30
MOST_EXAMPLES = 3
MOST_INTENTS = 500
"""Of more intents a training reports those that are understood worst."""
MOST_SHOWN = 40
"""Rows of a confusion matrix that a person can still read."""
FALSE_REJECTION = 0.05
NONE = -1

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """Messages as a model took them. ``truth`` and ``taken``: places in ``intents``, or ``NONE``; ``confidence`` of ``taken``;
    ``barred``: never answered, because it is taken for one of no intent, or another intent is nearly as likely; ``level``:
    the out-of-scope score, low where foreign."""

    intents: tuple[str, ...]
    texts: tuple[str, ...]
    truth: Ints
    taken: Ints
    confidence: Floats
    barred: Bools
    level: Floats

    def where(self, kept: Bools) -> Scored:
        texts = tuple(text for text, keep in zip(self.texts, kept, strict=True) if keep)
        return Scored(
            self.intents, texts, self.truth[kept], self.taken[kept], self.confidence[kept], self.barred[kept],
            self.level[kept],
        )  # fmt: skip


def from_logits(
    intents: Sequence[str], texts: Sequence[str], truth: Ints, logits: Floats, calibration: Calibration
) -> Scored:  # fmt: skip
    """Of cross-validation: ``logits`` are messages × intents, and what the model's calibration makes of them."""
    taken = logits.argmax(axis=1).astype(np.intp)
    ordered = np.sort(logits, axis=1)[:, -2:]
    confidence = np.array(
        [calibration.confidences([float(best), float(second)])[:2] for second, best in ordered]
    ).reshape(-1, 2)
    level = ordered[:, 1]
    return Scored(
        tuple(intents), tuple(texts), truth, taken, confidence[:, 0], (level < calibration.outside) | (confidence[:, 1] > TOO_CLOSE * confidence[:, 0]), level
    )  # fmt: skip


def from_reader(reader: Reader, labelled: Sequence[tuple[str, str]]) -> Scored:
    """Of messages with their intents, as the bot itself reads them; an intent that it doesn't have is none."""
    intents = reader.model.intents
    places = {name: at for at, name in enumerate(intents)}
    readings = [reader.read(text) for text, _ in labelled]
    return Scored(
        intents,
        tuple(text for text, _ in labelled),
        np.array([places.get(intent, NONE) for _, intent in labelled], dtype=np.intp),
        np.array([places[one.intents[0][0]] if one.intents else NONE for one in readings], dtype=np.intp),
        np.array([one.confidence for one in readings]),
        np.array([one.outside or is_close(one) for one in readings], dtype=np.bool_),
        np.array([max(one.level, -1e6) for one in readings]),
    )


def short(scored: Scored) -> Short:
    """What a training reports."""
    inside = scored.where(scored.truth != NONE)
    intents = sorted(_intents(inside), key=lambda one: one.f1)[:MOST_INTENTS]
    return Short(
        curve=_curve(inside), intents=tuple(sorted(intents, key=lambda one: one.intent)), confusions=_confusions(inside),
        ece=_error(_bins(inside)),
    )  # fmt: skip


def figures(scored: Scored, *, threshold: float) -> Figures:
    """All of it. ``threshold``: the confidence from which the bot answers."""
    inside, foreign = scored.where(scored.truth != NONE), scored.where(scored.truth == NONE)
    bins, now = _bins(inside), _point(inside, threshold)
    return Figures(
        messages=len(inside.texts), accuracy=_share(inside.taken == inside.truth), threshold=threshold,
        answered=now[1], wrong=now[2], asked=now[3], ece=_error(bins), curve=_curve(inside), bins=bins,
        intents=_intents(inside), confusions=_confusions(inside), matrix=_matrix(inside),
        foreign=_foreign(inside, foreign, threshold) if foreign.texts else None,
    )  # fmt: skip


def _share(which: Bools) -> float:
    return round(float(which.mean()), 4) if len(which) else 0.0


def _answered(scored: Scored, threshold: float) -> Bools:
    found: Bools = ~scored.barred & (scored.taken != NONE) & (scored.confidence >= threshold)
    return found


def _point(scored: Scored, threshold: float) -> Point:
    answered, right = _answered(scored, threshold), scored.taken == scored.truth
    rightly, wrongly = _share(answered & right), _share(answered & ~right)
    return round(threshold, 4), rightly, wrongly, round(max(0.0, 1 - rightly - wrongly), 4)


def _curve(scored: Scored) -> tuple[Point, ...]:
    return tuple(_point(scored, at / (POINTS - 1)) for at in range(POINTS))


def _intents(scored: Scored) -> tuple[IntentFigures, ...]:
    """Every intent that was measured, by name."""
    count = len(scored.intents)
    right = np.bincount(scored.truth[scored.taken == scored.truth], minlength=count)
    meant = np.bincount(scored.truth, minlength=count)
    taken = np.bincount(scored.taken[scored.taken != NONE], minlength=count)
    return tuple(
        IntentFigures(
            intent=name, examples=int(meant[at]), recall=_part(right[at], meant[at]), precision=_part(right[at], taken[at])
        )
        for at, name in enumerate(scored.intents)
        if meant[at]
    )  # fmt: skip


def _part(some: int, all_of_them: int) -> float:
    return round(float(some) / float(all_of_them), 4) if all_of_them else 0.0


def _confusions(scored: Scored) -> tuple[Confusion, ...]:
    """The most frequent ones first; of each the messages in which the bot was surest."""
    found: dict[tuple[int, int], list[int]] = {}
    for at in np.flatnonzero((scored.taken != scored.truth) & (scored.taken != NONE)):
        found.setdefault((int(scored.truth[at]), int(scored.taken[at])), []).append(int(at))
    worst = sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))[:MOST_CONFUSIONS]
    return tuple(
        Confusion(
            truth=scored.intents[truth], taken_for=scored.intents[taken], count=len(rows),
            examples=tuple(
                scored.texts[row] for row in sorted(rows, key=lambda row: -scored.confidence[row])[:MOST_EXAMPLES]
            ),
        )
        for (truth, taken), rows in worst
    )  # fmt: skip


def _bins(scored: Scored) -> tuple[Bin, ...]:
    """Ten of equal width, the unsure ones first."""
    places = np.clip((scored.confidence * BINS).astype(int), 0, BINS - 1)
    right = scored.taken == scored.truth
    return tuple(
        Bin(
            messages=int(here.sum()), right=_share(right[here]),
            confidence=round(float(scored.confidence[here].mean()), 4) if here.any() else 0.0,
        )
        for here in (places == at for at in range(BINS))
    )  # fmt: skip


def _error(bins: Sequence[Bin]) -> float:
    """How far confidence is from the share that is right, on average over messages."""
    total = sum(one.messages for one in bins)
    return round(sum(abs(one.confidence - one.right) * one.messages for one in bins) / total, 4) if total else 0.0


def _matrix(scored: Scored) -> Matrix:
    """Of very many intents those with most mistakes, in the order of names."""
    count = len(scored.intents)
    kept = scored.taken != NONE
    counts = np.zeros((count, count), dtype=np.intp)
    np.add.at(counts, (scored.truth[kept], scored.taken[kept]), 1)
    mistakes = counts.sum(axis=0) + counts.sum(axis=1) - 2 * counts.diagonal()
    measured = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    shown = np.sort(sorted(measured, key=lambda at: (-mistakes[at], at))[:MOST_SHOWN]).astype(np.intp)
    return Matrix(
        intents=tuple(scored.intents[at] for at in shown), cut=len(measured) > len(shown),
        counts=tuple(tuple(int(number) for number in counts[at, shown]) for at in shown),
    )  # fmt: skip


def _foreign(inside: Scored, foreign: Scored, threshold: float) -> Foreign:
    answered = np.flatnonzero(_answered(foreign, threshold))
    surest = sorted(answered, key=lambda row: -foreign.confidence[row])[: 4 * MOST_EXAMPLES]
    limit = float(np.quantile(inside.level, FALSE_REJECTION)) if len(inside.texts) else 0.0
    return Foreign(
        messages=len(foreign.texts), answered=_share(_answered(foreign, threshold)),
        curve=tuple(_share(_answered(foreign, at / (POINTS - 1))) for at in range(POINTS)),
        recall_at_5=_share(foreign.level < limit), auroc=_auroc(inside.level, foreign.level),
        examples=tuple((foreign.texts[row], foreign.intents[foreign.taken[row]]) for row in surest),
    )  # fmt: skip


def _auroc(known: Floats, foreign: Floats) -> float:
    """The chance that a message in scope has the higher score, by ranks (Mann and Whitney)."""
    if not len(known) or not len(foreign):
        return 0.0
    ordered = np.sort(foreign)
    below, upto = ordered.searchsorted(known, "left"), ordered.searchsorted(known, "right")
    return round(float((below + upto).mean()) / 2 / len(foreign), 4)
