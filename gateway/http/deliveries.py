"""Failed messages, sent again at a supervisor's word."""

from __future__ import annotations

from gateway.dispatcher import Dispatcher
from gateway.errors import NotFound
from gateway.http.reading import BASE
from gateway.http.routes import SUPERVISORS, Call, Route
from gateway.http.verbs import VerbAnswer
from gateway.model import commands as c

MAX_DIGITS = 18


class Deliveries:
    """What may be done about pushed messages."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher

    def routes(self) -> list[Route]:
        return [
            Route(
                method="POST", path=BASE + "/conversations/{conversation}/deliveries/{seq}/replay", handler=self.replay,
                summary="Send again what failed of a message", access=SUPERVISORS, answer=VerbAnswer,
                tags=("conversations",),
            )
        ]  # fmt: skip

    async def replay(self, call: Call) -> VerbAnswer:
        """``409 not_possible`` where nothing of the message has failed."""
        seq = call.param("seq")
        if not (seq.isascii() and seq.isdigit() and len(seq) <= MAX_DIGITS):
            raise NotFound("A message is named by its `seq`, a number.")
        command = c.Replay(operator=call.who.person, seq=int(seq))
        receipt = await self._dispatcher.replay(call.business, call.param("conversation"), command)
        return VerbAnswer(conversation=receipt.conversation, seq=receipt.seq)
