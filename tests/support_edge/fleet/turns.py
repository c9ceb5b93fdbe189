"""Turns that take their time: who makes one just now, and what became of it."""

from __future__ import annotations

from tests.support_edge.fleet.crowd import Crowd
from tests.support_edge.fleet.nodes import Fleet
from tests.support_edge.process import Customer, Serving
from tests.support_edge.serving import THINK
from tests.support_edge.waiting import until, until_async


async def begin_turn(fleet: Fleet, crowd: Crowd, node: Serving) -> tuple[str, int]:
    """A page of this node's asks what takes its time, and the node makes that turn: the conversation, and the turns that it had."""
    page = next(page for page in crowd.pages if page.at == node.url)
    while True:
        conversation, made = await ask(fleet, page)
        if await until_held(fleet, conversation) is node:
            return conversation, made
        await until_async(lambda: is_more(fleet, conversation, "bot_turn", made), what="that turn is over")  # noqa: B023


async def ask(fleet: Fleet, page: Customer) -> tuple[str, int]:
    """What takes its time: the conversation, and the turns that it had."""
    text = f"{page.name} line {len(page.texts) + 1}: {THINK}"
    await page.say(text)
    conversation = await acknowledged(page, text)
    return conversation, await fleet.count(conversation, "bot_turn")


async def acknowledged(page: Customer, text: str) -> str:
    """The page's conversation, once this is stored."""
    name = next(name for name, said in page.texts.items() if said == text)
    await until(lambda: name in page.acknowledged, what=f"{text} is acknowledged")
    return page.acknowledged[name][0]


async def until_held(fleet: Fleet, conversation: str) -> Serving:
    """The node that makes the conversation's turn just now."""
    held: list[str] = []

    async def is_held() -> bool:
        held[:] = [await fleet.holder(conversation)]
        return any(node.told["node"] in held for node in fleet.nodes)

    await until_async(is_held, what="a node makes the turn")
    return fleet.node_of(held[0])


async def is_more(fleet: Fleet, conversation: str, tag: str, before: int) -> bool:
    """Whether the log has more events of a kind than before."""
    return await fleet.count(conversation, tag) > before
