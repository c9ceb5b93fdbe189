"""``decide``: what a command makes of a conversation. One table, state × command, and a function a cell.

What is not in the table is refused with ``NotPossible``. The functions (``decisions/``) read the state and the command
and nothing else; time and ids are given to the events where they are appended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from gateway.errors import NotPossible
from gateway.model import commands as c
from gateway.model.circumstances import Circumstances, Events
from gateway.model.decisions import bot, calls, consults, customer, people, system
from gateway.model.events import ConversationStarted
from gateway.model.state import Conversation, Status

__all__ = ["TABLE", "Circumstances", "Events", "decide"]


def decide(state: Conversation | None, command: c.AnyCommand, circumstances: Circumstances | None = None) -> Events:
    """The events that ``command`` makes of ``state`` (``None``: no conversation yet), in order; maybe none.

    Raises a ``Refused`` whose text says what to do.
    """
    if state is None:
        if isinstance(command, c.Start):
            return (
                ConversationStarted(
                    contact=command.contact,
                    endpoint=command.endpoint,
                    locale=command.locale,
                    page=command.page,
                    outbound=command.outbound,
                ),
            )
        raise NotPossible("There is no such conversation yet.", status="none")
    handler = TABLE[state.status].get(type(command))
    if handler is None:
        raise NotPossible(_no_step(state), status=state.status)
    return handler(state, command, circumstances or Circumstances())


def _no_step(state: Conversation) -> str:
    match state.status:
        case Status.RESOLVED:
            return "This conversation is resolved. It opens again when the customer writes."
        case Status.PENDING:
            return "The bot is answering. Take the conversation first."
        case Status.QUEUED:
            return "Nobody has this conversation yet. Take it first."
        case Status.OPEN:
            owner = state.owner.name if state.owner else "A colleague"
            return f"{owner} has this conversation. Only they, or a supervisor, can pass it on."
        case Status.WRAP_UP:
            return "The talk is over and is being wrapped up. Resolve it, or transfer it."
        case Status.SNOOZED:
            return "This conversation is snoozed. Take it first."
        case _:
            assert_never(state.status)


def _nothing(state: Conversation, command: Any, circumstances: Circumstances) -> Events:
    return ()


Handler = Callable[[Conversation, Any, Circumstances], Events]
_ALWAYS: dict[type[c.Command], Handler] = {
    c.Rate: customer.rate, c.RateAnswer: customer.rate_answer, c.End: customer.end, c.Consent: customer.consent,
    c.ShowInvitation: customer.show_invitation, c.Notify: system.notify, c.SetAttributes: customer.set_attributes,
    c.LeaveDetails: customer.leave_details, c.AskTranscript: customer.ask_transcript,
    c.FinishTurn: bot.drop_turn, c.FailTurn: bot.drop_turn,
    c.AddNote: people.note, c.SetFacts: people.set_facts, c.SetLabels: people.set_labels, c.Part: people.part,
    c.Replay: people.replay, c.NoteMacro: people.note_macro, c.FillForm: people.fill_form, c.MoveRecord: people.move_record, c.DeclineInvitation: people.decline_invitation,
    c.EndWrapUp: _nothing,
    c.EndOffer: system.end_offer, c.LoseOwner: system.lose_owner, c.ReportFailure: system.report_failure,
    c.FinishFile: system.finish_file, c.FailFile: system.fail_file, c.TellSpeech: system.tell_speech,
    c.Extend: customer.extend, c.Edit: customer.edit, c.React: customer.react,
    c.EditReply: people.edit_reply, c.DeleteReply: people.delete_reply,
    c.LoseEndpoint: system.lose_endpoint, c.RegainEndpoint: system.regain_endpoint,
    c.ForwardAnswers: system.forward_answers,
    c.StartCall: calls.start_call, c.EndCall: calls.end_call, c.NoteHeard: calls.note_heard,
    c.SetLanguage: calls.set_language, c.ChangeRecording: calls.change_recording, c.KeepRecording: calls.keep_recording,
    c.DeclineConsult: consults.decline_consult, c.EndConsult: consults.end_consult,
}  # fmt: skip
_UNRESOLVED: dict[type[c.Command], Handler] = {
    **_ALWAYS, c.Say: customer.hear, c.JoinChannel: customer.join_channel,
    c.Close: system.close, c.OpenChat: customer.open_chat,
}  # fmt: skip
_PEOPLE: dict[type[c.Command], Handler] = {
    **_UNRESOLVED, c.Take: people.take_owned, c.SendReply: people.reply, c.Transfer: people.transfer,
    c.ReturnToBot: people.return_to_bot, c.Resolve: people.resolve, c.Join: people.join, c.AskForPerson: _nothing,
    c.AnswerCall: calls.answer_call, c.HoldCall: calls.hold_call, c.ResumeCall: calls.resume_call,
}  # fmt: skip

TABLE: dict[Status, dict[type[c.Command], Handler]] = {
    Status.PENDING: {
        **_UNRESOLVED, c.AskForPerson: customer.ask_for_person, c.CancelHandoff: _nothing, c.Leave: customer.leave,
        c.FinishTurn: bot.finish_turn, c.FailTurn: bot.fail_turn, c.RequestHandoff: system.request_handoff,
        c.Take: people.take, c.Resolve: people.resolve,
    },
    Status.QUEUED: {
        **_UNRESOLVED, c.AskForPerson: _nothing, c.CancelHandoff: customer.cancel_handoff, c.Leave: customer.leave,
        c.MakeOffer: system.make_offer, c.AcceptOffer: system.accept_offer, c.RequestHandoff: _nothing,
        c.Take: people.take, c.Resolve: people.resolve,
        c.AskCallback: customer.ask_callback, c.PromiseCallback: people.promise_callback,
    },
    Status.OPEN: {
        **_PEOPLE, c.Snooze: people.snooze, c.Invite: people.invite, c.PromiseCallback: people.promise_callback, c.TryCallback: people.try_callback,
        c.StartConsult: consults.start_consult, c.AcceptConsult: consults.accept_consult,
        c.CompleteConsult: consults.complete_consult, c.Confer: consults.confer,
    },
    Status.WRAP_UP: {
        **_PEOPLE, c.Say: customer.hear_in_wrap_up, c.LoseOwner: system.lose_owner_in_wrap_up,
        c.ExtendWrapUp: people.extend_wrap_up, c.CancelWrapUp: people.cancel_wrap_up, c.EndWrapUp: system.end_wrap_up,
    },
    Status.SNOOZED: {
        # An owner who goes home leaves it asleep: waking finds out whether they are back.
        **_UNRESOLVED, c.Say: customer.hear_again, c.Wake: system.wake, c.Take: people.take, c.LoseOwner: _nothing,
        c.Resolve: people.resolve, c.PromiseCallback: people.promise_callback,
    },
    # Whoever comes back by a letter's link reads what was answered last, and may go on from there.
    Status.RESOLVED: {**_ALWAYS, c.Say: customer.hear_again, c.JoinChannel: customer.join_channel},
}  # fmt: skip
