/** The words of the place in the queue. Whoever never needs it doesn't load them. */
export const WORDS = {
  en: {
    "place.1": "You are first in line",
    "place.2": "You are second in line",
    "place.3": "You are third in line",
    "place.n": "You are number {n} in line",
    "place.about": { one: "about {n} minute", other: "about {n} minutes" },
    "place.between": "about {about}–{upto} min",
  },
  ru: {
    "place.1": "Вы первые в очереди",
    "place.2": "Вы вторые в очереди",
    "place.3": "Вы третьи в очереди",
    "place.n": "Вы в очереди под номером {n}",
    "place.between": "примерно {about}–{upto} мин",
    "place.about": {
      one: "примерно {n} минута",
      few: "примерно {n} минуты",
      many: "примерно {n} минут",
      other: "примерно {n} минуты",
    },
  },
};
