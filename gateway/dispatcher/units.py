"""The units of work of the dispatcher: receive an input, submit a command, finish a turn."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import msgspec

from gateway.dispatcher.addressing import known_here, with_faces, with_target
from gateway.dispatcher.attaching import attachments_of, plan_fetches, with_files
from gateway.dispatcher.consequences import DELIVERY, HeldTurn, follow_up, write_consequences
from gateway.dispatcher.consulting import with_asked
from gateway.dispatcher.macros import at_step, commands_of
from gateway.dispatcher.policy import Policy
from gateway.dispatcher.rating import rating_of, thank
from gateway.dispatcher.recording import has_its_form, with_record, with_records
from gateway.dispatcher.routing import comes_back, may_get
from gateway.dispatcher.unread import send_unread_again
from gateway.errors import Blocked, ConsentNeeded, NotFound, NotPossible, Refused
from gateway.faults import Fault
from gateway.model import commands as c
from gateway.model import words
from gateway.model.circumstances import Circumstances
from gateway.model.decisions.bot import holds
from gateway.model.events import BotMessage, CallStarted, CustomerMessage, Endpoint, Entry
from gateway.model.events.calls import VOICE
from gateway.model.ids import new_id
from gateway.model.state import Conversation, Status
from gateway.ports import Inbound, Receipt
from gateway.store import blocks, configuration, contacts, deliveries, due, files, inbound, log, refs
from gateway.store.ahead import Ahead
from gateway.store.sql import Tx

UNREACHABLE = "unreachable"
"""As ``DeliveryFailed`` says that the customer has blocked us, or is gone."""


class Committed(NamedTuple):
    """What a unit appended, for those who follow. ``turn``: the one that this node now holds, if there is one.

    ``bodies``: the events of ``entries`` as they were written to disk. ``routed``: a queue, or who is gone, is to be
    looked at.
    """

    business: str
    before: Conversation | None
    state: Conversation
    entries: tuple[Entry, ...]
    bodies: tuple[bytes, ...]
    turn: HeldTurn | None = None
    routed: bool = False


class Received(NamedTuple):
    receipt: Receipt
    committed: Committed | None


def digest_of(*parts: str) -> str:
    """Tells one body from another under the same id."""
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()


class Receive(msgspec.Struct, frozen=True):
    """One input, one transaction: identity, key, conversation, decision, log, due rows."""

    input: Inbound
    policy: Policy

    @property
    def ahead(self) -> Ahead:
        return Ahead(inbox=self.input.inbox, address=self.input.address)

    def __call__(self, tx: Tx, now: int) -> Received:
        item = self.input
        identity = inbound.lock_identity(tx, item.inbox, item.address, now=now, name=item.name)
        if identity.is_blocked(now):
            return refuse(tx, identity)
        digest = digest_of(item.text or item.call, item.choice, *item.uploads)
        key = inbound.Claim(item.inbox, item.scope, item.key, digest)
        if item.profile is not None and not identity.conversation:
            contacts.vouch(tx, identity.id, identity.contact, item.profile)
        begun = refs.find(tx, identity.id, refs.album(item.album)) if item.album else None
        if begun is not None:
            return self._extend(tx, identity, begun, key=key, now=now)
        rated = rating_of(tx, item, identity)
        if rated is not None:
            return self._rate(tx, identity, rated, key=key, now=now)
        draft = self._draft(tx, identity, now=now)
        try:
            said = self._say(tx, draft, identity)
        except Refused:
            known = inbound.earlier(tx, key)
            if known is None:
                raise
            return _repeated(known)
        known = inbound.claim_key(tx, key, conversation=draft.conversation, seq=said.seq, now=now)
        if known is not None:
            return _repeated(known)
        plan_fetches(tx, item, said, conversation=draft.conversation, now=now)
        self._note(tx, identity, conversation=draft.conversation, seq=said.seq)
        committed = commit(tx, draft, self.policy, at_once=item.at_once or bool(item.choice))
        if identity.conversation != draft.conversation:
            inbound.point_identity(tx, identity.id, draft.conversation)
        return Received(Receipt(conversation=draft.conversation, seq=said.seq), committed)

    def _extend(
        self, tx: Tx, identity: inbound.Identity, begun: refs.Found, *, key: inbound.Claim, now: int
    ) -> Received:  # fmt: skip
        """A further piece of a message that came before."""
        item = self.input
        state = log.load(tx, begun.conversation)
        assert state is not None
        draft = log.Draft(state.id, state, now=now)
        files = attachments_of(tx, item, now=now)
        draft.apply(c.Extend(seq=begun.seq, files=files, text=item.text, spans=item.spans))
        known = inbound.claim_key(tx, key, conversation=state.id, seq=begun.seq, now=now)
        if known is not None:
            return _repeated(known)
        plan_fetches(tx, item, draft.entries[-1], conversation=state.id, now=now)
        self._note(tx, identity, conversation=state.id, seq=begun.seq)
        return Received(Receipt(conversation=state.id, seq=begun.seq), commit(tx, draft, self.policy))

    def _rate(
        self, tx: Tx, identity: inbound.Identity, rated: tuple[Conversation, c.Rate | None], *, key: inbound.Claim,
        now: int,
    ) -> Received:  # fmt: skip
        """A score, or words about one, which open nothing again."""
        state, command = rated
        draft = log.Draft(state.id, state, now=now)
        if command is not None:
            draft.apply(command)
            thank(draft, self.policy)
        assert draft.state is not None
        known = inbound.claim_key(tx, key, conversation=state.id, seq=draft.state.seq, now=now)
        if known is not None:
            return _repeated(known)
        self._note(tx, identity, conversation=state.id, seq=draft.state.seq)
        return Received(Receipt(conversation=state.id, seq=draft.state.seq), commit(tx, draft, self.policy))

    def _note(self, tx: Tx, identity: inbound.Identity, *, conversation: str, seq: int) -> None:
        """Which of the provider's messages this one is."""
        item = self.input
        if item.message:
            refs.put(tx, identity.id, item.message, conversation=conversation, seq=seq)
        if item.album:
            refs.put(tx, identity.id, refs.album(item.album), conversation=conversation, seq=seq)

    def _draft(self, tx: Tx, identity: inbound.Identity, *, now: int) -> log.Draft:
        """The conversation that this input belongs to, or a new one."""
        state = log.load(tx, identity.conversation) if identity.conversation else None
        if state is not None and not self._over(state, now):
            return log.Draft(state.id, state, now=now)
        draft = log.Draft(new_id(now), None, now=now)
        item = self.input
        endpoint = Endpoint(inbox=item.inbox, identity=identity.id, channel=item.channel)
        draft.apply(c.Start(contact=identity.contact, endpoint=endpoint, locale=item.locale, page=item.page))
        return draft

    def _over(self, state: Conversation, now: int) -> bool:
        """Resolved for so long that what is said now is another matter. "Thanks" never begins one."""
        if state.status is not Status.RESOLVED or state.resolved_at is None:
            return False
        return now - state.resolved_at > self.policy.reopen_window and not self._closing

    @property
    def _closing(self) -> bool:
        item = self.input
        bare = not (item.choice or item.files or item.uploads or item.place or item.phone or item.unsupported)
        return bare and words.is_closing(item.text)

    def _say(self, tx: Tx, draft: log.Draft, identity: inbound.Identity) -> Entry:
        """Applies the input; the entry of its message, or of its call."""
        item = self.input
        endpoint = Endpoint(inbox=item.inbox, identity=identity.id, channel=item.channel)
        answered = refs.find(tx, identity.id, item.answers) if item.answers else None
        self._preface(tx, draft)
        state = draft.state
        assert state is not None
        resting = state.status in (Status.RESOLVED, Status.SNOOZED, Status.WRAP_UP)
        say = c.Say(
            text=item.text, choice=item.choice, endpoint=endpoint, client_id=item.key if item.scope else "",
            closing=resting and self._closing, sent_at=item.sent_at, page=item.page,
            files=attachments_of(tx, item, now=draft.now), spans=item.spans, author=item.author,
            reply_to=answered.seq if answered and answered.conversation == draft.conversation else 0, quote=item.quote,
            forwarded=item.forwarded, place=item.place, phone=item.phone, unsupported=item.unsupported, topic=item.topic,
            speech=item.speech,
        )  # fmt: skip
        rests = state.status in (Status.SNOOZED, Status.RESOLVED)
        around = comes_back(tx, state, self.policy) if rests else None
        if item.call:
            draft.apply(c.StartCall(leg=item.call, endpoint=msgspec.structs.replace(endpoint, channel=VOICE)), around)
            return next(entry for entry in reversed(draft.entries) if isinstance(entry.event, CallStarted))
        draft.apply(say, around)
        said = next(entry for entry in reversed(draft.entries) if isinstance(entry.event, CustomerMessage))
        if item.phone is not None and item.phone.own:
            draft.apply(c.LeaveDetails(kind="phone", value=item.phone.number))
        if item.choice == words.ASK_FOR_PERSON:
            draft.apply(c.AskForPerson())
        elif draft.state is not None and draft.state.status is Status.QUEUED and self._goes_back():
            draft.apply(c.CancelHandoff())
        return said

    def _preface(self, tx: Tx, draft: log.Draft) -> None:
        """What must stand in the log before the input. Raises ``ConsentNeeded``."""
        item, state = self.input, draft.state
        assert state is not None
        if item.attributes:
            draft.apply(c.SetAttributes(attributes=item.attributes))
        wanted = item.consent
        if wanted is not None and state.consent != wanted.version:
            if wanted.agreed == wanted.version:
                draft.apply(c.Consent(version=wanted.version, text=wanted.text))
            elif not contacts.has_agreed(tx, state.contact, item.inbox, wanted.version):
                raise ConsentNeeded("Agree to the text above first, then send it again.", version=wanted.version)
        if item.invitation is not None:
            draft.apply(c.ShowInvitation(id=item.invitation.id, text=item.invitation.text))

    def _goes_back(self) -> bool:
        return self.input.choice == words.BACK_TO_BOT or words.is_cancel(self.input.text)


