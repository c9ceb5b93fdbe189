import type { Catalogue } from "@switchboard/protocol";
import type { faults as words } from "./en.ts";

export const faults: Catalogue<keyof typeof words> = {
  "fault.delivery_unreachable": "клиент заблокировал нас или удалил чат",
  "fault.delivery_refused": "мессенджер не принял сообщение ({said}). Измените его и отправьте заново",
  "fault.delivery_other_parts": "ограничения канала тем временем изменились. Отправьте сообщение заново",
  "fault.delivery_uncertain": "неизвестно, дошло ли оно. Спросите клиента, прежде чем отправлять ещё раз",
  "fault.delivery_no_answer":
    "мессенджер не ответил вовремя, но мог и доставить. Спросите клиента, прежде чем отправлять ещё раз",
  "fault.delivery_not_reached": "мессенджер недоступен ({said}). Отправьте ещё раз позже",
  "fault.delivery_put_off": "мессенджер откладывал его целые сутки ({said}). Отправьте ещё раз позже",
  "fault.delivery_no_channel": "на сервере сутки нет такого канала ({channel}). Обратитесь к администратору",
  "fault.delivery_channel_failed":
    "что‑то сломалось у нас ({channel}: {error}), это записано в журнал. Обратитесь к администратору",

  "fault.push_off": "Этому браузеру пока ничего не сообщаем. Сначала включите.",
  "fault.push_gone": "Служба уведомлений больше не знает этот браузер. Выключите и включите снова.",
  "fault.push_refused": "Служба уведомлений браузера не приняла сообщение ({said}). Попробуйте через минуту.",
  "fault.push_browsers":
    "Уведомления уже включены в других ваших браузерах: {limit}. Выйдите в одном из них.",

  "fault.contacts_one": "Это уже один клиент.",
  "fault.contacts_two": "На одном сайте они вошли как разные люди, поэтому останутся двумя клиентами.",
  "fault.contact_not_merged": "Этот клиент уже ни с кем не объединён.",
  "fault.labels_many": "Меток у диалога не больше {limit}. Сначала снимите одну.",
};
