/** A bot of Telegram's as an inbox. */
export const telegram = {
  "field.channel": "Where customers write",
  "channel.webchat": "Web chat",
  "channel.webchat.about": "A chat on your own pages.",
  "channel.telegram": "Telegram",
  "channel.telegram.about": "A bot that customers write to in Telegram.",
  "field.telegram": "Bot",

  "bot_steps.open": "In Telegram, open",
  "bot_steps.new": "Send it",
  "bot_steps.new.more": ", then the bot’s name and its username.",
  "bot_steps.copy": "Copy the token from its answer and paste it here. The whole answer does, too.",
  bot_token: "Token",
  "bot_token.hint": "Whoever has it can speak as the bot. It is kept sealed and never shown again.",
  "bot_token.show": "Show the token",
  "bot_token.hide": "Hide the token",
  "bot_token.checking": "Asking Telegram whose token this is",
  "bot_token.found": "This is your bot:",
  "bot_token.again": "Check again",
  "bot_token.taken": "This bot is the inbox “{name}” already, and a bot can be only one.",
  "bot_token.elsewhere": "Another business on this server has this bot. It has to be removed there first.",
  "bot_token.new": "New token",
  "bot_token.new.title": "New token of @{username}",
  "bot_token.new.about":
    "Send /revoke to @BotFather to end the token of today, or /token to see it again. Paste the new one here; conversations go on.",
  "bot_token.new.save": "Use this token",

  "telegram.greeting.hint": "What the bot says to whoever presses Start.",
  groups: "In groups",
  "groups.addressed": "Answers when addressed",
  "groups.addressed.about": "To its @username, to replies to its messages, and to commands.",
  "groups.leave": "Leaves at once",
  "groups.leave.about": "The bot talks in private chats only.",
  "telegram.more": "More",
  "telegram.menu": "Help pages",
  "telegram.menu.hint":
    "A button beside the field in Telegram opens this page. Empty: the bot’s commands are there.",
  "telegram.proxy": "Proxy",
  "telegram.proxy.hint":
    "Only where the server cannot reach Telegram by itself. http:// or socks5://, with the port.",
  "telegram.webhook": "Telegram calls this server (webhook)",
  "telegram.webhook.hint":
    "Needs a public https address of the server. Without it Switchboard asks Telegram itself: just as quick, and no address is needed.",

  "bot_lead.title": "The bot",
  "bot_lead.write": "Write to your bot now:",
  "line.check": "Check the line",
  "line.checked": "Checked at {time}",
  "line.since": "Since {time}",
  "line.said": "Telegram says: {said}",
  "line.well": "The line works: messages arrive at once",
  "line.elsewhere": "Another node of this server holds the line",
  "line.starting": "Connecting to Telegram",
  "line.conflict": "Another program takes this bot’s messages",
  "line.conflict.do":
    "Stop the other program. If you do not know which one it is, send /revoke to @BotFather and give the new token here. Nothing is lost meanwhile: Telegram keeps messages for a day.",
  "line.token": "Telegram does not accept the token any more",
  "line.token.do":
    "It was revoked or replaced. Send /token to @BotFather, copy the token, and press “New token”.",
  "line.unreachable": "Telegram cannot be reached",
  "line.unreachable.do":
    "Look at the server’s way to the internet, or set a proxy under “More”. Switchboard keeps trying, and Telegram keeps messages for a day.",
  "line.storage": "Messages cannot be stored",
  "line.storage.do":
    "Look at the server’s disk and database. Nothing is lost meanwhile: Telegram keeps messages for a day.",
  "line.webhook": "Telegram cannot call this server",
  "line.webhook.do":
    "It needs the server’s public https address (public_url) with a valid certificate. Mend that, or switch the webhook off under “More”.",
};
