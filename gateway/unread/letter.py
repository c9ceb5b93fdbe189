"""What is written to a customer who went away before they were answered: a letter, or a short message. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from gateway.model.events import Entry, OperatorMessage
from gateway.model.markup import plain
from gateway.ports import Phrases
from gateway.unread.way_back import WayBack

SECOND = 1_000_000
MOST = 20
"""Answers that are quoted in full; of what is before them only the number is told."""
QUOTED = 60
"""Characters of an answer in a short message."""


class Words(NamedTuple):
    """In whose name, in which language, and by which clock."""

    business: str
    locale: str
    zone: dt.tzinfo
    phrases: Phrases

    def say(self, key: str, **values: str | int) -> str:
        return self.phrases.say(key, self.locale, business=self.business, **values)

    def time(self, at: int) -> str:
        return dt.datetime.fromtimestamp(at / SECOND, self.zone).strftime("%Y-%m-%d %H:%M")


def letter_of(answers: Sequence[Entry], back: WayBack, *, stop: str, words: Words) -> str:
    """The text of a letter; nothing in it was written by who gave the address. ``stop``: where such letters are ended."""
    lines = [words.say("unread.begin")]
    left_out = len(answers) - MOST
    if left_out > 0:
        lines.append(words.say("unread.before", count=left_out))
    for entry in answers[-MOST:]:
        assert isinstance(entry.event, OperatorMessage)
        lines.append(f"{words.time(entry.at)}  {entry.event.name}:\n{_quoted(entry.event)}")
    lines += [_way_back(back, words), f"{words.say('unread.stop')}\n{stop}"]
    return "\n\n".join(lines) + "\n"


def short_of(answers: Sequence[Entry], back: WayBack, *, words: Words) -> str:
    """The text of a short message. It quotes the first answer, so that every try says the same."""
    event = answers[0].event
    assert isinstance(event, OperatorMessage)
    said = " ".join(_said(event).split())
    quote = said if len(said) <= QUOTED else said[: QUOTED - 1].rstrip() + "…"
    return " ".join(filter(None, (words.say("unread.short", name=event.name, text=quote), back.url)))


def _way_back(back: WayBack, words: Words) -> str:
    if not back.url:
        return words.say("unread.no_page")
    if not back.until:
        return f"{words.say('unread.page')}\n{back.url}"
    return f"{words.say('unread.link')}\n{back.url}\n\n{words.say('unread.once', until=words.time(back.until))}"


def _quoted(event: OperatorMessage) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _said(event).split("\n"))


def _said(event: OperatorMessage) -> str:
    cards = [f"{card.title}: {card.text}".rstrip(": ") for card in event.cards]
    files = [f"[{file.name}]" for file in event.files]
    place = event.place
    where = f"[{place.title or f'{place.latitude:.5f}, {place.longitude:.5f}'}]" if place is not None else ""
    return "\n".join(filter(None, (plain(event.text), where, *cards, *files)))
