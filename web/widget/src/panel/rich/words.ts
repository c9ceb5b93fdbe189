/** The words of what a messenger's messages hold beside their text. Whoever never needs them doesn't load them. */
export const WORDS = {
  en: {
    hidden: "Hidden words: show them",
    place: "Place on the map",
    from: "From",
    elsewhere: "Seen in the messenger only",
  },
  ru: {
    hidden: "Скрытый текст: показать",
    place: "Место на карте",
    from: "От",
    elsewhere: "Видно только в мессенджере",
  },
};
