import type { Catalogue } from "@switchboard/protocol";
import type { faults as words } from "../en/faults.ts";

export const faults: Catalogue<keyof typeof words> = {
  "fault.webhook_removed": "Вебхук удалили раньше, чем это ушло.",
  "fault.webhook_turned_off": "Вебхук выключили. Включите его и отправьте ещё раз.",
  "fault.webhook_not_needed":
    "Клиент тем временем прочитал ответ, или с ним связываются иначе. Делать ничего не нужно.",
  "fault.webhook_no_secret": "Секрета пока нет. Создайте его выше.",
  "fault.webhook_secret_unreadable":
    "Секрет больше не читается. Создайте выше новый и сохраните его в вашей программе.",
  "fault.webhook_status": "Ваша программа ответила HTTP {status}. Загляните в её журнал.",
  "fault.webhook_answered": "Ваша программа ответила HTTP {status}: {said}",
  "fault.webhook_inside":
    "{host} — адрес внутри сети, вебхуки туда не отправляются. Укажите адрес, доступный снаружи.",
  "fault.webhook_no_answer":
    "Ваша программа не ответила за {seconds} с. Пусть сначала отвечает, а потом работает.",
  "fault.webhook_no_such_name": "Сервера с таким именем нет ({error}). Проверьте адрес.",
  "fault.webhook_not_secure": "Сертификат этого адреса недействителен ({error}). Обновите его.",
  "fault.webhook_not_reached":
    "По этому адресу никто не отвечает ({error}). Проверьте его и работает ли программа.",
  "fault.webhook_redirections": "Адрес перенаправляет дальше больше {most} раз. Укажите последний.",

  "fault.place": "Файл {file}. {what}",
  "fault.place.line": "Файл {file}, строка {line}. {what}",
  "fault.training_too_long": "Прошло больше {seconds} с, обучение остановлено. Сократите число примеров.",
  "fault.training_broke":
    "Обучение прервалось ({status}: {said}). Повторите; если не поможет, обратитесь к тому, кто ведёт сервер.",
  "fault.training_died":
    "Обучение прервано ({status}), возможно, не хватило памяти. Повторите; если не поможет, обратитесь к тому, кто ведёт сервер.",
  "fault.training_failed":
    "Повторите; если не поможет, обратитесь к тому, кто ведёт сервер. Ему пригодится: {said}",
  "fault.training_few_intents": "Боту нужны хотя бы два намерения с примерами. Добавьте второе.",
  "fault.training_few_examples":
    "Примеров слишком мало. Дайте каждому намерению хотя бы пять, лучше двадцать.",
  "fault.training_too_large":
    "Намерений — {intents}, примеров — {examples}: столько один бот не выучит. Объедините намерения с одинаковым ответом или уберите часть примеров.",

  "fault.content_no_folder": "Такой папки нет. Нужна та, где лежит domain.yml.",
  "fault.content_no_domain": "Нет domain.yml с разделом intents:, учить нечему.",
  "fault.content_many_files": "Файлов YAML больше {limit}. Объедините некоторые из них.",
  "fault.content_deep_folders": "Вложенность папок больше {limit}.",
  "fault.content_link": "По ссылкам не переходим. Положите сюда сам файл.",
  "fault.content_no_file": "Это не обычный файл.",
  "fault.content_unreadable": "Файл не читается: {problem}.",
  "fault.content_large_file": "Файл больше {limit} МБ. Разделите его.",
  "fault.content_large": "Все файлы вместе больше {limit} МБ.",
  "fault.content_no_messages":
    "В файле нет сообщений с намерениями. Нужен CSV со столбцами text и intent или YAML с разделом nlu:.",
  "fault.content_no_split": "В файле нет части «{name}».",
  "fault.content_no_archive": "Это не архив ZIP, или он повреждён. Упакуйте проект заново.",
  "fault.content_path":
    "Файлы архива должны лежать внутри его папки. Упакуйте без «..» и без имён, которые начинаются с косой черты.",
  "fault.content_no_table":
    "Это не таблица вопросов и ответов: в первой строке должны быть названия столбцов.",
  "fault.content_table_column": "В таблице нет столбца «{name}». Назовите его в первой строке.",
  "fault.content_secrets": "Здесь адреса и ключи серверов: файл не взят.",
  "fault.content_not_utf8": "Файл не в UTF-8. Сохраните его в UTF-8.",
  "fault.content_yaml_tab": "Ошибка в YAML: здесь табуляция. Делайте отступы пробелами.",
  "fault.content_yaml_character":
    "Ошибка в YAML: значение не может начинаться с {character}. Возьмите его в кавычки.",
  "fault.content_yaml_colon":
    "Ошибка в YAML: здесь не может быть двоеточия. Возьмите текст с ним в кавычки или поправьте отступ строки.",
  "fault.content_yaml_dash": "Ошибка в YAML: здесь не может быть дефиса. Начните список с новой строки.",
  "fault.content_yaml_open": "Ошибка в YAML: не закрыта кавычка или скобка.",
  "fault.content_yaml_indent":
    "Ошибка в YAML: это не продолжает то, что выше. Сделайте такой же отступ или возьмите всё в кавычки.",
  "fault.content_not_yaml": "Ошибка в YAML: {problem}.",
  "fault.content_deep": "Вложенность значений больше {limit}.",
  "fault.content_documents": "В файле может быть один документ. Уберите строку с ---.",
  "fault.content_tag": "Тег {tag} не разрешён. Напишите простое значение.",
  "fault.content_merge_key": "Слияние ключей (<<) не поддерживается. Выпишите значения целиком.",
  "fault.content_twice": "«{name}» стоит здесь дважды. Оставьте одно.",
  "fault.content_many_aliases": "Псевдонимов больше {limit}.",
  "fault.content_alias": "Псевдониму *{name} выше ничего не соответствует.",
  "fault.content_many_values": "В одном файле больше {limit} значений. Разделите его.",
  "fault.content_not_a_list": "Здесь нужен список. Начинайте каждую запись с дефиса.",
  "fault.content_not_a_mapping": "Здесь нужны имена со значениями, каждое в виде имя: значение.",
  "fault.content_not_a_text": "Здесь нужен текст.",
  "fault.content_entry": "Запись в nlu начинается с intent:, synonym:, regex: или lookup:.",
  "fault.content_name": "В имени от 1 до {limit} знаков.",
  "fault.content_many_examples": "У одного намерения больше {limit} примеров.",
  "fault.content_many_lookups": "В одном справочнике (lookup) больше {limit} значений.",
  "fault.content_no_dash": "Пример должен начинаться с «- ».",
  "fault.content_example": "В примере от 1 до {limit} знаков.",
  "fault.content_annotation": "Ошибка в разметке после «[{text}]»: {problem}.",
  "fault.content_long_pattern": "Выражение длиннее {limit} знаков.",
  "fault.content_pattern": "Это не регулярное выражение ({problem}).",
  "fault.content_empty_pattern": "Выражение подходит к пустому тексту.",
  "fault.content_slow_pattern":
    "Выражение может искать очень долго. Оставьте не больше трёх * или +, и ни одного внутри повторяемой группы.",
  "fault.content_rich_pattern":
    "Обратные ссылки, просмотр вперёд и назад и сверхжадные повторы в выражениях не поддерживаются.",
  "fault.content_response_twice": "Ответ «{name}» есть в двух файлах. Оставьте один.",
  "fault.content_response_empty": "У ответа «{name}» нет текста. Добавьте строку «- text: …».",
  "fault.content_variation":
    "Этот вариант ответа «{name}» ничего не говорит: добавьте text:, image: или custom:.",
  "fault.content_text": "В тексте от 1 до {limit} знаков.",
  "fault.content_button": "У кнопки есть title: и payload: (или url:).",
  "fault.content_card": "У карточки есть title:.",
  "fault.content_address": "В адресе нет пробелов, и начинается он с одного из этих: {schemes}",
  "fault.content_condition": "Условие пишут так: {shape}.",
  "fault.content_rule": "У правила есть имя (rule: …) и steps:.",
  "fault.content_intent": "Намерения «{name}» нет в домене. Добавьте его в intents: файла domain.yml.",
  "fault.content_rule_intent": "Правило отвечает на «{name}», а в intents: домена его нет.",
  "fault.content_response": "«{name}» нет в responses: домена. Добавьте или исправьте имя.",
  "fault.content_form": "Формы «{name}» нет в forms: домена.",
  "fault.content_button_intent": "Кнопка ведёт к «/{name}», а такого намерения в домене нет.",
  "fault.content_contradiction":
    "«{name}» и «{other}» ({place}) начинаются одинаково, а дальше расходятся. Оставьте одно или дайте одному condition:.",
  "fault.content_cycle": "«{name}» ведёт само к себе ({path}), и бот не остановился бы. Разорвите круг.",
  "fault.content_slot_twice": "Слот «{name}» есть в двух файлах. Оставьте один.",
  "fault.content_slot_type": "Тип слота — один из этих: {types}.",
  "fault.content_slot": "Слота «{name}» нет в slots: домена. Добавьте или исправьте имя.",
  "fault.content_conditions": "В условии пишут active_loop: или slot_was_set:.",
  "fault.content_story": "У истории есть имя (story: …) и steps:.",
  "fault.content_stories_many": "Из её checkpoint получается больше {limit} историй. Сделайте их меньше.",
  "fault.content_tests_many": "Тестовых диалогов больше {limit}. Уберите часть.",
  "fault.content_checkpoint": "Ни одна история не начинается с checkpoint «{name}».",
  "fault.content_many_intents": "Намерений больше {limit}.",
  "fault.content_setting": "Настройки «{name}» здесь нет. Есть: {known}.",
  "fault.content_number": "«{name}» — число от {least} до {most}.",
  "fault.content_kind": "«{name}» — одно из: {known}.",
  "fault.content_rasa_only": "Это настройки самой Rasa, встроенному боту они не нужны.",
  "fault.content_foreign": "«{name}» встроенный бот не учитывает.",
  "fault.content_foreign_in": "«{name}» в «{where}» встроенный бот не учитывает.",
  "fault.content_bare_intent": "У намерения «{name}» нет примеров: к нему ведёт только кнопка.",
  "fault.content_unanswered": "На «{name}» ничего не отвечает: ответит человек.",
  "fault.content_payload": "«{text}» — не /намерение: нажатие читается как текст кнопки.",
  "fault.content_mapping":
    "Так слот «{name}» ({kind}) не заполнить: его могут заполнить только свои действия.",
  "fault.content_extractor": "«{name}» нет в entities: домена, поэтому по нему ничего не распознаётся.",
  "fault.content_rule_turns":
    "В правиле «{name}» несколько реплик клиента, оно не работает. Сделайте из него историю.",
  "fault.content_step": "«{step}» в «{name}» встроенный бот не понимает, поэтому «{name}» пропущено целиком.",
  "fault.content_unknown_action":
    "«{name}» — не ответ, не форма и не из actions: домена. Это сделает человек.",
  "fault.content_not_asked": "«{name}» нечем спросить (utter_ask_{name}): бот спросит своими словами.",
  "fault.content_forms_file": "Анкеты организации не читаются: {problem}.",
  "fault.content_fills":
    "В настройках нет действующей анкеты «{name}»: заполненное ботом получат люди. Создайте её или выберите другую.",
  "fault.content_fills_unseen":
    "Что спрашивает анкета организации «{name}», здесь неизвестно (нет файла forms.toml).",
  "fault.content_fills_not": "В анкете «{form}» нет вопроса «{name}», поэтому и бот его не задаст.",
  "fault.content_fills_told":
    "«{name}» в анкете «{form}» — имя, которое занято самим Switchboard. Назовите вопрос иначе, чтобы ответы бота могли его назвать.",
  "fault.content_fills_many": "В анкете «{name}» больше {limit} вопросов: столько ответов бот не запомнит.",

  "fault.import_not_a_set_up": "Это не настройки, которые экспортировал Switchboard: {problem}.",
  "fault.import_not_json": "Это не файл, который экспортировал Switchboard.",
  "fault.import_newer": "Файл записал более новый Switchboard. Сначала обновите этот.",
  "fault.import_unknown":
    "В файле есть «{what}», здесь такого нет. Возможно, он из более нового Switchboard.",
  "fault.import_unfit": "В файле что‑то не так: {kind} ({problem}).",
  "fault.import_refused": "Не принято: {kind} «{name}». {said}",
  "fault.telegram_no_token": "Вставьте токен, который дал BotFather.",
  "fault.telegram_token_form":
    "Это не весь токен. Он выглядит так: 123456789:AAE… Скопируйте его у BotFather целиком.",
  "fault.telegram_token_unknown":
    "Telegram не знает такого токена. Возможно, его заменили новым: отправьте @BotFather команду /token и скопируйте ещё раз.",
  "fault.telegram_unreachable":
    "Сервер сейчас не может связаться с Telegram. Проверьте ещё раз через минуту или укажите прокси в разделе «Дополнительно».",
  "fault.telegram_proxy_inside":
    "{host} — адрес внутри сети самого сервера. Разрешить его может тот, кто ведёт сервер (webhook_networks).",
  "fault.telegram_unreachable_by_proxy":
    "Через этот прокси Telegram недоступен. Проверьте адрес и работает ли прокси.",
  "fault.telegram_said": "Telegram ответил: {said}",
  "fault.telegram_bot_taken": "@{username} уже подключён, а бот может быть только в одной точке входа.",
  "fault.telegram_other_bot": "Это токен другого бота, @{username}. Добавьте его отдельной точкой входа.",

  "fault.sound_unreadable":
    "В этом файле нет звука, который можно прочитать. Подойдут MP3, WAV, OGG, M4A и WebM.",
  "fault.sound_silent":
    "В записи ничего не слышно. Проверьте, тот ли микрофон и включён ли он, и запишите ещё раз.",
  "fault.sound_too_long": "Слишком долго: не больше {limit} секунд.",
  "fault.sound_too_large": "Файл слишком большой: не больше {limit} МБ.",
  "fault.sound_many": "Звуков уже {limit}. Удалите те, что нигде не звучат.",
  "fault.sound_name": "Звук «{name}» уже есть. Назовите этот иначе.",
  "fault.sound_in_use": "«{name}» звучит в звонках: {where}. Сначала выберите там другое.",
  "fault.sound_unknown": "Звука «{name}» больше нет. Выберите другой или голос.",
  "fault.sound_language": "«{name}» на другом языке ({language}).",
  "fault.sound_prompt": "Звонок не говорит ничего под именем «{prompt}».",
  "fault.content_sound_channel":
    "Звук «{name}» в «{where}» никто не услышит: звуки звучат только в том, что говорится в звонках (channel: voice).",
  "fault.content_sound_fixed":
    "В «{where}» есть значения ({values}), которых звук «{name}» знать не может: скажет голос.",
  "fault.content_sound_words":
    "У «{where}» есть звук «{name}», но нет слов. Напишите, что в нём сказано: это видно в диалоге.",
  "fault.content_sound_unknown": "«{where}» называет звук «{name}», которого нет: скажет голос.",
  "fault.content_sound_language": "Звук «{name}» в «{where}» на другом языке ({language}): скажет голос.",

  "fault.speech_unknown": "Речевого движка «{engine}» нет. Движки подключает тот, кто ведёт сервер.",
  "fault.speech_language": "«{engine}» не знает этого языка ({language}). Выберите для него другой движок.",
  "fault.speech_hears_not": "«{engine}» только говорит. Выберите движок, который распознаёт речь.",
  "fault.speech_speaks_not": "«{engine}» только распознаёт речь. Выберите движок, который говорит.",
  "fault.speech_order": "Для одного языка — не больше движков, чем {limit}, и каждый только один раз.",
  "fault.speech_voice":
    "В названии голоса бывают только буквы, цифры и знаки - _ . : / +, не больше 80 символов.",
  "fault.speech_lacks": "«{engine}» пока не может говорить: на сервере нет того, что ему нужно.",
  "fault.speech_silent": "«{engine}» ничего не сказал. {said}",
  "fault.speech_rate": "Голос может говорить от половины обычной скорости до двойной: от 0,5 до 2.",

  "fault.import_stranger": "Группа «{name}»: {email} не работает в этой компании",

  "fault.bot_no_source":
    "Эту версию сделал более старый выпуск и не сохранил, из чего. Она может отвечать снова, но править её нельзя.",
  "fault.bot_tests_fail":
    "Не проходят проверочные диалоги: {failed} из {all}. Поправьте бота или напишите, почему он всё равно должен отвечать.",
  "fault.bot_untrained": "Черновик с тех пор изменился. Сначала обучите бота.",
  "fault.bot_training": "Бот уже учится. Подождите, пока закончит.",
  "fault.second_factor_set": "Второй фактор уже включён. Сначала выключите его, потом настройте другой.",
  "fault.invitation_other_address":
    "Приглашение для {email}. Войдите с этим адресом или попросите другую ссылку.",
  "fault.invitation_other_account": "Приглашение для {email}, а вы вошли как {mine}. Сначала выйдите.",
  "fault.member_already": "Вы уже в этой компании.",
};
