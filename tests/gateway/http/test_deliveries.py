"""What failed is sent again at a supervisor's word, and at nobody else's."""

from __future__ import annotations

import pytest

from gateway.model.events import Endpoint, OperatorMessage
from gateway.store import deliveries
from gateway.store.sql import Tx
from tests.support_edge.provider import StrictChannel
from tests.support_edge.site import Site
from tests.support_edge.waiting import until


@pytest.fixture
async def failed(site: Site) -> tuple[str, int]:
    """A conversation and the ``seq`` of a reply in it that a messenger refused for good."""
    widget = await site.widget()
    conversation = str((await widget.say("Hello"))["conversation"])
    await site.verb(conversation, "take")
    floor = max(e.seq for e in await site.log(conversation))
    status, answer = await site.verb(conversation, "reply", id="r1", text="Hello, Ann", floor_seq=floor)
    assert status == 200, answer
    entry = (await site.log(conversation))[-1]
    assert isinstance(entry.event, OperatorMessage)
    here: Endpoint = entry.event.endpoint

    def unit(tx: Tx, now: int) -> None:
        deliveries.put(
            tx, conversation, entry.seq, inbox=here.inbox, identity=here.identity, channel=here.channel, now=now
        )
        waiting = deliveries.next_for(tx, here.identity)
        assert waiting is not None
        deliveries.set_status(tx, waiting, "dead", now=now, attempts=1, error="refused")

    await site.node.store.write(site.ours.business, unit)
    await widget.close()
    return conversation, entry.seq


def path(site: Site, conversation: str, seq: object) -> str:
    return f"/api/v1/businesses/{site.ours.business}/conversations/{conversation}/deliveries/{seq}/replay"


@pytest.mark.parametrize("who", ["sara", "anna"])
async def test_supervisor_sends_again_what_failed(site: Site, failed: tuple[str, int], who: str) -> None:
    channel = StrictChannel(site.node.store)
    site.node.channels["webchat"] = channel
    conversation, seq = failed

    status, answer = await site.call("POST", path(site, conversation, seq), who=who)

    assert (status, answer["conversation"]) == (200, conversation)
    await until(lambda: [part.text for part in channel.delivered] == ["Hello, Ann"])
    last = (await site.log(conversation))[-1]
    assert (last.seq, last.event.__struct_config__.tag) == (answer["seq"], "delivery_replayed")


async def test_what_has_not_failed_is_not_sent_again(site: Site, failed: tuple[str, int]) -> None:
    conversation, seq = failed
    for wrong in (seq + 1, 1, 10**17):
        status, problem = await site.call("POST", path(site, conversation, wrong), who="sara")
        assert (status, problem["type"]) == (409, "/problems/not_possible")
    for strange in ("x", "-1", "1.5", "9" * 40):
        assert (await site.call("POST", path(site, conversation, strange), who="sara"))[0] == 404
    assert (await site.call("POST", path(site, "nowhere", seq), who="sara"))[0] == 404


async def test_operator_may_not_send_again(site: Site, failed: tuple[str, int]) -> None:
    conversation, seq = failed
    assert (await site.call("POST", path(site, conversation, seq), who="olga"))[0] == 403
