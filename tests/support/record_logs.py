"""Records whole conversations for everyone who replays logs: ``python -m tests.support.record_logs`` (``--check``).

Each file of ``tests/fixtures/logs`` is ``{"entries": […as on the wire…], "state": {…what ``fold`` made of them…}}``;
the front end's reducer is held to the same files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from gateway.model import commands as c
from gateway.model.decide import Circumstances
from gateway.model.events import (
    Attachment,
    Button,
    Memory,
    OperatorMessage,
    Person,
    Phone,
    Place,
    Span,
    Speech,
    Unrecognized,
)
from gateway.model.fold import fold_all
from gateway.model.redact import redact
from gateway.model.rules import WrapUpRules
from gateway.model.words import ASK_FOR_PERSON, BACK_TO_BOT
from tests.support.clock import SECOND
from tests.support.histories import CALL, CONVERSATION, IVAN, OLGA, PAGE, SUE, TELEGRAM, WEB, History

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "logs"
LONG = "Мой заказ 👩‍🚀 не пришёл, и вот что было дальше. " * 8


def messenger() -> History:
    """All that a messenger tells beside words: an album, an edit, reactions, a place, being blocked."""
    history = History().start(endpoint=TELEGRAM)
    history.do(c.OpenChat(endpoint=TELEGRAM, payload="spring", greeting="Hello"))
    history.do(c.Say(text="my bill", endpoint=TELEGRAM, files=(Attachment(id="f1", kind="photo", pending=True),)))
    seq = history.state.seq
    history.do(c.Extend(seq=seq, files=(Attachment(id="f2", kind="photo", pending=True),)))
    history.turn("Which number has it?")
    history.do(
        c.Say(text="**12", endpoint=TELEGRAM, spans=(Span(kind="code", at=2, length=2),), quote="number", reply_to=7)
    )
    history.do(c.Edit(seq=history.state.seq, text="13", sent_at=5))
    history.do(c.React(seq=7, emoji=("👍",)))
    history.do(c.Say(text="", endpoint=TELEGRAM, place=Place(latitude=55.75, longitude=37.61, title="The shop")))
    history.do(c.Say(text="", endpoint=TELEGRAM, phone=Phone(number="+74950000001", name="Ann", own=True)))
    history.do(c.Say(text="", endpoint=TELEGRAM, unsupported="dice"))
    history.do(c.Say(text="", endpoint=TELEGRAM, files=(Attachment(id="f3", kind="voice", seconds=4, pending=True),)))
    history.do(c.AskForPerson())
    history.do(c.Take(operator=OLGA))
    history.do(c.SendReply(operator=OLGA, text="It is here", floor_seq=history.state.floor_seq, reply_to=seq))
    said, target = history.state.seq, history.entries[-1].event
    assert isinstance(target, OperatorMessage)
    history.do(c.EditReply(operator=OLGA, seq=said, text="It is **there**", target=target))
    history.do(c.LoseEndpoint(endpoint=TELEGRAM))
    history.do(c.RegainEndpoint(endpoint=TELEGRAM))
    history.do(c.DeleteReply(operator=OLGA, seq=said, target=target))
    history.do(c.LoseEndpoint(endpoint=TELEGRAM))
    return history


def bot_only() -> History:
    history = History().start(page=PAGE)
    history.say("Where is my order?")
    history.turn("What is its number?", facts={"topic": "order"})
    history.say("12")
    history.turn("It left this morning.", "It will be there tomorrow.", facts={"order": "12", "topic": ""})
    history.do(c.Rate(score=5, comment="quick"))
    history.do(c.Close(ending="answered", reason="silence"), after=86_400)
    return history


def burst() -> History:
    history = History().start(locale="ru")
    for text in ("здравствуйте", "у меня вопрос", LONG):
        history.say(text)
    state = history.state
    early = c.FinishTurn(
        floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input - 1, outcome="answered"
    )
    history.turn("Сейчас посмотрю.")
    history.do(early)
    history.say("и ещё")
    return history


def clarify_then_handoff() -> History:
    history = History().start(page=PAGE)
    history.say("it is broken")
    choices = tuple(Button(title=title, payload=f"/{title.lower()}") for title in ("Lamp", "Delivery"))
    person = Button(title="A person", payload=ASK_FOR_PERSON)
    history.turn("What is broken?", outcome="clarify", buttons=choices, misses=1)
    history.say("the thing")
    history.turn("Could you say it in other words?", outcome="rephrase", buttons=(person,), misses=2)
    history.say("THE THING!")
    history.hand_off("I'll get someone who can help.")
    history.do(c.Notify(notice="queued", text="You are next.", buttons=(Button(title="Back", payload=BACK_TO_BOT),)))
    return history


def form_and_anger() -> History:
    """A form goes on from turn to turn, is left by an angry word, and people end it."""
    history = History().start()
    history.say("Connect me, please")
    history.turn("Which address?", memory=Memory(form="connection", asks="address", version="version-1", at=5))
    history.say("how much is it?")
    asked = Memory(form="connection", asks="address", tries=1, steps=("how_much", "utter_prices"), at=7)
    history.turn("It is free.", "Which address?", memory=asked, spoken="It is free of charge.")
    history.say("what a mess")
    history.hand_off(
        "I'll get someone.", reason="bot_decided", cause="anger", why="what a mess", team="billing", priority=3
    )
    history.do(c.CancelHandoff())
    history.say("4 Lamp Street")
    history.turn("Thank you.", facts={"address": "4 Lamp Street"}, memory=asked)
    history.do(c.RequestHandoff(reason="operator_decided", by="operator"))
    history.take(OLGA)
    return history


def take_reply_return() -> History:
    history = History().start()
    history.say("A person, please", choice=ASK_FOR_PERSON)
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.AddNote(operator=OLGA, text="called twice last week"))
    history.reply("Good morning, this is Olga.")
    history.say("Can I change the address?")
    history.do(c.SetFacts(operator=OLGA, facts={"address": "4 Lamp Street"}))
    history.do(c.SetLabels(operator=OLGA, add=("urgent", "delivery")))
    history.do(c.SetLabels(operator=IVAN, add=("vip",), remove=("urgent", "none")))
    history.reply("Done.")
    history.do(c.ReturnToBot(operator=OLGA, floor_seq=history.state.floor_seq))
    history.say("When does it come?")
    history.turn("Tomorrow.")
    return history


def two_operators() -> History:
    history = History().start()
    history.say("Bonjour")
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.Join(operator=SUE, role="coach"))
    history.do(c.Transfer(operator=OLGA, floor_seq=history.state.floor_seq, to=IVAN, note="speaks French"))
    history.reply("Bonjour !", operator=IVAN)
    history.do(c.Join(operator=SUE, role="barge"))
    history.reply("Let me add to that.", operator=SUE)
    history.do(c.Join(operator=OLGA, role="conference"))
    history.do(c.Part(operator=SUE))
    history.say("Merci, et la facture ?")
    history.do(c.Transfer(operator=IVAN, floor_seq=history.state.floor_seq, team="billing"))
    history.take(OLGA)
    history.do(c.LoseOwner(operator=OLGA, reason="lost"))
    return history


def resolve_and_reopen() -> History:
    history = History().start()
    history.say("Where is my order?")
    history.ask_for_person()
    history.take(OLGA)
    history.reply("It is at your door.")
    history.resolve(code="delivered")
    history.say("Thanks!", closing=True)
    history.do(c.Rate(score=4))
    history.say("It came broken", owner_available=True)
    history.reply("I am sorry; a new one is on its way.")
    history.resolve()
    history.say("And the old one?", owner_available=False)
    return history


def wrap_up() -> History:
    history = History().start()
    history.say("Hello")
    history.take(IVAN)
    history.reply("Hello!", operator=IVAN)
    history.resolve(operator=IVAN, wrap_up=True)
    history.say("Thanks", closing=True)
    history.say("Oh, one more thing")
    history.reply("Yes?", operator=IVAN)
    unheard = history.state.seq
    history.do(c.ReportFailure(seq=unheard, part=0, reason="blocked"))
    history.do(c.Replay(operator=SUE, seq=unheard))
    history.do(c.ForwardAnswers(way="email", address="ivan@example.com", since=unheard, upto=unheard))
    history.resolve(operator=IVAN, wrap_up=True)
    history.resolve(operator=IVAN, code="question")
    history.say("Hello again", owner_available=True)
    history.reply("Hello again.", operator=IVAN)
    history.resolve(operator=IVAN, wrap_up=True)
    return history


def time_after_the_talk() -> History:
    """More of it, the talk goes on after all, and in the end it runs out."""
    history = History().start()
    history.say("Hello")
    history.take(IVAN)
    history.say("Is anybody there?")
    rules = WrapUpRules(mode="required", seconds=30)
    history.resolve(operator=IVAN, rules=rules)
    history.do(c.ExtendWrapUp(operator=IVAN, floor_seq=history.state.floor_seq))
    history.do(c.CancelWrapUp(operator=IVAN, floor_seq=history.state.floor_seq))
    history.reply("I am.", operator=IVAN)
    history.do(c.Invite(operator=IVAN, floor_seq=history.state.floor_seq, colleague=SUE))
    history.do(c.Invite(operator=IVAN, floor_seq=history.state.floor_seq, colleague=OLGA))
    history.do(c.Join(operator=SUE, role="conference", invited=True))
    history.do(c.DeclineInvitation(operator=OLGA))
    history.reply("So am I.", operator=SUE)
    history.do(c.Part(operator=SUE))
    history.do(c.Invite(operator=IVAN, floor_seq=history.state.floor_seq, colleague=OLGA))
    history.do(c.NoteMacro(operator=IVAN, macro="m1", name="Goodbye"))
    history.do(
        c.FillForm(
            operator=IVAN, record="r1", number="ORD-000001", form="f1", name="Order", purpose="order", status="new",
            values={"what": "tea"},
        )
    )  # fmt: skip
    history.do(c.MoveRecord(operator=IVAN, record="r1", number="ORD-000001", name="Order", before="new", status="done"))
    history.resolve(operator=IVAN, rules=rules)
    history.do(c.EndWrapUp(), after=31)
    return history


def still_wrapping_up() -> History:
    history = History().start()
    history.say("Hello")
    history.take(IVAN)
    history.reply("Hello!", operator=IVAN)
    history.resolve(operator=IVAN, rules=WrapUpRules(mode="required", code=True, more="until_done"))
    history.do(c.ExtendWrapUp(operator=IVAN, floor_seq=history.state.floor_seq))
    return history


def supervisor_barges() -> History:
    history = History().start()
    history.say("I want my money back")
    history.ask_for_person()
    history.take(IVAN)
    history.do(c.Join(operator=SUE, role="coach"))
    history.reply("We can't.", operator=IVAN)
    history.say("Then your boss, please")
    history.do(c.Join(operator=SUE, role="barge"))
    history.reply("We can.", operator=SUE)
    history.say("Thank you. When?")
    return history


def snooze() -> History:
    history = History().start()
    history.say("Is it back in stock?")
    history.ask_for_person()
    history.take(OLGA)
    history.reply("I'll write on Monday.")
    history.snooze(seconds=3600)
    history.say("Thanks", closing=True)
    history.do(c.Wake(), Circumstances(owner_available=True), after=3600)
    history.reply("It is back.")
    history.snooze(seconds=60)
    return history


def callbacks() -> History:
    """Asked for from the queue, tried, given to a colleague, done."""
    history = History().start()
    history.say("Where is my order?")
    history.do(c.AskForPerson())
    history.do(c.Notify(notice="callback_where", text="Which number shall we call?"))
    history.say("+7 495 000-01-01")
    history.do(c.LeaveDetails(kind="phone", value="+74950000101"))
    history.do(c.AskCallback(due_at=history.now + 3600 * SECOND, kind="phone", value="+74950000101"))
    history.do(c.Wake(), after=3600)
    history.do(c.Take(operator=OLGA))
    fence = history.state.floor_seq
    again = history.now + 7200 * SECOND
    history.do(c.TryCallback(operator=OLGA, floor_seq=fence, outcome="no_answer", again_at=again, note=LONG))
    history.do(
        c.PromiseCallback(
            operator=SUE, due_at=again, owner=IVAN, kind="phone", value="+74950000101", note="Ivan knows the order"
        )
    )
    history.do(c.Wake(), Circumstances(owner_available=True), after=7200)
    history.do(c.SendReply(operator=IVAN, text="I tried to reach you.", floor_seq=history.state.floor_seq))
    history.do(c.Notify(notice="silent", text="Is there anything else?"))
    return history


def offers() -> History:
    history = History().start()
    history.say("Hello?")
    history.do(c.RequestHandoff(reason="bot_decided", by="bot", team="sales", priority=3))
    for operator, reason in ((OLGA, "declined"), (IVAN, "expired")):
        history.do(c.MakeOffer(operator=operator, expires_at=history.now + 15_000_000))
        history.do(c.EndOffer(operator=operator, reason=reason), after=15)  # type: ignore[arg-type]
    history.do(c.MakeOffer(operator=SUE, expires_at=history.now + 15_000_000))
    return history


def outbound() -> History:
    """People write first; what they ask is answered, and from then on it is a request."""
    history = History().start(outbound=True)
    history.do(c.Take(operator=OLGA))
    history.do(c.SendReply(operator=OLGA, text="You called us?", floor_seq=history.state.floor_seq))
    history.say("I did, thank you")
    return history


def bot_failed_and_cancelled() -> History:
    history = History().start()
    history.say("Where is my order?")
    state = history.state
    history.do(c.FailTurn(floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input, attempts=3))
    history.do(c.FailTurn(floor_seq=state.floor_seq, answered=state.answered, upto=state.last_input, attempts=3))
    history.say("never mind")
    history.do(c.CancelHandoff())
    return history


def two_channels() -> History:
    history = History().start()
    history.say("I'll go on from my phone")
    history.do(c.JoinChannel(endpoint=TELEGRAM))
    history.turn("All right.")
    history.say("Here I am", endpoint=TELEGRAM)
    history.turn("Welcome.")
    history.say("And back", endpoint=WEB)
    history.do(c.Close(ending="answered", reason="moved", continued_in="conversation-2"))
    return history


def voice_messages() -> History:
    """One that is understood, one that the bot doesn't go by, and one in which nobody speaks."""
    history = History().start(endpoint=TELEGRAM)
    for number in (1, 2, 3):
        voice = Attachment(id=f"file-{number}", type="audio/ogg", size=9_000, kind="voice", seconds=4, pending=True)
        history.do(c.Say(text="", endpoint=TELEGRAM, files=(voice,)))
        seq = history.state.seq
        history.do(c.FinishFile(seq=seq, file=msgspec.structs.replace(voice, pending=False)))
        said: dict[int, dict[str, Any]] = {
            1: {"text": "When are you open?", "confidence": 0.9},
            2: {"text": "vent tore you oak pun", "confidence": 0.1, "problem": "unsure"},
            3: {"problem": "nothing_said"},
        }
        history.do(c.TellSpeech(seq=seq, file=voice.id, language="en", **said[number]))
    return history


