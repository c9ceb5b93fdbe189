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

# the token of a messenger's bot
NO_TOKEN = Kind("telegram_no_token", "Paste the token that BotFather gave you.")
TOKEN_FORM = Kind("telegram_token_form", "A token looks like 123456789:AAE… Copy all of it from BotFather.")
TOKEN_UNKNOWN = Kind("telegram_token_unknown", "Telegram doesn't know this token. Copy it from BotFather once more.")
UNREACHABLE = Kind("telegram_unreachable", "Telegram can't be reached from here just now. Try it again in a moment.")
UNREACHABLE_BY_PROXY = Kind(
    "telegram_unreachable_by_proxy", "Telegram can't be reached by this proxy. Look at its address."
)
PROXY_INSIDE = Kind(
    "telegram_proxy_inside",
    "{host} is inside this server's own network. Whoever runs the server can allow it (webhook_networks).",
)
TELEGRAM_SAID = Kind("telegram_said", "Telegram answered: {said}")
BOT_TAKEN = Kind("telegram_bot_taken", "@{username} is an inbox already. A bot can be only one.")
OTHER_BOT = Kind(
    "telegram_other_bot", "This token is of another bot, @{username}. Add that one as an inbox of its own."
)
NO_SOURCE = Kind("bot_no_source", "An older release made this version and did not keep what it was made from.")
TESTS_FAIL = Kind(
    "bot_tests_fail", "{failed} of {all} test conversations fail. Say why it shall be published all the same."
)
UNTRAINED = Kind("bot_untrained", "Train the bot first: the draft has changed since.")
