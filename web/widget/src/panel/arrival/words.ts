/** The words of whoever comes by a link. Whoever never needs them doesn't load them. */
export const WORDS = {
  en: {
    ask: "Go on here with the conversation that you began elsewhere?",
    ends: "The one you have here ends with it; whoever answers sees both.",
    on: "Go on here",
    stay: "Not now",
    wait: "Bringing it here…",
    over: "This link has run out or was used already. Ask for a new one where you came from, or just write here.",
    bad: "That did not work just now.",
    again: "Try again",
    write: "Write here",
  },
  ru: {
    ask: "Продолжить здесь диалог, который вы начали в другом месте?",
    ends: "Диалог, который идёт здесь, на этом закончится; тому, кто отвечает, видны оба.",
    on: "Продолжить здесь",
    stay: "Не сейчас",
    wait: "Переношу…",
    over: "Ссылка больше не действует: её уже открывали или прошло время. Возьмите новую там же или просто напишите здесь.",
    bad: "Сейчас не получилось.",
    again: "Попробовать ещё раз",
    write: "Написать здесь",
  },
};
