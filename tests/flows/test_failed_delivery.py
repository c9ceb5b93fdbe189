"""A reply that a messenger refused: everyone sees it, and a supervisor has it sent again."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import expect

from gateway.faults import Fault
from gateway.faults import delivery as faults
from gateway.model import commands as c
from gateway.model.events import OperatorMessage
from gateway.store import deliveries, log
from gateway.store.directory import Business
from gateway.store.sql import Tx
from tests.flows.outages import change
from tests.flows.people import Customer, Operator
from tests.flows.server import DemoServer


@pytest.mark.parametrize(
    ("reason", "fault", "told"),
    [
        ("unreachable", None, "Не доставлено: клиент заблокировал нас или удалил чат"),
        (
            "message is too long", faults.REFUSED(said="message is too long"),
            "Не доставлено: мессенджер не принял сообщение (message is too long). Измените его и отправьте заново",
        ),
    ],
)  # fmt: skip
def test_reply_that_was_refused_is_sent_again_by_an_administrator(
    customer: Customer, olga: Operator, anna: Operator, demo: DemoServer, reason: str, fault: Fault | None, told: str
) -> None:  # fmt: skip
    customer.ask_for_person()
    olga.choose("человека")
    olga.take()
    olga.write("Мастер приедет завтра")
    customer.hears("Мастер", author="operator")

    demo.stop()
    change(demo, partial(refuse_the_last_reply, reason=reason, fault=fault))
    demo.start()

    olga.reads(told)
    expect(olga.log.get_by_role("button", name="Отправить ещё раз")).to_have_count(0)
    anna.choose("Мастер", view="all")
    anna.log.get_by_role("button", name="Send again").click()
    anna.reads("You had a message sent again")
    expect(anna.log.get_by_text("Not delivered")).to_have_count(0)
    olga.reads("Сообщение отправлено ещё раз: Anna Example")


def refuse_the_last_reply(tx: Tx, now: int, business: Business, *, reason: str, fault: Fault | None) -> None:
    """As a messenger's channel would leave it."""
    scoped = tx.for_business(business.id)
    scoped._cursor.execute("SELECT id FROM conversations")
    (conversation,) = scoped._cursor.fetchone()
    state = log.load(scoped, conversation)
    said = next(e for e in reversed(log.read_all(scoped, conversation)) if isinstance(e.event, OperatorMessage))
    assert state is not None and isinstance(said.event, OperatorMessage)
    here = said.event.endpoint
    deliveries.put(
        scoped, conversation, said.seq, inbox=here.inbox, identity=here.identity, channel=here.channel, now=now
    )
    waiting = deliveries.next_for(scoped, here.identity)
    assert waiting is not None
    deliveries.set_status(scoped, waiting, "dead", now=now, attempts=1, error="blocked")
    draft = log.Draft(conversation, state, now=now)
    draft.apply(c.ReportFailure(seq=said.seq, part=0, reason=reason, fault=fault))
    log.save(scoped, draft)