def files() -> History:
    """Pictures from a messenger, one of which never comes; a paper from the operator. No word beside them."""
    history = History().start(endpoint=TELEGRAM)
    photo = Attachment(id="file-1", name="photo.jpg", type="image/jpeg", pending=True)
    video = Attachment(id="file-2", name="video.mp4", type="video/mp4", size=90_000_000, pending=True)
    history.do(c.Say(text="", endpoint=TELEGRAM, files=(photo, video)))
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.FinishFile(seq=2, file=msgspec.structs.replace(photo, size=48_213, pending=False)))
    history.do(c.FailFile(seq=2, file="file-2", reason="too_large"))
    contract = Attachment(id="file-3", name="contract.pdf", type="application/pdf", size=91_004)
    floor = history.state.floor_seq
    history.do(c.SendReply(operator=OLGA, text="", floor_seq=floor, files=(contract,)))
    return history


def many_facts() -> History:
    history = History().start()
    for number in range(7):
        history.say(f"That is {number}")
        history.turn("Noted.", facts={f"fact-{number}-{n}": str(n) for n in range(10)})
    history.do(c.SetFacts(operator=OLGA, facts={"fact-6-1": "", "fact-3-0": "changed"}))
    return history


def invited_and_rated() -> History:
    history = History().start(page=PAGE)
    history.do(c.Consent(version="2", text="We keep what you write for a year."))
    history.do(c.ShowInvitation(id="plans", text="Which plan suits you?"))
    history.do(c.SetAttributes(attributes={"plan": "home", "visits": "3"}))
    history.say("The small one?")
    history.turn("The small one is enough for two.")
    history.do(c.RateAnswer(seq=history.state.seq, helpful=True))
    history.do(c.RateAnswer(seq=history.state.seq - 1, helpful=False))
    history.do(c.LeaveDetails(kind="email", value="ivan@example.com"))
    history.do(c.AskTranscript(address="ivan@example.com"))
    history.do(c.SetAttributes(attributes={"plan": "office"}))
    history.do(c.End())
    history.do(c.Rate(score=4, comment="short and clear"))
    return history


