import type { Phrase } from "@switchboard/protocol";

export const en = {
  "ways.lead": "The same conversation goes on there, with whoever has it.",
  "ways.loading": "Looking where it can go on…",
  "ways.making": "Making the link…",
  "ways.list": "Where to go on",
  "ways.none": "There is nowhere else to go on yet",
  "ways.none.more":
    "An administrator connects a bot in Telegram, or names the page of the chat, in Settings, Inboxes.",
  "ways.none.go": "Open Inboxes",
  "ways.over": "This conversation is over",
  "ways.over.more": "A link can be made once the customer writes again.",
  "ways.gone": "This way is not open any more. Look which ones are.",
  "ways.qr": "QR code of the link",
  "ways.how": "The customer scans the code, or opens the link.",
  "ways.link": "One-time link",
  "ways.copy": "Copy",
  "ways.copied": "Copied",
  "ways.until": "Works once, until {time}",
  "ways.out": "This link has run out",
  "ways.anew": "New link",
  "ways.joined": "The customer goes on here",
  "ways.joined.more": "What you write reaches them there.",
  "ways.back": "Other places",
  "ways.put": "Put it in the reply",
  "ways.take": "To send it in a reply, take the conversation first.",
  "ways.editing": "To put it in a reply, first finish the message that you are changing.",
  /** To the customer, in the conversation's language. */
  "ways.say.telegram": {
    one: "We can go on in Telegram, right where we are. The link works once, for {n} minute:\n{link}",
    other: "We can go on in Telegram, right where we are. The link works once, for {n} minutes:\n{link}",
  },
  "ways.say.webchat": {
    one: "We can go on at our site, right where we are. The link works once, for {n} minute:\n{link}",
    other: "We can go on at our site, right where we are. The link works once, for {n} minutes:\n{link}",
  },
} satisfies Record<string, Phrase>;
