"""A rating: when a customer is asked for one, and what they answer where the channel has no form for it.

The question is a notice with a button for each score. A channel that shows logs (``Capabilities.pushed`` is off) has a form of
its own in that place; another one sends it as it is.
"""

from __future__ import annotations

from gateway.dispatcher.policy import HOUR, Policy
from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model import words
from gateway.model.events import Button, Resolved, SystemNotice
from gateway.model.fold import RATING
from gateway.model.state import Conversation, Status
from gateway.ports import Inbound
from gateway.store import contacts, inbound, log, refs
from gateway.store.log import Draft
from gateway.store.sql import Tx

ASKED, THANKED = RATING, "rating_thanks"
"""The keys of the notices."""
COMMENT = 1000


def ask_for_rating(tx: Tx, draft: Draft, policy: Policy) -> None:
    """Asks where the talk has ended well, not too soon after the last time; through a messenger only after a person."""
    end = next((entry.event for entry in draft.entries if isinstance(entry.event, Resolved)), None)
    state = draft.state
    if end is None or state is None or state.status is not Status.RESOLVED:
        return
    if end.ending not in ("answered", "called_back") or end.continued_in:
        return
    rules = policy.set_ups.of(tx, draft.now).rating
    talked = draft.before is not None and draft.before.owner is not None
    if not rules.ask or (state.endpoint.channel in policy.pushed and not talked):
        return
    if state.endpoint.identity in state.unreachable:
        return
    contact = contacts.read(tx, state.contact)
    asked_at = contact.known.rating_asked_at if contact is not None else 0
    if asked_at and draft.now - asked_at < rules.again_hours * HOUR:
        return
    contacts.note(tx, state.contact, rating_asked_at=draft.now)
    say = policy.phrases.say
    scores = range(words.LEAST_SCORE, words.MOST_SCORE + 1)
    buttons = tuple(Button(title=say(f"rating.{score}", state.locale), payload=words.rate(score)) for score in scores)
    draft.apply(c.Notify(notice=ASKED, text=say("rating.ask", state.locale), buttons=buttons))


def rating_of(tx: Tx, item: Inbound, identity: inbound.Identity) -> tuple[Conversation, c.Rate | None] | None:
    """What an input says of a talk, if it is a score that was pressed, or words in reply to the question about one who gave
    it; no command where nothing changes. Raises ``NotPossible`` where that talk goes on, or is over for long."""
    score = words.score_of(item.choice)
    found = refs.find(tx, identity.id, item.answers) if item.answers else None
    if not score and (found is None or not item.text):
        return None
    conversation = found.conversation if found is not None else identity.conversation
    state = log.load(tx, conversation) if conversation else None
    if state is None:
        return None
    if score:
        if not state.rating_asked:
            raise NotPossible("This talk goes on. Rate it when it is over.")
        return state, (None if score == state.rating else c.Rate(score=score))
    assert found is not None
    asked = any(
        isinstance(entry.event, SystemNotice) and entry.event.notice in (ASKED, THANKED)
        for entry in log.entries_at(tx, conversation, [found.seq])
    )
    if not asked or not state.rating or state.status is not Status.RESOLVED:
        return None
    return state, c.Rate(score=state.rating, comment=item.text[:COMMENT])


def thank(draft: Draft, policy: Policy) -> None:
    """For the first score, where no form does it; that more words may follow is said with it."""
    before, state = draft.before, draft.state
    if before is None or state is None or before.rating or state.endpoint.channel not in policy.pushed:
        return
    draft.apply(c.Notify(notice=THANKED, text=policy.phrases.say("rating.thanks", state.locale)))
