"""Three nodes of the product over one PostgreSQL and one Redis, with Telegram beside them and a crowd that writes; and a checker that
knows every acknowledgement.

::

    async with on_fleet(servers, folder, http) as fleet:
        crowd = await Crowd.gather(fleet, "Ants", pages=10, called=5, polled=5)
        async with crowd.living():
            async with crowd.writing(chance_of("ants"), rate=10):
                await fleet.nodes[0].kill()
                await fleet.nodes[0].start()
            await crowd.until_settled()
            await crowd.check()
"""

from tests.support_edge.fleet.checker import Finding, check, findings
from tests.support_edge.fleet.crowd import Crowd, chance_of
from tests.support_edge.fleet.gate import Gate
from tests.support_edge.fleet.nodes import Fleet, Servers, on_fleet
from tests.support_edge.fleet.record import Chat, Input, Page, Push, Record, Stored, Told

__all__ = [
    "Chat",
    "Crowd",
    "Finding",
    "Fleet",
    "Gate",
    "Input",
    "Page",
    "Push",
    "Record",
    "Servers",
    "Stored",
    "Told",
    "chance_of",
    "check",
    "findings",
    "on_fleet",
]
