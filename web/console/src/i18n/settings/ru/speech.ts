import type { speech as en } from "../en/speech.ts";

export const speech: Record<keyof typeof en, string> = {
  "speech.title": "Распознавание и озвучивание",
  "speech.hint":
    "Что понимает звонящих и что говорит с ними. Работает первое в списке; если оно не отвечает, подключается следующее.",
  "speech.unread": "Не удалось загрузить список.",
  "speech.hears": "Распознаёт речь",
  "speech.speaks": "Озвучивает",
  "speech.none.hears": "Ничего не выбрано: работает pocketsphinx, он годится только для начала.",
  "speech.none.speaks": "Ничего не выбрано: работает espeak-ng, он годится только для начала.",
  "speech.add": "Добавить: {what}",
  "speech.add.first": "Выберите…",
  "speech.add.next": "Добавить запасной вариант…",
  "speech.start": "для начала",
  "speech.here": "на этом сервере",
  "speech.service": "внешний сервис: сказанное уходит с сервера",
  "speech.gone": "на сервере больше не настроено",
  "speech.lacks.package": "программа ещё не установлена",
  "speech.lacks.model": "модель ещё не загружена",
  "speech.voice": "Голос",
  "speech.voice.usual": "обычный",
  "speech.rate": "Скорость",
  "speech.rate.usual": "обычная",
  "speech.start.both":
    "Для звонков на этом языке есть только начальные движки: pocketsphinx знает лишь фразы бота, espeak-ng звучит как робот.",
  "speech.start.hears":
    "Звонки на этом языке распознаёт только начальный движок: он знает фразы бота и почти ничего больше.",
  "speech.start.speaks": "На этом языке говорит только начальный движок, он звучит как робот.",
  "speech.start.choose": "Для настоящих клиентов выберите ниже что-то получше.",
  "speech.start.set_up":
    "Для настоящих клиентов попросите администратора сервера настроить Vosk, Whisper и Piper или внешний сервис, потом выберите их здесь.",
};
