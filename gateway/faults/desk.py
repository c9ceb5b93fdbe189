"""What isn't possible now with conversations and contacts, where the refusal's code alone would say something else."""

from __future__ import annotations

from gateway.faults import Kind

ONE_CONTACT = Kind("contacts_one", "These two are one contact already.")
TWO_CONTACTS = Kind("contacts_two", "These are two different users of one inbox: they can't be one contact.")
ONE_BLOCKED = Kind(
    "contacts_blocked", "One of these two is blocked. Lift the block first, or block the other one, too."
)
CONTACT_BLOCKED = Kind("contact_blocked", "This contact is blocked. Lift the block before you write to them.")
NOT_BLOCKED = Kind("contact_not_blocked", "This contact isn't blocked.")
UNREACHABLE = Kind(
    "contact_unreachable", "Nothing reaches them there any more: they have blocked the bot, or are gone."
)
CHANNEL_OFF = Kind(
    "contact_channel_off", "“{name}” isn't connected. Connect it in the settings, or write to them elsewhere."
)
NOT_MERGED = Kind("contact_not_merged", "This contact isn't merged into another one.")
COLLEAGUE_AWAY = Kind("colleague_away", "{name} is on a break. Choose somebody else, or pass it to a team.")
COLLEAGUE_GONE = Kind("colleague_gone", "{name} isn't at the console. Choose somebody else, or pass it to a team.")
PHONE = Kind("phone_unreadable", "This isn't a phone number. Write it with the country, like +44 20 7946 0000.")
EMAIL = Kind("email_unreadable", "This isn't an e-mail address. Write it like name@example.com.")
MESSENGER = Kind("messenger_missing", "Write the messenger and the name there, like Telegram @name.")
NO_CALLBACK = Kind("callback_none", "Nobody promised to call back. End it as answered, or snooze it.")
COLLEAGUE_WRAPPING_UP = Kind(
    "colleague_wrapping_up", "{name} is still noting what came of a talk. Choose somebody else, or pass it to a team."
)
CODE_NEEDED = Kind("code_needed", "Choose a wrap-up code first: this conversation can't be ended without one.")
NO_MORE_TIME = Kind("no_more_time", "There is no more time for this one. Finish it, or go back to the conversation.")
NOT_INVITED = Kind("not_invited", "You are not invited any more. Ask whoever has the conversation.")
MACRO_STEP = Kind(
    "macro_step", "Step {step} of “{name}” can't be done, so nothing of it was. Do it by hand, or look at the macro."
)
LABELS = Kind("labels_many", "A conversation has at most {limit} labels. Take one off first.")
CALL_OVER = Kind("call_over", "This call is over.")
COLLEAGUE_CALLS = Kind("colleague_calls", "{name} is in a call. Choose somebody else, or ask a team.")
CONSULT_GOES_ON = Kind("consult_goes_on", "A colleague is being asked already. Go back to the caller first.")
CONSULT_NOBODY = Kind("consult_nobody", "Nobody there can come right now. Choose somebody else, or pass the caller on.")
CONSULT_OVER = Kind(
    "consult_over", "You aren't asked any more: a colleague was faster, or they went back to the caller."
)
CONSULT_ALONE = Kind("consult_alone", "Nobody has come yet. Wait for them, or go back to the caller.")
CONSULT_PRIVATE = Kind("consult_private", "{name} is asking a colleague. They take the caller back themselves.")
NOT_RECORDED = Kind("not_recorded", "This call isn't recorded.")
CALL_GOES_ON = Kind("call_goes_on", "This call goes on already.")
IN_A_CALL = Kind("call_elsewhere", "You are in a call already, in another window. End that one first.")
CALLS_STOP = Kind("calls_stop", "Switchboard is restarting. Call again in a minute.")
CALLS_FULL = Kind("calls_full", "As many calls as a conversation can have go on in this one. End one of them first.")
NO_SUCH_MESSAGE = Kind("message_none", "There is no such message.")