def redacted() -> History:
    history = take_reply_return()
    erased = [msgspec.structs.replace(entry, event=redact(entry.event)) for entry in history.entries]
    again = History()
    for entry in erased:
        again.now = entry.at
        again.append(entry.event)
    again.say("I am new here")
    return again


def unrecognized() -> History:
    history = History().start()
    history.append(Unrecognized(tag="hologram_started"))
    history.say("Can you hear me?")
    history.append(Unrecognized(tag="hologram_ended"))
    history.turn("Yes.")
    history.append(Unrecognized(tag="hologram_rated"))
    return history


def calls() -> History:
    """A call beside the chat, spoken into, taken over, held, passed on; lost, and begun anew by somebody who waits no more."""
    history = History().start()
    history.say("Do you have lamps?")
    history.do(c.StartCall(leg="leg-1", endpoint=CALL))
    spoken = Speech(leg="leg-1", since=4_000, until=6_200, confidence=0.91)
    history.do(c.Say(text="a red one", endpoint=CALL, speech=spoken))
    history.turn("We have two red ones.", "Which one?", spoken="Two red ones.")
    history.do(c.SetLanguage(leg="leg-1", locale="ru", by="speech"))
    history.do(c.ChangeRecording(leg="leg-1", to="on"))
    history.do(c.NoteHeard(leg="leg-1", seq=history.state.seq - 1, heard=6, characters=13))
    history.say("I see only one")
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.AnswerCall(leg="leg-1", operator=OLGA))
    said = Speech(leg="leg-1", since=30_000, until=31_000)
    reply = c.SendReply(operator=OLGA, text="Hello", floor_seq=history.state.floor_seq, endpoint=CALL, speech=said)
    history.do(reply)
    history.do(c.HoldCall(leg="leg-1", operator=OLGA))
    history.do(c.ResumeCall(leg="leg-1", operator=OLGA))
    history.do(c.HoldCall(leg="leg-1", operator=OLGA))
    history.do(c.Transfer(operator=OLGA, team="billing", note="", floor_seq=history.state.floor_seq))
    history.take(IVAN)
    history.do(c.AnswerCall(leg="leg-1", operator=IVAN))
    rules = Circumstances(wrap_up=WrapUpRules(mode="required", seconds=60))
    history.do(c.ChangeRecording(leg="leg-1", to="paused"))
    history.do(c.EndCall(leg="leg-1", why="hung_up"), rules)
    history.do(c.KeepRecording(leg="leg-1", file="file-9", seconds=40, since=2_000))
    history.do(c.StartCall(leg="leg-2", endpoint=CALL))
    history.do(c.StartCall(leg="leg-3", endpoint=CALL))
    history.do(c.Say(text="still there?", endpoint=CALL, speech=Speech(leg="leg-2", since=0, until=900)))
    history.do(c.EndCall(leg="leg-3", why="over", operator=IVAN))
    history.do(c.StartCall(leg="leg-4", endpoint=CALL))
    return history


