"""The client against a server that does what it should, and against one that does not."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.breaker import Circuit
from bot.rasa.client import RasaClient
from bot.rasa.errors import RasaAnswerUnfit, RasaError, RasaNotTrained, RasaTooOld, RasaUnavailable
from bot.rasa.wire import Tag
from scripts.rasa.serving import free_port
from tests.bot.rasa.double import (
    TOKEN,
    Clock,
    Fault,
    RasaDouble,
    answers,
    breaks_off,
    calling,
    drips,
    floods,
    hangs,
    problem,
    serving,
    tells,
)

Call = Callable[[RasaClient], Awaitable[object]]

CALLS: dict[str, Call] = {
    "version": lambda client: client.version(),
    "status": lambda client: client.status(),
    "domain": lambda client: client.domain(),
    "tracker": lambda client: client.tracker("c"),
    "append": lambda client: client.append("c", [{"event": "pause"}]),
    "say": lambda client: client.say("c", "hello", tag=Tag(seq=1)),
    "parse": lambda client: client.parse("hello"),
    "load": lambda client: client.load("m.tar.gz"),
}
UNFIT: dict[str, Fault] = {
    "html": answers("<html>It works</html>", kind="text/html"),
    "nothing": answers(b""),
    "a number": tells(7),
    "null": tells(None),
    "wrong types": tells({"version": 3, "model_id": [], "events": {}, "slots": [], "intents": 1, "intent": "greet"}),
    "not UTF-8": answers(b'{"version": "\xff\xfe", "model_id": "\xff", "model_file": "\xff", "events": ["\xff"]}'),
    "deep": answers(b"[" * 200_000),
    "cut": answers(b'{"version": "3.6.21", "model_id": "m", "events": [{"event": "us'),
}
BROKEN: dict[str, Fault] = {"hangs": hangs, "breaks off": breaks_off, "drips": drips}


@pytest.fixture
async def double() -> AsyncIterator[RasaDouble]:
    async with serving() as running:
        yield running


@pytest.mark.parametrize("call", CALLS)
async def test_every_call_is_as_the_api_describes_it(double: RasaDouble, call: str) -> None:
    async with calling(double.url) as client:
        await CALLS[call](client)
        assert not client.is_down


async def test_conversation_and_words_of_any_kind_arrive_as_they_are(double: RasaDouble) -> None:
    conversation, text = "a/b?c#d ё%2F", 'Ё "x" \U0001f600\u202e'
    async with calling(double.url) as client:
        await client.say(conversation, text, tag=Tag(seq=3, turn="t"))
        tracker = await client.tracker(conversation)
    user = next(event for event in tracker.events if event.event == "user")
    assert (user.text, user.metadata and user.metadata.switchboard) == (text, Tag(seq=3, turn="t"))


@pytest.mark.parametrize("call", [name for name in CALLS if name not in ("append", "load")])
@pytest.mark.parametrize("fault", UNFIT)
async def test_answer_that_no_rasa_gives_is_unfit(double: RasaDouble, call: str, fault: str) -> None:
    if fault == "wrong types" and call == "say":
        double.fault = tells([{"recipient_id": 7}])
    else:
        double.fault = UNFIT[fault]
    async with calling(double.url) as client:
        with pytest.raises(RasaAnswerUnfit):
            await CALLS[call](client)


@pytest.mark.parametrize("fault", BROKEN)
async def test_server_that_never_finishes_is_unavailable_in_bounded_time(double: RasaDouble, fault: str) -> None:
    double.fault = BROKEN[fault]
    async with calling(double.url, timeout=0.3) as client:
        with pytest.raises(RasaUnavailable) as raised:
            await client.status()
    assert raised.value.reached
    assert len(double.asked) == 1, "what may have been done is not asked for twice"


async def test_answer_without_an_end_is_cut(double: RasaDouble) -> None:
    double.fault = floods
    async with calling(double.url, timeout=20) as client:
        with pytest.raises(RasaAnswerUnfit):
            await client.tracker("c")


async def test_answer_that_redirects_elsewhere_is_not_followed(double: RasaDouble) -> None:
    async with serving() as other:

        async def away(request: object) -> object:
            from aiohttp import web

            return web.Response(status=307, headers={"Location": f"{other.url}/status"})

        double.fault = away  # type: ignore[assignment]
        async with calling(double.url) as client:
            with pytest.raises(RasaUnavailable):
                await client.status()
        assert other.asked == []


async def test_connection_that_is_refused_is_tried_once_more_and_then_told() -> None:
    async with calling(f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(RasaUnavailable, match="can't be reached") as raised:
            await client.status()
    assert not raised.value.reached


async def test_host_that_no_one_knows_is_unavailable() -> None:
    async with calling("http://rasa.invalid:5005") as client:
        with pytest.raises(RasaUnavailable):
            await client.status()


@pytest.mark.parametrize(("version", "fit"), [("3.6.0", True), ("3.6.21", True), ("3.10.3", True), ("3.5.17", False),
                                              ("2.8.34", False), ("4.0.0", False), ("x", False), ("", False)])  # fmt: skip
async def test_version_is_three_six_or_a_later_three(double: RasaDouble, version: str, fit: bool) -> None:
    double.version = version
    async with calling(double.url) as client:
        if fit:
            assert await client.version() == version
        else:
            with pytest.raises(RasaTooOld, match=r"3\.6 or a later"):
                await client.version()


@pytest.mark.parametrize("fault", [*UNFIT, *BROKEN, "refused", "sanic's page", "its own words"])
async def test_token_and_words_of_customers_are_in_no_error_and_no_log(
    double: RasaDouble, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    secret = "my passport is 4500 000000"
    own = problem(500, "ConversationError", f"failed on {secret} with token={TOKEN}")
    faults = UNFIT | BROKEN | {
        "refused": answers(b"", status=401),
        "sanic's page": answers(f"<h1>{secret}{TOKEN}</h1>", status=500, kind="text/html"),
        "its own words": answers(bytes(own.body or b""), status=500),  # type: ignore[arg-type]
    }  # fmt: skip
    double.fault = faults[fault]
    with caplog.at_level(logging.DEBUG):
        async with calling(double.url, timeout=0.3) as client:
            for call in (client.tracker("c"), client.say("c", secret, tag=Tag(seq=1)), client.parse(secret)):
                with pytest.raises(RasaError) as raised:
                    await call
                told = f"{raised.value} {raised.value!r} {raised.value.__context__ if not raised.value.__suppress_context__ else ''}"
                assert "TEST" not in told and "passport" not in told
    assert "TEST" not in caplog.text and "passport" not in caplog.text


async def test_refusal_of_one_conversation_opens_no_circuit(double: RasaDouble) -> None:
    double.fault = answers(b'{"reason": "BadRequest"}', status=400)
    async with calling(double.url) as client:
        for _ in range(5):
            with pytest.raises(RasaUnavailable, match="400 BadRequest"):
                await client.append("c", [{"event": "pause"}])
        assert client.breaker.circuit is Circuit.CLOSED


async def test_server_that_fails_again_and_again_is_left_alone_and_found_again(double: RasaDouble) -> None:
    clock = Clock()
    double.fault = answers(b"", status=503)
    async with calling(double.url, clock=clock) as client:
        for _ in range(3):
            with pytest.raises(RasaUnavailable):
                await client.status()
        asked = len(double.asked)
        with pytest.raises(RasaUnavailable, match="failed lately"):
            await client.status()
        assert len(double.asked) == asked and client.is_down
        double.fault = None
        clock.now += 6
        assert (await client.status()).model_id == "model-1"
        assert not client.is_down


async def test_training_gives_the_models_file(double: RasaDouble) -> None:
    async with calling(double.url) as client:
        assert await client.train(b"intents: [greet]\n") == "trained-1.tar.gz"
    assert double.trained == [b"intents: [greet]\n"]


async def test_training_that_fails_says_why(double: RasaDouble) -> None:
    double.fault = answers(b'{"reason": "InvalidDomainError", "message": "Duplicate intent"}', status=400)
    async with calling(double.url) as client:
        with pytest.raises(RasaNotTrained, match="Duplicate intent"):
            await client.train(b"x")
