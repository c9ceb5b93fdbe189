import type { Catalogue } from "@switchboard/protocol";
import type { telegram as words } from "../en/telegram.ts";

export const telegram: Catalogue<keyof typeof words> = {
  "field.channel": "Где пишут клиенты",
  "channel.webchat": "Чат на сайте",
  "channel.webchat.about": "Чат на ваших страницах.",
  "channel.telegram": "Telegram",
  "channel.telegram.about": "Бот, которому пишут в Telegram.",
  "field.telegram": "Бот",

  "bot_steps.open": "Откройте в Telegram",
  "bot_steps.new": "Отправьте ему",
  "bot_steps.new.more": ", затем имя бота и его @имя.",
  "bot_steps.copy": "Скопируйте токен из ответа и вставьте сюда. Можно вставить ответ целиком.",
  bot_token: "Токен",
  "bot_token.hint": "Кто его знает, может говорить за бота. Хранится зашифрованным и больше не показывается.",
  "bot_token.show": "Показать токен",
  "bot_token.hide": "Скрыть токен",
  "bot_token.checking": "Спрашиваем у Telegram, чей это токен",
  "bot_token.found": "Это ваш бот:",
  "bot_token.again": "Проверить ещё раз",
  "bot_token.taken": "Этот бот уже подключён: точка входа «{name}». Бот может быть только в одной.",
  "bot_token.elsewhere":
    "Этот бот подключён в другой компании на этом сервере. Сначала его нужно удалить там.",
  "bot_token.new": "Новый токен",
  "bot_token.new.title": "Новый токен для @{username}",
  "bot_token.new.about":
    "Команда /revoke у @BotFather отзывает нынешний токен, /token показывает его снова. Вставьте новый сюда; диалоги продолжатся.",
  "bot_token.new.save": "Перейти на этот токен",

  "telegram.greeting.hint": "Что бот говорит тому, кто нажал «Старт».",
  groups: "В группах",
  "groups.addressed": "Отвечает, когда обращаются",
  "groups.addressed.about": "По @имени, в ответ на его сообщение или по команде.",
  "groups.leave": "Сразу выходит",
  "groups.leave.about": "Бот говорит только в личных чатах.",
  "telegram.more": "Дополнительно",
  "telegram.menu": "Страницы справки",
  "telegram.menu.hint":
    "Эту страницу открывает кнопка рядом с полем ввода в Telegram. Пусто: там команды бота.",
  "telegram.proxy": "Прокси",
  "telegram.proxy.hint": "Только если сервер сам не достаёт до Telegram. http:// или socks5://, с портом.",
  "telegram.webhook": "Telegram сам обращается к серверу (вебхук)",
  "telegram.webhook.hint":
    "Нужен публичный адрес сервера с https. Без вебхука Switchboard сам спрашивает Telegram: так же быстро, и адрес не нужен.",

  "bot_lead.title": "Бот",
  "bot_lead.write": "Напишите своему боту:",
  "line.check": "Проверить связь",
  "line.checked": "Проверено в {time}",
  "line.since": "С {time}",
  "line.said": "Telegram сообщает: {said}",
  "line.well": "Связь есть: сообщения приходят сразу",
  "line.elsewhere": "Связь держит другой узел этого сервера",
  "line.starting": "Подключаемся к Telegram",
  "line.conflict": "Сообщения этого бота забирает другая программа",
  "line.conflict.do":
    "Остановите другую программу. Если не знаете какую, отправьте @BotFather команду /revoke и укажите здесь новый токен. Ничего не пропадёт: Telegram хранит сообщения сутки.",
  "line.token": "Telegram больше не принимает токен",
  "line.token.do":
    "Его отозвали или заменили. Отправьте @BotFather команду /token, скопируйте токен и нажмите «Новый токен».",
  "line.unreachable": "Telegram недоступен",
  "line.unreachable.do":
    "Проверьте, есть ли у сервера выход в интернет, или укажите прокси в разделе «Дополнительно». Switchboard продолжает попытки, а Telegram хранит сообщения сутки.",
  "line.storage": "Сообщения не удаётся сохранить",
  "line.storage.do":
    "Проверьте диск и базу данных сервера. Ничего не пропадёт: Telegram хранит сообщения сутки.",
  "line.webhook": "Telegram не может обратиться к серверу",
  "line.webhook.do":
    "Нужен публичный адрес сервера с https (public_url) и действующим сертификатом. Исправьте это или выключите вебхук в разделе «Дополнительно».",
};
