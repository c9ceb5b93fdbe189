"""Whether an article helped, as customers say it of what the bot quoted."""

from __future__ import annotations

from gateway.model.events import AnswerRated, BotMessage
from gateway.store import articles, log
from gateway.store.sql import Tx


def count_vote(tx: Tx, conversation: str, rated: AnswerRated, *, before: int) -> None:
    """The customer rated an answer; where that was an article's, it counts for the article. Of one message the latest counts:
    what was said ``before`` that ``seq`` is taken back."""
    message = next((entry.event for entry in log.entries_at(tx, conversation, [rated.seq])), None)
    if not isinstance(message, BotMessage) or message.quotes is None:
        return
    said = [
        entry.event.helpful
        for entry in log.entries_before(tx, conversation, before=before)
        if isinstance(entry.event, AnswerRated) and entry.event.seq == rated.seq
    ]
    if said[-1:] == [rated.helpful]:
        return
    articles.vote(tx, message.quotes.article, message.quotes.locale, helped=rated.helpful, instead=bool(said))
