"""One visitor's open socket: replay, messages and acts in, entries and signals out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, NamedTuple

import msgspec
from aiohttp import WSCloseCode

from channels.webchat import acts, codec
from channels.webchat.call_page import address_of
from channels.webchat.files import WidgetFiles
from channels.webchat.queue import Available, QueueBoard
from channels.webchat.users import User
from gateway.dispatcher import Dispatcher, digest_of
from gateway.dispatcher.continuing import TELEGRAM, WEBCHAT, MakeLink, OpenAtPage, Way
from gateway.dispatcher.following import Subscription
from gateway.dispatcher.hub import Hub, identity_topic
from gateway.dispatcher.units import blocked
from gateway.errors import Invalid, NotFound, NotPossible, UserExpired
from gateway.http.limits import Limiter
from gateway.http.pictures import qr_of
from gateway.http.socket import PONG, Session, decode_frame, receive
from gateway.http.wire import Closed
from gateway.model.commands import AnyCommand, AskTranscript, EndCall, SetAttributes
from gateway.model.events import BotMessage
from gateway.model.reach import COUNTRIES, UNWANTED
from gateway.model.state import Conversation, Floor, Status
from gateway.model.visible import Audience
from gateway.ports import Caller, Calls, Consent, Invitation, Receipt, Signal
from gateway.settings import Settings, ice_servers
from gateway.store import directory, inbound, lists, log
from gateway.store.sql import Tx
from gateway.store.store import Store

TYPING_HOLDS = 4.0
"""Seconds for which a typing signal keeps the bot waiting."""


ClientFrame = (
    codec.Message | acts.Rate | acts.RateAnswer | acts.End | acts.Details | acts.Transcript | acts.Attributes | codec.LinkWanted | codec.ContinueWanted
    | codec.OpenHere | codec.CallSoon | codec.Call | codec.Sound | codec.Press | codec.HangUp | codec.Typing | codec.Read | codec.Ping
)  # fmt: skip
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


class Visitor(NamedTuple):
    """What is known of a visitor when they connect. ``user``: whom their page vouches for them to be. ``agreed``: the
    version of the inbox's consent text that they agreed to. ``blocked``: the business takes nothing of theirs."""

    inbox: directory.Inbox
    address: str
    user: User | None
    business: directory.Business
    state: Conversation | None
    marks: dict[str, int]
    agreed: str
    telegram: bool = False
    blocked: codec.BlockFace | None = None


class Parts(NamedTuple):
    """What every talk of a node works with."""

    store: Store
    dispatcher: Dispatcher
    hub: Hub
    files: WidgetFiles
    queue: QueueBoard
    available: Available
    letters: Limiter
    ways_on: Limiter
    settings: Settings
    calls: Calls


