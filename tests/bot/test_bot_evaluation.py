"""The figures of an evaluation, on messages whose outcome is known."""

from __future__ import annotations

import numpy as np
import pytest

from bot import artifact
from bot.evaluation.figures import MOST_SHOWN, NONE, POINTS, Scored, figures, from_logits, from_reader, short
from bot.nlu.model import Calibration

INTENTS = ("hours", "menu", "price")


def scored(*rows: tuple[str, str, float]) -> Scored:
    """Messages as (meant, taken for, confidence); "" is none; a confidence below 0 is taken for none of the intents."""
    place = {name: at for at, name in enumerate(INTENTS)} | {"": NONE}
    return Scored(
        INTENTS,
        tuple(f"m{at}" for at in range(len(rows))),
        np.array([place[truth] for truth, _, _ in rows], dtype=np.intp),
        np.array([place[taken] for _, taken, _ in rows], dtype=np.intp),
        np.array([abs(sure) for _, _, sure in rows]),
        np.array([sure < 0 for _, _, sure in rows], dtype=np.bool_),
        np.array([sure for _, _, sure in rows]),
    )


FOUR = scored(("hours", "hours", 0.9), ("hours", "menu", 0.6), ("menu", "menu", 0.3), ("price", "price", -0.8))


def test_every_message_is_answered_rightly_or_wrongly_or_asked_about() -> None:
    found = figures(FOUR, threshold=0.5)
    assert (found.messages, found.accuracy) == (4, 0.75)
    assert (found.answered, found.wrong, found.asked) == (0.25, 0.25, 0.5)
    assert all(sum(point[1:]) == pytest.approx(1) for point in found.curve)


def test_the_curve_runs_from_answering_all_to_answering_nothing() -> None:
    curve = short(FOUR).curve
    assert len(curve) == POINTS and curve[0] == (0.0, 0.5, 0.25, 0.25) and curve[-1] == (1.0, 0.0, 0.0, 1.0)
    assert curve[16] == (0.4, 0.25, 0.25, 0.5)
    assert [point[1] for point in curve] == sorted((point[1] for point in curve), reverse=True)


def test_precision_and_recall_are_of_each_intent() -> None:
    found = {one.intent: (one.precision, one.recall, one.examples) for one in short(FOUR).intents}
    assert found == {"hours": (1.0, 0.5, 2), "menu": (0.5, 1.0, 1), "price": (1.0, 1.0, 1)}
    assert figures(FOUR, threshold=0.5).intents[0].f1 == pytest.approx(2 / 3)


def test_confusions_are_told_with_the_surest_examples_the_most_frequent_first() -> None:
    rows = [("menu", "price", 0.2), ("hours", "menu", 0.5), ("menu", "price", 0.8), ("menu", "", 0.0)]
    first, second = short(scored(*rows)).confusions
    assert (first.truth, first.taken_for, first.count, first.examples) == ("menu", "price", 2, ("m2", "m0"))
    assert (second.truth, second.count) == ("hours", 1)


def test_the_calibration_error_is_how_far_confidence_is_from_truth() -> None:
    honest = scored(*[("menu", "menu", 0.75)] * 3, ("hours", "menu", 0.75))
    assert figures(honest, threshold=0.5).ece == 0
    boasting = scored(("menu", "menu", 0.9), ("hours", "menu", 0.9))
    assert figures(boasting, threshold=0.5).ece == pytest.approx(0.4)
    assert [one.messages for one in figures(boasting, threshold=0.5).bins] == [0] * 9 + [2]


def test_the_matrix_counts_what_was_taken_for_what() -> None:
    matrix = figures(FOUR, threshold=0.5).matrix
    assert (matrix.intents, matrix.cut) == (INTENTS, False)
    assert matrix.counts == ((1, 1, 0), (0, 1, 0), (0, 0, 1))


def test_a_large_matrix_shows_the_intents_that_are_confused_most() -> None:
    names = tuple(f"i{at:03}" for at in range(200))
    truth = np.arange(200, dtype=np.intp)
    taken = np.where(truth % 10 == 0, (truth + 1) % 200, truth).astype(np.intp)
    many = Scored(names, names, truth, taken, np.ones(200), np.zeros(200, dtype=np.bool_), np.ones(200))
    matrix = figures(many, threshold=0.5).matrix
    assert matrix.cut and len(matrix.intents) == MOST_SHOWN == len(matrix.counts)
    assert {"i000", "i001", "i190", "i191"} <= set(matrix.intents)


def test_foreign_messages_are_counted_apart() -> None:
    rows = [("menu", "menu", 0.9)] * 20 + [("", "menu", 0.7), ("", "price", 0.2), ("", "", 0.0), ("", "price", -0.9)]
    found = figures(scored(*rows), threshold=0.5)
    assert found.messages == 20 and found.foreign is not None
    assert (found.foreign.messages, found.foreign.answered) == (4, 0.25)
    assert (found.foreign.recall_at_5, found.foreign.auroc) == (1.0, 1.0)
    assert found.foreign.examples == (("m20", "menu"),)
    assert len(found.foreign.curve) == POINTS and found.foreign.curve[0] == 0.5


def test_nothing_measured_is_no_failure() -> None:
    empty = figures(scored(), threshold=0.5)
    assert (empty.messages, empty.accuracy, empty.ece, empty.confusions) == (0, 0.0, 0.0, ())


def test_logits_are_taken_as_the_model_s_calibration_takes_them() -> None:
    calibration = Calibration(level=1, margin=1, offset=0, temperature=1, threshold=0, outside=-1)
    logits = np.array([[2.0, 0.0, -3.0], [-4.0, -2.0, -3.0]])
    found = from_logits(INTENTS, ("a", "b"), np.array([0, 2]), logits, calibration)
    assert found.taken.tolist() == [0, 1] and found.barred.tolist() == [False, True]
    assert found.confidence.tolist() == [
        calibration.confidences([2.0, 0.0])[0],
        calibration.confidences([-2.0, -3.0])[0],
    ]


def test_messages_are_taken_as_the_bot_itself_reads_them(salon_bot: artifact.Bot) -> None:
    labelled = [
        ("сколько стоит стрижка", "prices"),
        ("where are you", "address"),
        ("…", "hours"),
        ("moon", "astronomy"),
    ]
    found = from_reader(salon_bot.reader, labelled)
    names = found.intents
    assert names[found.taken[0]] == "prices" and names[found.taken[1]] == "address"
    assert found.taken[2] == NONE and found.barred[2] and found.truth[3] == NONE
    assert found.confidence[0] == salon_bot.reader.read(labelled[0][0]).confidence