def blocked(until: int) -> Blocked:
    """What a blocked sender is told where they can be told at once."""
    if until >= blocks.FOREVER:
        return Blocked("You can't write to us here any more.")
    return Blocked("You can't write to us here at the moment.", until=until)


def refuse(tx: Tx, identity: inbound.Identity) -> Received:
    """Nothing of a blocked sender is taken but the count of what wasn't: not the words, not the key."""
    refused = blocks.refuse(tx, identity.contact)
    receipt = Receipt(conversation="", seq=0, blocked_until=identity.blocked_until, refused=refused)
    return Received(receipt, None)


def _repeated(known: inbound.Earlier) -> Received:
    return Received(Receipt(conversation=known.conversation, seq=known.seq, repeated=True), None)


class Submit(msgspec.Struct, frozen=True):
    """A command by people, routing or timers. ``claim`` makes a repeat return the first result."""

    conversation: str
    command: c.AnyRequest
    policy: Policy
    claim: inbound.Claim | None = None
    circumstances: Circumstances | None = None

    @property
    def ahead(self) -> Ahead:
        return Ahead(self.conversation)

    def __call__(self, tx: Tx, now: int) -> Received:
        state = log.load(tx, self.conversation)
        if state is None:
            raise NotFound("There is no such conversation.")
        draft = log.Draft(self.conversation, state, now=now)
        if isinstance(self.command, c.SubmitForm) and self.claim is not None:
            known = inbound.earlier(tx, self.claim)
            if known is not None:
                return _repeated(known)  # before a number is drawn for it
        try:
            self._apply(tx, draft, state)
        except Refused:
            known = inbound.earlier(tx, self.claim) if self.claim is not None else None
            if known is None:
                raise
            return _repeated(known)
        assert draft.state is not None
        seq = draft.state.seq
        if self.claim is not None:
            known = inbound.claim_key(tx, self.claim, conversation=self.conversation, seq=seq, now=now)
            if known is not None:
                return _repeated(known)
        committed = commit(tx, draft, self.policy)
        return Received(Receipt(conversation=self.conversation, seq=seq), committed)

    def _apply(self, tx: Tx, draft: log.Draft, state: Conversation) -> None:
        """All of it or nothing: what isn't appended yet goes with the refusal."""
        steps = commands_of(tx, state, self.command, now=draft.now)
        for number, step in enumerate(steps):
            try:
                known_here(tx, step)
                command = with_faces(tx, with_target(tx, self.conversation, with_files(tx, step)))
                command = with_record(tx, self.conversation, command)
                has_its_form(tx, self.conversation, command)
                may_get(tx, command, self.policy, now=draft.now)
                command = with_asked(tx, command, self.policy, now=draft.now)
                draft.apply(
                    command, self.circumstances or circumstances_of(tx, state, command, self.policy, now=draft.now)
                )
            except Refused as refused:
                raise at_step(refused, self.command, number, getattr(steps[0], "name", "")) from refused


