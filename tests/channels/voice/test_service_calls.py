"""A whole call with the engines that its inbox chose: a node as its settings say, services over their doubles."""

from __future__ import annotations

from pathlib import Path

from gateway.model.rules import CallSettings, Speaker
from gateway.settings import SpeechEngine
from tests.channels.voice.test_calls import Phone, allow_calls
from tests.support.stores import Database
from tests.support_edge.site import on_site
from tests.support_edge.speech.deepgram import deepgram_double
from tests.support_edge.speech.openai import openai_double
from tests.support_edge.speech.service import KEY
from tests.support_edge.waiting import until

CHOSEN = CallSettings(recognizers={"en": ("live",)}, speakers={"en": (Speaker(name="cloud", voice="nova"),)})


async def test_services_that_an_inbox_chose_understand_and_speak_a_call(database: Database, tmp_path: Path) -> None:
    async with deepgram_double() as deepgram, openai_double() as openai:
        tables = {
            "live": SpeechEngine(kind="deepgram", url=deepgram.url, key=KEY),
            "cloud": SpeechEngine(kind="openai", url=openai.url, key=KEY, voice_model="tts-1"),
        }
        async with on_site(database, tmp_path, call_addresses=("127.0.0.1",), speech=tables) as site:
            await allow_calls(site, CHOSEN)
            widget = await site.widget()
            await widget.send({"type": "call", "id": "c1"})
            begun = await widget.expect("call", id="c1")
            phone = Phone(widget, begun["leg"], begun["conversation"])
            try:
                await phone.connect()
                await widget.entry("system_notice", notice="call_greeting")
                await until(lambda: bool(openai.spoken), what="the greeting is spoken by the service")
                deepgram.says = ["Where is my parcel?"]
                await phone.speak()
                said = await widget.entry("customer_message", text="Where is my parcel?")
                assert said["event"]["speech"]["confidence"] == 0.95
                await widget.entry("bot_message")
                await until(lambda: any("Where is my parcel?" in text for text in openai.spoken))
                assert not deepgram.problems and not openai.problems
            finally:
                await phone.aclose()
