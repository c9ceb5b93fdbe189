/** The words of the way into Telegram; here and not in the catalogues, since few customers ever read them. */
const WORDS = {
  en: {
    on: "Continue in Telegram",
    wait: "Making a link…",
    how: "Scan this with your phone, or open the link. The conversation goes on there, with whoever answers.",
    qr: "QR code of the link into Telegram",
    open: "Open Telegram",
    once: "Works once, for 15 minutes.",
    bad: "The link could not be made just now.",
    again: "Try again",
    stay: "Stay here",
  },
  ru: {
    on: "Продолжить в Telegram",
    wait: "Готовлю ссылку…",
    how: "Наведите камеру телефона или откройте ссылку. Диалог продолжится там, с тем же собеседником.",
    qr: "QR-код ссылки в Telegram",
    open: "Открыть Telegram",
    once: "Сработает один раз в течение 15 минут.",
    bad: "Сейчас не получилось сделать ссылку.",
    again: "Попробовать ещё раз",
    stay: "Остаться здесь",
  },
} as const;

export function goWords(locale: string): (typeof WORDS)["en" | "ru"] {
  return locale.startsWith("ru") ? WORDS.ru : WORDS.en;
}