def consults() -> History:
    """Colleagues are asked about a caller: one declines, nobody comes in time, one comes and has the caller then; three talk; the
    owner is lost, who asked; the caller hangs up."""
    history = History().start()
    history.do(c.StartCall(leg="leg-1", endpoint=CALL))
    history.ask_for_person()
    history.take(OLGA)
    history.do(c.AnswerCall(leg="leg-1", operator=OLGA))

    def ask(operator: Person, *asked: Person, team: str = "", until: int = 0) -> None:
        floor = history.state.floor_seq
        history.do(c.StartConsult(leg="leg-1", operator=operator, floor_seq=floor, asked=asked, team=team, until=until))

    ask(OLGA, IVAN, SUE, team="billing", until=history.now + 30_000_000)
    history.do(c.DeclineConsult(leg="leg-1", operator=IVAN))
    history.do(c.EndConsult(leg="leg-1"))
    history.do(c.ResumeCall(leg="leg-1", operator=OLGA))
    ask(OLGA, IVAN)
    history.do(c.DeclineConsult(leg="leg-1", operator=IVAN))
    ask(OLGA, IVAN)
    history.do(c.AcceptConsult(leg="leg-1", operator=IVAN))
    history.do(c.AnswerCall(leg="leg-1", operator=IVAN))
    history.do(c.CompleteConsult(leg="leg-1", operator=OLGA, note="About the invoice"))
    history.do(c.AnswerCall(leg="leg-1", operator=IVAN))
    ask(IVAN, SUE)
    history.do(c.AcceptConsult(leg="leg-1", operator=SUE))
    history.do(c.Confer(leg="leg-1", operator=IVAN))
    history.do(c.Part(operator=SUE))
    ask(IVAN, SUE)
    history.do(c.AcceptConsult(leg="leg-1", operator=SUE))
    history.do(c.LoseOwner(operator=IVAN, reason="lost"))
    ask(SUE, OLGA)
    history.do(c.AcceptConsult(leg="leg-1", operator=OLGA))
    history.do(c.EndConsult(leg="leg-1", why="lost"))
    ask(SUE, OLGA)
    history.do(c.EndConsult(leg="leg-1", operator=SUE))
    ask(SUE, OLGA)
    history.do(c.Transfer(operator=SUE, floor_seq=history.state.floor_seq))
    history.take(OLGA)
    ask(OLGA, SUE)
    history.do(c.EndCall(leg="leg-1", why="hung_up"))
    return history


SCENARIOS: tuple[Callable[[], History], ...] = (
    messenger, bot_only, burst, clarify_then_handoff, form_and_anger, take_reply_return, two_operators, resolve_and_reopen, wrap_up, time_after_the_talk, still_wrapping_up, snooze,
    callbacks, offers, outbound, bot_failed_and_cancelled, two_channels, files, voice_messages, many_facts, supervisor_barges, invited_and_rated, redacted,
    unrecognized, calls, consults,
)  # fmt: skip


def render(history: History) -> str:
    """A file's text."""
    state = fold_all(history.entries, conversation=CONVERSATION)
    found = {"entries": msgspec.to_builtins(history.entries), "state": msgspec.to_builtins(state)}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def main(arguments: list[str]) -> int:
    stale = 0
    for scenario in SCENARIOS:
        target = FOLDER / f"{scenario.__name__}.json"
        text = render(scenario())
        if "--check" not in arguments:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            print(f"{target.name} is stale: run python -m tests.support.record_logs", file=sys.stderr)
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
