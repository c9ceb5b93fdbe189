"""What isn't possible now in the settings, where the refusal's code alone would say something else."""

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