def circumstances_of(tx: Tx, state: Conversation, command: c.AnyCommand, policy: Policy, *, now: int) -> Circumstances:
    """What a command of people is decided by, beside the state."""
    if not isinstance(command, c.Resolve | c.EndCall):
        return Circumstances()
    return Circumstances(wrap_up=policy.set_ups.wrap_up(tx, state.team, now=now))


class Act(msgspec.Struct, frozen=True):
    """What a customer does beside writing, in the conversation of ``submit``. Raises ``Blocked`` for whom the business
    blocked."""

    inbox: str
    address: str
    submit: Submit

    def __call__(self, tx: Tx, now: int) -> Received:
        identity = inbound.find_identity(tx, self.inbox, self.address)
        if identity is not None and identity.is_blocked(now):
            raise blocked(identity.blocked_until)
        return self.submit(tx, now)


class Replay(msgspec.Struct, frozen=True):
    """Queues again what failed of a message, or of unread answers that went out another way. Raises ``NotFound``,
    ``NotPossible``."""

    conversation: str
    command: c.Replay
    policy: Policy

    def __call__(self, tx: Tx, now: int) -> Received:
        state = log.load(tx, self.conversation)
        if state is None:
            raise NotFound("There is no such conversation.")
        command = self.command
        identity = deliveries.replay(tx, self.conversation, command.seq, now=now)
        if identity is not None:
            due.poke(tx, DELIVERY, identity, due_at=now)
        elif since := send_unread_again(tx, state, command.seq, self.policy, now=now):
            command = msgspec.structs.replace(command, since=since)
        else:
            raise NotPossible("Nothing of this message has failed: it was delivered, or is on its way.")
        draft = log.Draft(self.conversation, state, now=now)
        draft.apply(command)
        committed = commit(tx, draft, self.policy)
        return Received(Receipt(conversation=self.conversation, seq=committed.state.seq), committed)


