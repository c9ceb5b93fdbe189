/** The words of the way to be reached. Whoever never needs it doesn't load them. */
export const WORDS = {
  en: {
    ask: "Where may we reach you, should you have to go?",
    away: "Nobody is here right now. Leave a way to reach you, and we will get back to you.",
    phone: "Phone",
    email: "E-mail",
    messenger: "Messenger",
    send: "Leave it",
    "problem.phone": "This isn't a phone number. Write it with the country, like +44 20 7946 0000.",
    "problem.email": "This isn't an e-mail address. Write it like name@example.com.",
    "problem.messenger": "Write the messenger and your name there, like Telegram @name.",
  },
  ru: {
    ask: "Как с вами связаться, если вам придётся уйти?",
    away: "Сейчас никого нет на месте. Оставьте контакт, и мы вам ответим.",
    phone: "Телефон",
    email: "Эл. почта",
    messenger: "Мессенджер",
    send: "Оставить",
    "problem.phone": "Это не похоже на номер. Напишите его с кодом страны, например +7 495 000-00-00.",
    "problem.email": "Это не похоже на адрес. Напишите его как name@example.com.",
    "problem.messenger": "Напишите мессенджер и ваше имя в нём, например Telegram @name.",
  },
};