class Talk:
    """One visitor's open socket."""

    def __init__(self, parts: Parts, session: Session, first: codec.Hello, visitor: Visitor) -> None:
        self._parts = parts
        self._hub = parts.hub
        self._session = session
        self._hello = first
        self._visitor = visitor
        self._business = visitor.business.id
        self._locale = codec.locale_of(first.locale, visitor.business.locales)
        self._sender = codec.Sender(
            visitor.business.id, visitor.inbox.id, visitor.address, self._locale, codec.page_of(first.page),
            visitor.user.profile if visitor.user else None,
        )  # fmt: skip
        self._conversation = visitor.state.id if visitor.state else ""
        self._attributes = acts.check_attributes(first.attributes)
        self._subscription: Subscription | None = None
        self._stops: list[Callable[[], None]] = []
        self._stop_signals: Callable[[], None] = lambda: None
        self._followed = identity_topic(visitor.inbox.id, visitor.address)
        if visitor.user is not None:
            self._stops.append(self._until_expired(visitor.user.seconds))

    def _until_expired(self, seconds: float) -> Callable[[], None]:
        """The socket ends with the sign-in of its page; returns how to forget that."""
        expired = UserExpired("The page's sign-in has run out. Give the widget a new token.")
        why = Closed(WSCloseCode.POLICY_VIOLATION, f"{expired.code}: {expired.detail}")
        return asyncio.get_running_loop().call_later(seconds, self._session.close, why).cancel

    def watch(self, followed: str, missed: list[Signal]) -> None:
        """Follows what the visitor's other tabs do, from what was ``missed`` until now."""
        self._stops.append(self._hub.watch_signals(followed, self._elsewhere))
        for signal in missed:
            self._elsewhere(signal)

    async def run(self) -> None:
        self._session.tell(self._welcome())
        if self._conversation:
            same = self._hello.conversation == self._conversation
            last = (self._hello.last_seq, self._hello.last_event_id) if same else (0, "")
            if self._hello.conversation and not same:
                self._session.tell({"type": "resync", "conversation": self._hello.conversation})
            await self._follow(self._conversation, last)
            if self._visitor.state is not None and self._visitor.state.status is Status.QUEUED:
                self._parts.queue.ask(self._business)
        elif self._hello.conversation:
            self._session.tell({"type": "resync", "conversation": self._hello.conversation})
        # Told, and outdated from now on: a page is open for hours.
        self._visitor = self._visitor._replace(state=None, marks={})
        await receive(self._session, self._handle)

    def leave(self) -> None:
        self._unfollow()
        for stop in self._stops:
            stop()

    def _welcome(self) -> codec.Welcome:
        visitor, locale = self._visitor, self._locale
        settings = visitor.inbox.settings
        state = visitor.state
        owner = state.owner if state else None
        return codec.Welcome(
            inbox=codec.InboxFace(
                name=visitor.inbox.name,
                business=visitor.business.named(locale),
                color=visitor.business.color,
                greeting=settings.greeting.get(locale, ""),
                starters=tuple(starter.button(locale) for starter in settings.starters),
                locales=visitor.business.locales,
                file_limit=self._parts.settings.file_limit,
                live_draft=settings.live_draft,
                calls=settings.calls is not None,
            ),
            consent=self._consent_face(),
            available=self._parts.available(self._business),
            mail=bool(self._parts.settings.smtp),
            telegram=visitor.telegram,
            blocked=visitor.blocked,
            conversation=state.id if state else None,
            status=state.status.value if state else None,
            owner=codec.OwnerFace(name=owner.name, picture=owner.picture) if owner else None,
            history=(),
            marks=visitor.marks,
        )

    def _consent_face(self) -> codec.ConsentFace | None:
        wanted = self._visitor.inbox.settings.consent
        if wanted is None or wanted.version == self._visitor.agreed:
            return None
        return codec.ConsentFace(version=wanted.version, text=wanted.worded(self._locale))

    async def _follow(self, conversation: str, last: tuple[int, str] = (0, "")) -> None:
        self._unfollow()
        self._conversation = conversation
        self._stop_signals = self._hub.watch_signals(conversation, self._signal)
        self._subscription = await self._hub.follow(
            self._business, conversation, audience=Audience.CUSTOMER, sink=self._session, last=last
        )

    def _unfollow(self) -> None:
        if self._subscription is not None:
            self._hub.unfollow(self._conversation, self._subscription)
            self._subscription = None
            self._stop_signals()

    def _elsewhere(self, signal: Signal) -> None:
        """The visitor's other tab moved to another conversation: this one reconnects and finds it."""
        if signal.body.get("conversation") != self._conversation:
            self._session.close(Closed(WSCloseCode.SERVICE_RESTART, "the conversation goes on elsewhere"))

    def _signal(self, signal: Signal) -> None:
        if signal.who == "customer" and signal.kind != "caption":
            return
        if signal.kind == "typing":
            # Which of us types is not the customer's concern; that somebody does, is.
            who = "bot" if signal.who == "bot" else "people"
            on = bool(signal.body.get("on"))
            self._session.offer(_encode(codec.TypingSignal(conversation=signal.conversation, who=who, on=on)))
        elif signal.kind == "mark":
            seq = int(signal.body.get("seq", 0))
            self._session.offer(_encode(codec.Mark(conversation=signal.conversation, who="people", seq=seq)))
        elif signal.kind == "caption":
            caption = codec.CaptionSignal(
                conversation=signal.conversation,
                leg=str(signal.body["leg"]),
                who="customer" if signal.who == "customer" else "people",
                text=str(signal.body["text"]),
            )
            self._session.offer(_encode(caption))
        elif signal.kind == "queue":
            self._session.offer(
                _encode(
                    codec.QueueSignal(
                        conversation=signal.conversation,
                        position=int(signal.body["position"]),
                        about_seconds=int(signal.body["about_seconds"]) or None,
                        upto_seconds=int(signal.body["upto_seconds"]) or None,
                        available=bool(signal.body["available"]),
                    )
                )
            )

    async def _handle(self, text: str) -> None:
        frame: ClientFrame = decode_frame(text, _decoder)
        match frame:
            case codec.Message():
                await self._message(frame)
            case acts.Rate() | acts.RateAnswer() | acts.End() | acts.Details() | acts.Transcript():
                await self._act(frame)
            case acts.Attributes():
                await self._describe(frame)
            case codec.LinkWanted():
                await self._link(frame)
            case codec.ContinueWanted():
                await self._continue(frame)
            case codec.OpenHere():
                await self._open(frame)
            case codec.CallSoon():
                if (calls := self._visitor.inbox.settings.calls) is not None:
                    self._parts.calls.expect(self._business, self._locale, calls)
            case codec.Call():
                await self._call(frame)
            case codec.Sound():
                sdp = await self._parts.calls.connect(self._business, frame.leg, frame.sdp, party=self._caller)
                self._session.tell(codec.Answer(id=frame.id, leg=frame.leg, sdp=sdp))
            case codec.Press():
                await self._parts.calls.press(self._business, frame.leg, frame.key, caller=self._caller)
            case codec.HangUp():
                await self._hang_up(frame)
            case codec.Typing():
                await self._typing(frame)
            case codec.Read():
                await self._read(frame.seq)
            case codec.Ping():
                self._session.send(PONG)

    async def _message(self, frame: codec.Message) -> None:
        preface = self._preface(consent=frame.consent, invitation=frame.invitation)
        item = codec.inbound_of(frame, self._sender, preface=preface, limit=self._parts.settings.message_limit)
        receipt = await self._parts.dispatcher.receive(item)
        if receipt.blocked_until:
            raise blocked(receipt.blocked_until)
        self._session.tell(codec.Ack(id=frame.id, conversation=receipt.conversation, seq=receipt.seq))
        await self._follow_on(receipt)

    async def _follow_on(self, receipt: Receipt) -> None:
        """The first input makes a conversation, which the visitor's other tabs follow, too."""
        if receipt.conversation != self._conversation and not receipt.repeated:
            await self._follow(receipt.conversation)
            self._hub.signal(
                Signal(
                    business=self._business,
                    conversation=self._followed,
                    kind="presence",
                    who="customer",
                    body={"conversation": receipt.conversation},
                )
            )

    @property
    def _caller(self) -> Caller:
        return Caller(inbox=self._visitor.inbox.id, address=self._sender.address)

    async def _call(self, frame: codec.Call) -> None:
        """Raises ``NotPossible``, ``Blocked``, ``ConsentNeeded``."""
        if self._visitor.inbox.settings.calls is None:
            raise NotPossible("Nobody can be called here. Write instead.")
        call = codec.call_of(frame, self._sender, preface=self._preface(consent=frame.consent))
        receipt, leg = await self._parts.calls.begin(call)
        if receipt.blocked_until:
            raise blocked(receipt.blocked_until)
        ice = ice_servers(self._parts.settings)
        self._session.tell(codec.Calling(id=frame.id, conversation=receipt.conversation, leg=leg, ice=ice))
        await self._follow_on(receipt)

    async def _hang_up(self, frame: codec.HangUp) -> None:
        await self._submit(frame.id, EndCall(leg=frame.leg, why="hung_up"), digest_of("hang_up", frame.leg))

    def _preface(self, *, consent: str, invitation: str = "") -> codec.Preface:
        settings = self._visitor.inbox.settings
        wanted, agreed, answered = settings.consent, None, None
        if wanted is not None:
            agreed = Consent(version=wanted.version, text=wanted.worded(self._locale), agreed=consent)
        if invitation and not self._conversation:
            for one in settings.invitations:
                if one.id == invitation:
                    answered = Invitation(id=one.id, text=one.worded(self._locale))
        return codec.Preface(self._attributes, agreed, answered)

    async def _act(self, frame: acts.Act) -> None:
        """Raises ``NotFound``, ``Invalid``, ``NotPossible``."""
        command = acts.command_of(frame, country=COUNTRIES.get(self._locale, ""))
        if isinstance(frame, acts.RateAnswer):
            await self._check_answer(frame.seq)
        if isinstance(command, AskTranscript):
            await self._check_letter(command.address)
        await self._submit(frame.id, command, digest_of(*map(str, msgspec.to_builtins(frame).values())))

    async def _describe(self, frame: acts.Attributes) -> None:
        """What the page says waits for the first message where there is no conversation yet."""
        self._attributes = acts.check_attributes(frame.attributes)
        if self._conversation:
            digest = digest_of(*(text for pair in sorted(self._attributes.items()) for text in pair))
            await self._submit(frame.id, SetAttributes(attributes=self._attributes), digest)
        else:
            self._session.tell(codec.Ack(id=frame.id, conversation="", seq=0))

    async def _submit(self, name: str, command: AnyCommand, digest: str) -> None:
        if not self._conversation:
            raise NotFound("There is no conversation yet. It begins with your first message.")
        claim = inbound.Claim(self._visitor.inbox.id, self._sender.address, name, digest)
        receipt = await self._parts.dispatcher.act(self._business, self._conversation, command, claim=claim)
        self._session.tell(codec.Ack(id=name, conversation=receipt.conversation, seq=receipt.seq))

    async def _check_letter(self, address: str) -> None:
        """Strangers make us write to addresses that may not be theirs: seldom."""
        if not self._parts.settings.smtp:
            raise NotPossible("Letters can't be sent from here. Save the conversation as a file instead.")
        too_often = "That was sent a few times already. Try again in an hour, or save it as a file."
        await self._parts.letters.check(self._sender.address, too_often)
        await self._parts.letters.check(address.lower(), too_often)

    async def _check_answer(self, seq: int) -> None:
        conversation = self._conversation
        found = await self._parts.store.read(
            self._business, lambda tx, now: log.entries(tx, conversation, after=seq - 1, upto=seq, limit=1)
        )
        if not found or not isinstance(found[0].event, BotMessage):
            raise Invalid("This isn't an answer of the bot.", field="seq")

    async def _link(self, frame: codec.LinkWanted) -> None:
        link = await self._parts.files.link(
            self._visitor.inbox, self._sender.address, conversation=self._conversation, file=frame.file
        )
        self._session.tell(codec.LinkGiven(id=frame.id, file=frame.file, url=link.url, until=link.until))

    async def _continue(self, frame: codec.ContinueWanted) -> None:
        """Raises ``NotFound``, ``NotPossible``, ``TooMany``."""
        if not self._conversation:
            raise NotFound("There is no conversation yet. It begins with your first message.")
        await self._check_ways()
        if frame.to == "call":
            way = Way(self._visitor.inbox.id, WEBCHAT, self._visitor.inbox.name, address_of(self._visitor.inbox.id))
            unit = MakeLink(self._conversation, way=way)
        else:
            unit = MakeLink(self._conversation, channel=TELEGRAM)
        offer = await self._parts.store.write(self._business, unit, key=self._conversation)
        self._session.tell(codec.ContinueGiven(id=frame.id, url=offer.url, qr=qr_of(offer.url), until=offer.until))

    async def _open(self, frame: codec.OpenHere) -> None:
        """Raises ``LinkOver``, ``TooMany``."""
        await self._check_ways()
        sender, dispatcher = self._sender, self._parts.dispatcher
        unit = OpenAtPage(sender.inbox, sender.address, frame.id, frame.token, sender.profile, dispatcher.policy)
        opened = await dispatcher.commit_all(self._business, unit, key=sender.address)
        self._session.tell(codec.Ack(id=frame.id, conversation=opened.conversation, seq=opened.seq))
        if opened.conversation != self._conversation:
            await self._follow(opened.conversation)
        self._hub.joined(self._business, opened)

    async def _check_ways(self) -> None:
        await self._parts.ways_on.check(
            self._sender.address, "That was asked for a few times already. Try again in a minute."
        )

    async def _typing(self, frame: codec.Typing) -> None:
        if not self._conversation:
            return
        if frame.on:
            self._parts.dispatcher.typing(self._conversation, seconds=TYPING_HOLDS)
        body: dict[str, str | int | bool] = {"on": frame.on}
        text = UNWANTED.sub("", frame.text)[-codec.DRAFT :]
        if frame.on and text and self._visitor.inbox.settings.live_draft:
            readers = await self._readers()
            body |= {"text": text, "to": " ".join(readers)} if readers else {}
        self._tell(kind="typing", body=body)

    async def _readers(self) -> list[str]:
        """Who may see what the visitor types: people who have the floor, and nobody where they don't."""
        conversation = self._conversation
        state = await self._parts.store.read(self._business, lambda tx, now: log.peek(tx, conversation))
        if state is None or state.owner is None or state.floor is not Floor.PEOPLE:
            return []
        return [state.owner.id, *(one.operator.id for one in state.participants)]

    async def _read(self, seq: int) -> None:
        if not self._conversation:
            return
        conversation = self._conversation

        def unit(tx: Tx, now: int) -> int:
            head = log.head(tx, conversation)
            upto = min(seq, head[0] if head else 0)
            return upto if lists.mark_read(tx, conversation, "customer", upto) else 0

        marked = await self._parts.store.write(self._business, unit, key=conversation)
        if marked:
            self._tell(kind="mark", body={"seq": marked})

    def _tell(self, *, kind: Literal["typing", "mark"], body: dict[str, str | int | bool]) -> None:
        self._hub.signal(
            Signal(business=self._business, conversation=self._conversation, kind=kind, who="customer", body=body)
        )


def _encode(message: object) -> bytes:
    return msgspec.json.encode(message)