class FailDelivery(msgspec.Struct, frozen=True):
    """A part is dead: told in the thread, in the same transaction. ``reason``: as ``DeliveryFailed`` has it. Nothing is told by who has
    its endpoint no more (``row``, for ``lease`` microseconds each time): another node may have sent it."""

    delivery: deliveries.Delivery
    fault: Fault
    reason: str
    policy: Policy
    row: due.Due
    lease: int

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        delivery, row = self.delivery, self.row
        state = log.load(tx, delivery.conversation)
        if not due.renew(tx, row.kind, row.subject, fence=row.fence, until=now + self.lease):
            return None
        deliveries.set_status(
            tx, delivery, "dead", now=now, attempts=delivery.attempts + 1, error=self.fault.text[:500]
        )
        if state is None:
            return None
        draft = log.Draft(delivery.conversation, state, now=now)
        report = c.ReportFailure(
            seq=delivery.seq, part=delivery.part, reason=self.reason[:500], fault=self.fault
        )  # fmt: skip
        draft.apply(report)
        if self.reason == UNREACHABLE:
            endpoint = Endpoint(inbox=delivery.inbox, identity=delivery.identity, channel=delivery.channel)
            draft.apply(c.LoseEndpoint(endpoint=endpoint))
        return commit(tx, draft, self.policy)


