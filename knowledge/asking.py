"""Questions that found nothing: what of them is kept, so that somebody may write an article. Nothing that points at a
person stays: addresses and numbers are masked, and who asked is never known."""

from __future__ import annotations

import re

from gateway.http.texts import one_line
from gateway.language import clean, words
from gateway.logs import mask
from gateway.store import unanswered
from gateway.store.sql import Tx
from gateway.store.unanswered import Origin
from knowledge.words import IDLE

LONGEST = 120
"""Characters of a question."""
KEPT = 180 * 24 * 3600 * 1_000_000
"""Microseconds for which a question is kept that nobody asks again, where retention says nothing shorter."""
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\d(?:[\d\s.,()+-]*\d){2,}")
_MASKED = re.compile(r"\[(?:email|phone|token|number|link)\]")


def question_of(text: str) -> str:
    """As it is counted: on one line, lower case, without signs at its end; "" for what asks nothing that can be read."""
    said = one_line(text)
    if len(said) > LONGEST:
        return ""
    masked = _NUMBER.sub("[number]", mask(_LINK.sub("[link]", said)))
    cleaned = clean(masked).strip(" ?!.,;:")
    telling = [word for word in words(clean(_MASKED.sub(" ", masked))) if word not in IDLE and len(word) > 2]
    return cleaned if any(not word.isdigit() for word in telling) else ""


def note(tx: Tx, text: str, *, locale: str, origin: Origin, now: int) -> None:
    """Counts the question, where it is one."""
    question = question_of(text)
    if question:
        unanswered.forget(tx, before=now - KEPT)
        unanswered.note(tx, locale, question, origin=origin, now=now)
