"""The words of days and hours, Russian and English, by what they mean. Pure."""

from __future__ import annotations

from gateway.wordlists import by_word, listed

WEEKDAYS = by_word({
    0: "понедельник понедельника понедельнику понедельником понедельнике пн monday mon",
    1: "вторник вторника вторнику вторником вторнике вт tuesday tue tues",
    2: "среда среду среды среде средой ср wednesday wed",
    3: "четверг четверга четвергу четвергом четверге чт thursday thu thur thurs",
    4: "пятница пятницу пятницы пятнице пятницей пт friday fri",
    5: "суббота субботу субботы субботе субботой сб saturday sat",
    6: "воскресенье воскресение воскресенья воскресенью воскресеньем вс sunday sun",
})  # fmt: skip
MONTHS = by_word({
    1: "январь января январе янв january jan",
    2: "февраль февраля феврале фев февр february feb",
    3: "март марта марте мар march mar",
    4: "апрель апреля апреле апр april apr",
    5: "май мая мае may",
    6: "июнь июня июне июн june jun",
    7: "июль июля июле июл july jul",
    8: "август августа августе авг august aug",
    9: "сентябрь сентября сентябре сен сент september sep sept",
    10: "октябрь октября октябре окт october oct",
    11: "ноябрь ноября ноябре ноя нояб november nov",
    12: "декабрь декабря декабре дек december dec",
})  # fmt: skip
DAYS_AWAY = by_word(
    {
        0: "сегодня today tonight",
        1: "завтра tomorrow tmrw tomorow",
        2: "послезавтра",
        -1: "вчера yesterday",
        -2: "позавчера",
    }
)
AMBIGUOUS = frozenset({"вт", "ср", "вс", "среды", "среде", "средой", "sat", "sun", "wed", "mon", "mar", "may", "мар"})
"""Words that are as often something else: they count only where a preposition, a number or an hour stands with them."""

THIS, NEXT, LAST = 0, 1, -1
WHICH = by_word({
    THIS: "этот эту это этой этом этого этих эти ближайший ближайшую ближайшее ближайшие ближайшей this coming",
    NEXT: "следующий следующую следующее следующей следующего следующем следующие следующих next",
    LAST: "прошлый прошлую прошлое прошлой прошлого прошлом прошлые прошлых last past",
})  # fmt: skip
WEEKEND = listed("выходной выходные выходных weekend weekends")
WEEK = listed("неделя неделю недели неделе неделей week")
MONTH = listed("месяц месяца месяце month")

MINUTE, HOUR, DAY, WEEKS, MONTHS_LONG, YEARS = "minute", "hour", "day", "week", "month", "year"
UNITS = by_word({
    MINUTE: "минута минуту минуты минут мин минутку минуток minute minutes min mins",
    HOUR: "час часа часов часик часика ч hour hours hr hrs",
    DAY: "день дня дней денек деньков сутки суток day days",
    WEEKS: "неделя неделю недели недель недельку week weeks",
    MONTHS_LONG: "месяц месяца месяцев month months",
    YEARS: "год года лет year years",
})  # fmt: skip

# Part of the day → the hours that it spans. The night ends on the next day.
PARTS = by_word({
    (6 * 60, 12 * 60): "утро утром утра morning mornings",
    (12 * 60, 18 * 60): "днем afternoon",
    (18 * 60, 23 * 60): "вечер вечером вечеру вечера evening",
    (23 * 60, 6 * 60): "ночь ночью night tonight",
    (12 * 60, 14 * 60): "обед lunchtime",
})  # fmt: skip
# What follows an hour and says which half of the day it is in: the hour at which its half begins.
HALVES = {"утра": 0, "ночи": 0, "дня": 12, "вечера": 12, "am": 0, "pm": 12}
NOONS = by_word({12 * 60: "полдень полудня полудню noon midday", 0: "полночь полуночи полночи midnight"})
HOURS = listed("час часа часов часам часами часик ч")

AT = listed("в во к ко на около примерно где-то at by around about approx")
FROM = listed("с со от from between между")
TO = listed("до по to till until and и - or")
AFTER = listed("после позже позднее after past")
BEFORE = listed("до раньше before until till")
ON = listed("в во на к ко on by the with")