class FinishTurn(msgspec.Struct, frozen=True):
    """A turn's result, judged by the fence. Frees the due row; newer inputs get a turn of their own.

    Without a ``command`` the turn has nothing to answer (people took the floor, or another turn did).
    """

    conversation: str
    command: c.FinishTurn | c.FailTurn | None
    policy: Policy
    fence: int
    files: dict[str, files.StoredFile] = {}
    """Those of its replies, by id: they are put, and have no row yet."""

    @property
    def ahead(self) -> Ahead:
        return Ahead(self.conversation)

    def __call__(self, tx: Tx, now: int) -> Committed | None:
        state = log.load(tx, self.conversation)
        due.finish(tx, "turn", self.conversation, fence=self.fence)
        if state is None:
            return None
        draft = log.Draft(self.conversation, state, now=now)
        if self.command is not None:
            command = _by_id(tx, self.command)
            if isinstance(command, c.FinishTurn) and command.answered_forms and holds(state, command):
                command = with_records(tx, command, self.policy.phrases, now=now)
            draft.apply(command)
            self._keep(tx, draft, now)
        return commit(tx, draft, self.policy)

    def _keep(self, tx: Tx, draft: log.Draft, now: int) -> None:
        """What came of a reply in the log is kept; the rest is swept."""
        for entry in draft.entries:
            if isinstance(entry.event, BotMessage):
                for one in entry.event.files:
                    kept = self.files[one.id]._replace(conversation=draft.conversation, seq=entry.seq)
                    files.add(tx, kept, now=now)


def _by_id(tx: Tx, command: c.FinishTurn | c.FailTurn) -> c.FinishTurn | c.FailTurn:
    """Content calls a team and skills by their names; the log by their ids. A name that nobody has is told with the reason.
    Names are told apart whatever the case of their letters (``Kind.key``)."""
    if not isinstance(command, c.FinishTurn):
        return command
    team = configuration.named(tx, "team", command.team.strip().casefold()) if command.team else None
    skills = {name: configuration.named(tx, "skill", name.strip().casefold()) for name in command.skills}
    unknown = [command.team] if command.team and team is None else []
    unknown += [name for name, skill in skills.items() if skill is None]
    why = " ".join(part for part in (command.why, *(f"(“{name}”?)" for name in unknown)) if part)
    return msgspec.structs.replace(
        command, team=team.id if team is not None else "", why=why,
        skills={skill.id: command.skills[name] for name, skill in skills.items() if skill is not None},
    )  # fmt: skip


def commit(tx: Tx, draft: log.Draft, policy: Policy, *, at_once: bool = False) -> Committed:
    """Saves a draft with everything that must stand in the same transaction as it."""
    follow_up(tx, draft, policy)
    log.save(tx, draft)
    planned = write_consequences(tx, draft, policy, at_once=at_once)
    assert draft.state is not None
    return Committed(tx.business, draft.before, draft.state, tuple(draft.entries), tuple(draft.bodies), *planned)
