/** The words of files. Whoever sends and gets none doesn't load them. */
export const WORDS = {
  en: {
    "file.download": "Download {name}",
    "file.pending": "Coming in…",
    "file.failed": "Could not be received",
    heard: "What was heard: {text}",
  },
  ru: {
    "file.download": "Скачать {name}",
    "file.pending": "Загружается…",
    "file.failed": "Не удалось получить",
    heard: "Услышано: {text}",
  },
};
