"""What Prometheus is told of calls, and that nobody is named in it."""

from __future__ import annotations

import re

from prometheus_client import REGISTRY

from tests.channels.voice.test_calls import Lab, lab  # noqa: F401 - a fixture
from tests.support_edge.waiting import until


async def figures(lab: Lab) -> dict[str, float]:  # noqa: F811 - the fixture has the name
    async with lab.site.http.get(lab.site.origin + "/metrics") as response:
        text = await response.text()
    return {name: float(value) for name, value in re.findall(r"^(switchboard_\S+) (\S+)$", text, re.MULTILINE)}


async def test_calls_are_counted_and_nobody_is_named(lab: Lab) -> None:  # noqa: F811
    before = await figures(lab)

    def grown(now: dict[str, float], name: str) -> float:
        return now.get(name, 0.0) - before.get(name, 0.0)

    phone = await lab.connected()
    await phone.widget.entry("system_notice", notice="call_greeting")
    lab.typist.hears.append("where is my parcel")
    await until(lambda: len(phone.caller.heard) > 50)
    await phone.speak()
    await phone.widget.entry("bot_message")
    during = await figures(lab)
    assert grown(during, "switchboard_calls_begun_total") == 1 and grown(during, "switchboard_calls") == 1
    assert grown(during, 'switchboard_speech_engine_uses_total{engine="typist",part="recognizer"}') == 1
    name = "switchboard_call_answer_seconds_count"
    await until(lambda: (REGISTRY.get_sample_value(name) or 0) > before.get(name, 0))  # the answer sounds
    await phone.widget.send({"type": "hang_up", "id": "h1", "leg": phone.leg})
    await phone.widget.entry("call_ended", leg=phone.leg, why="hung_up")
    await until(lambda: lab.site.node.calls.count == 0)
    after = await figures(lab)
    assert grown(after, "switchboard_calls") == 0
    assert grown(after, 'switchboard_calls_ended_total{why="hung_up"}') == 1
    assert (
        grown(after, "switchboard_call_answer_seconds_count")
        == 1
        == grown(after, "switchboard_call_first_audio_seconds_count")
    )
    assert grown(after, "switchboard_recognized_seconds_total") > 0.3
    labels = " ".join(
        name for name in after if name.startswith(("switchboard_call", "switchboard_speech", "switchboard_recognized"))
    )
    for secret in (phone.leg, phone.conversation, lab.site.ours.business, lab.site.ours.inbox, "parcel"):
        assert secret not in labels
