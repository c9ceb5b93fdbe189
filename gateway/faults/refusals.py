"""What isn't possible now, where the code of the refusal alone would say something else."""

from __future__ import annotations

from gateway.faults import Kind

TRAINING = Kind("bot_training", "The bot is being trained already. Wait until it is done.")
FACTOR = Kind("second_factor_set", "You have a second factor already. End it first to set up another one.")
OTHER_ADDRESS = Kind(
    "invitation_other_address", "This invitation is for {email}. Use that address, or ask for another link."
)
OTHER_ACCOUNT = Kind(
    "invitation_other_account",
    "This invitation is for {email}, and you are signed in as {mine}. Sign out first.",
)
MEMBER = Kind("member_already", "You work for this business already.")
ONE_CONTACT = Kind("contacts_one", "These two are one contact already.")
TWO_CONTACTS = Kind("contacts_two", "These are two different users of one inbox: they can't be one contact.")
LABELS = Kind("labels_many", "A conversation has at most {limit} labels. Take one off first.")
NOT_MERGED = Kind("contact_not_merged", "This contact isn't merged into another one.")
