import { formFaults } from "../forms/en.ts";
import type { FaultCode, Phrase } from "@switchboard/protocol";

/** Why a message was not delivered (ends a sentence), this browser is not told, or something is not possible now. */
export const faults = {
  "fault.delivery_unreachable": "the customer has blocked us, or is gone",
  "fault.delivery_refused": "the messenger refused it ({said}). Change the message, then send it anew",
  "fault.delivery_other_parts": "the channel's limits have changed meanwhile. Send the message anew",
  "fault.delivery_uncertain": "nobody knows whether it arrived. Ask the customer before you send it again",
  "fault.delivery_no_answer":
    "the messenger did not answer in time, so it may have arrived. Ask the customer before you send it again",
  "fault.delivery_not_reached": "the messenger could not be reached ({said}). Send it again later",
  "fault.delivery_put_off": "the messenger put it off for a whole day ({said}). Send it again later",
  "fault.delivery_put_off_silently": "the messenger put it off for a whole day. Send it again later",
  "fault.delivery_no_channel":
    "this server has had no such channel ({channel}) for a day. Ask an administrator",
  "fault.delivery_channel_failed":
    "something failed on our side ({channel}: {error}), and it is logged. Ask an administrator",
  "fault.delivery_mail_refused": "the mail server refused it ({said}). Ask the customer for another address",
  "fault.delivery_mail_not_reached":
    "the mail server put it off again and again ({said}). Ask an administrator",
  "fault.delivery_mail_uncertain": "the mail server broke off, so it may have arrived",
  "fault.delivery_sms_answered": "your sender of short messages did not take it ({said})",
  "fault.delivery_sms_not_taken":
    "your sender of short messages could not be called. An administrator finds why under Settings → Unread answers",

  "fault.push_off": "This browser is not told yet. Turn it on first.",
  "fault.push_gone": "The browser's own service does not know it any more. Turn this off and on again.",
  "fault.push_refused": "The browser's own service did not take it ({said}). Try again in a minute.",
  "fault.push_inside":
    "The browser's own service is inside a network where nothing is sent. Ask whoever runs the server.",
  "fault.push_no_answer": "The browser's own service gave no answer. Try again in a minute.",
  "fault.push_browsers": "{limit} of your browsers are told already. Sign out in one of them first.",

  "fault.contacts_one": "These two are one contact already.",
  "fault.contacts_two": "These two signed in as different people on one site, so they stay two contacts.",
  "fault.contacts_blocked": "One of the two is blocked. Lift the block first, or block the other one, too.",
  "fault.contact_blocked": "They are blocked. Lift the block before you write to them.",
  "fault.contact_not_blocked": "They are not blocked any more.",
  "fault.contact_unreachable": "Nothing reaches them there: they have blocked the bot, or are gone.",
  "fault.contact_channel_off":
    "“{name}” is not connected. Connect it in the settings, or write to them elsewhere.",
  "fault.contact_not_merged": "This contact is not joined with another one any more.",
  "fault.colleague_away": "{name} is on a break. Choose somebody else, or pass it to a team.",
  "fault.phone_unreadable": "This is not a phone number. Write it with the country, like +44 20 7946 0000.",
  "fault.email_unreadable": "This is not an e-mail address. Write it like name@example.com.",
  "fault.messenger_missing": "Write the messenger and the name there, like Telegram @name.",
  "fault.callback_none": "Nobody promised to call back. End it as answered, or snooze it.",
  "fault.colleague_gone": "{name} is not at the console. Choose somebody else, or pass it to a team.",
  "fault.call_over": "This call is over.",
  "fault.colleague_calls": "{name} is in a call. Choose somebody else, or ask a team.",
  "fault.consult_goes_on": "A colleague is being asked already. Go back to the caller first.",
  "fault.consult_nobody": "Nobody there can come right now. Choose somebody else, or pass the caller on.",
  "fault.consult_over": "You aren't asked any more: a colleague was faster, or they went back to the caller.",
  "fault.consult_alone": "Nobody has come yet. Wait for them, or go back to the caller.",
  "fault.consult_private": "{name} is asking a colleague. They take the caller back themselves.",
  "fault.not_recorded": "This call isn't recorded.",
  "fault.call_goes_on": "This call goes on already.",
  "fault.call_elsewhere": "You are in a call already, in another window. End that one first.",
  "fault.calls_stop": "Switchboard is restarting. Call again in a minute.",
  "fault.calls_full": "As many calls as a conversation can have go on in this one. End one of them first.",
  "fault.message_none": "There is no such message.",
  "fault.labels_many": "A conversation has at most {limit} labels. Take one off first.",
  "fault.colleague_wrapping_up":
    "{name} is still noting what came of a talk. Choose somebody else, or pass it to a team.",
  "fault.code_needed":
    "Choose what came of it first: this conversation can not be resolved without a wrap-up code.",
  "fault.no_more_time": "There is no more time for this one. Finish it, or go back to the conversation.",
  "fault.not_invited": "You are not invited any more. Ask whoever has the conversation.",
  "fault.macro_step":
    "Step {step} of “{name}” can not be done, so nothing of it was. Do it by hand, or look at the macro.",

  ...formFaults,
} satisfies Record<`fault.${FaultCode<"delivery" | "push" | "desk" | "forms">}`, Phrase>;
