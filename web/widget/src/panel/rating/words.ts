/** The words of the rating. Whoever never needs it doesn't load them. */
export const WORDS = {
  en: {
    ask: "How did we do?",
    score: { one: "{n} star", other: "{n} stars" },
    comment: "What should we know? (optional)",
    send: "Send",
    thanks: "Thank you. You can still change it.",
  },
  ru: {
    ask: "Как мы справились?",
    score: { one: "{n} звезда", few: "{n} звезды", many: "{n} звёзд", other: "{n} звезды" },
    comment: "Что нам стоит знать? (по желанию)",
    send: "Отправить",
    thanks: "Спасибо. Оценку ещё можно изменить.",
  },
};
