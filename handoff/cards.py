"""Context cards, read in one unit of work: for the console, the API, and the webhook of a handoff."""

from __future__ import annotations

import msgspec

from gateway.errors import NotFound
from gateway.http.reading import BASE, audience_of
from gateway.http.routes import EVERYONE, Call, Route
from gateway.model.alerts import ANSWER
from gateway.model.events import CustomerMessage, Entry
from gateway.model.state import Conversation
from gateway.model.visible import Audience, visible_entry
from gateway.store import clients, configuration, contacts, directory, ledger, log
from gateway.store.sql import Tx
from gateway.store.store import Store
from handoff.card import (
    TEXT,
    Around,
    BusinessFace,
    ContextCard,
    EarlierRequest,
    LiveConversation,
    Named,
    OpenCallback,
    build,
)

LATEST = 200
"""Entries at the log's end that are read: how the customer sounds now."""
BEFORE = 100
"""Entries before the handoff that are read where it lies further back: what led to it."""
AFTER = 50
"""Entries behind it that are read: until a person came."""
EARLIER = 8
"""Requests of the contact's that are told, the latest."""
LIVE = 10
"""Other conversations of theirs that aren't over, as many as are told."""


class _ScriptBody(msgspec.Struct, frozen=True):
    greetings: dict[str, str] = {}
    texts: dict[str, str] = {}


class Cards:
    """The route of context cards."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        return [
            Route(method="GET", path=BASE + "/conversations/{conversation}/card", handler=self.read, access=EVERYONE,
                  summary="The context card: why it is here, what was tried, who it is", answer=ContextCard,
                  tags=("conversations",))
        ]  # fmt: skip

    async def read(self, call: Call) -> ContextCard:
        audience, account = audience_of(call.who.role), call.who.account

        def unit(tx: Tx, now: int) -> ContextCard | None:
            shared = account is not None and serves_several(tx, account.id)
            return read_card(tx, call.param("conversation"), audience, shared=shared)

        found = await self._store.read(call.business, unit)
        if found is None:
            raise NotFound("There is no such conversation in this business.")
        return found


def read_card(tx: Tx, conversation: str, audience: Audience, *, shared: bool = False) -> ContextCard | None:
    """The card as ``audience`` may see it; ``None`` where there is no such conversation."""
    state = log.peek(tx, conversation)
    if state is None:
        return None
    shown = (visible_entry(one, audience) for one in _entries(tx, state))
    return build(state, [one for one in shown if one is not None], _around(tx, state), shared=shared)


def supervisors_card(tx: Tx, conversation: str) -> ContextCard | None:
    """The card as it goes along with a handoff's webhook."""
    return read_card(tx, conversation, Audience.SUPERVISOR)


def serves_several(tx: Tx, account: str) -> bool:
    """Whether somebody answers for more than one business."""
    found = {one.business for one in directory.memberships(tx, account) if one.role in ANSWER}
    return len(found) > 1


def _entries(tx: Tx, state: Conversation) -> list[Entry]:
    """The log's end, what led to the handoff, and the page, each once."""
    latest = log.entries_before(tx, state.id, before=state.seq + 1, limit=LATEST)
    since = latest[0].seq if latest else 1
    mark = state.handoff_seq or state.request
    older: list[Entry] = []
    if mark < since:
        older = log.entries_before(tx, state.id, before=mark + 1, limit=BEFORE)
        older += log.entries(tx, state.id, after=mark, upto=since - 1, limit=AFTER)
    known = {one.seq for one in (*older, *latest)}
    wanted = [seq for seq in (1, state.page.seq if state.page else 0) if seq and seq not in known]
    return sorted([*log.entries_at(tx, state.id, wanted), *older, *latest], key=lambda one: one.seq)


def _around(tx: Tx, state: Conversation) -> Around:
    whole = contacts.root(tx, state.contact)
    family = contacts.family(tx, whole.id) if whole is not None else [state.contact]
    others = [one for name in clients.open_of(tx, family) if name != state.id and (one := log.peek(tx, name))]
    others.sort(key=lambda one: -one.updated_at)
    promised = [one for one in (state, *others) if one.callback is not None]
    return Around(
        contact=Named(id=whole.id, name=whole.name) if whole is not None else Named(id=state.contact, name=""),
        business=_face(tx, state.locale),
        requests=_requests(tx, state, family),
        conversations=tuple(_live(one) for one in others[:LIVE]),
        callbacks=tuple(OpenCallback(conversation=one.id, callback=one.callback) for one in promised if one.callback),
    )


def _live(state: Conversation) -> LiveConversation:
    return LiveConversation(
        conversation=state.id, channel=state.endpoint.channel, status=state.status,
        owner=state.owner.name if state.owner is not None else "", text=state.preview.text if state.preview else "",
        updated_at=state.updated_at,
    )  # fmt: skip


def _requests(tx: Tx, state: Conversation, family: list[str]) -> tuple[EarlierRequest, ...]:
    """The requests before this one. Those that are open elsewhere are told as conversations."""
    names = {one.account: one.name for one in directory.read_operators(tx)}
    lines = ledger.read_of(tx, family, limit=EARLIER + LIVE + 1)
    ended = [
        one for one in lines if one.ending and not (one.conversation == state.id and one.opened_seq == state.request)
    ]
    return tuple(
        EarlierRequest(
            conversation=one.conversation, seq=one.opened_seq, at=one.opened_at, channel=one.channel,
            text=_begun_with(tx, one), ending=one.ending, reason=one.reason, code=one.code,
            operator=names.get(one.operator, "") if one.operator else "", score=one.score,
        )
        for one in ended[:EARLIER]
    )  # fmt: skip


def _begun_with(tx: Tx, line: ledger.Line) -> str:
    """The customer's first words of a request; an event beside them may have opened it."""
    for entry in log.entries(tx, line.conversation, after=line.opened_seq - 2, limit=6):
        if isinstance(entry.event, CustomerMessage) and entry.event.text:
            return entry.event.text[:TEXT]
    return ""


def _face(tx: Tx, locale: str) -> BusinessFace:
    business = directory.read_business(tx, tx.business)
    assert business is not None
    item = configuration.find(tx, "script", "script")
    said = msgspec.json.decode(item.body, type=_ScriptBody) if item is not None else _ScriptBody()
    spoken = (locale, *business.locales)
    return BusinessFace(
        id=business.id, name=business.named(locale), color=business.color,
        greeting=next((said.greetings[one] for one in spoken if said.greetings.get(one)), ""),
        script=next((said.texts[one] for one in spoken if said.texts.get(one)), ""),
    )  # fmt: skip
