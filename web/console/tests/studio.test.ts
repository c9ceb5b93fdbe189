import { expect, test } from "vitest";
import type { FormPage, Overview, TopicPage, VersionPage } from "../src/api/studio.ts";
import {
  blank,
  chosen,
  languagesOf,
  readSayings,
  readTexts,
  writeSayings,
  writeTexts,
} from "../src/pages/bot/model/answers.ts";
import { atThreshold, broken, line, meant, weakest, worse } from "../src/pages/bot/model/figures.ts";
import { blankForm, formChanges, moved, readFormPage } from "../src/pages/bot/model/forms.ts";
import { handoffChanges, readHandoff } from "../src/pages/bot/model/handoff.ts";
import { actsOf, isPlain, readStories, writeStories } from "../src/pages/bot/model/stories.ts";
import { cellsOf, questions, readTable, unanswered, written } from "../src/pages/bot/model/table.ts";
import { mergeTopics, readTopicPage, topicChanges } from "../src/pages/bot/model/topic.ts";
import {
  columnOf,
  columnsOf,
  found,
  nameFor,
  pasted,
  stateOf,
  titleOf,
  warningsOf,
} from "../src/pages/bot/model/topics.ts";

const inRussian = [{ type: "slot", name: "language", value: "ru" }];
const ANSWER = [
  {
    condition: inRussian,
    text: "Здравствуйте",
    buttons: [
      { payload: "/prices", title: "Цены" },
      { title: "Человек", payload: "/switchboard.operator" },
      { title: "Сайт", url: "https://example.com" },
      { title: "Своё", payload: '/prices{"plan": "a"}' },
    ],
  },
  { text: "Slowly, please", channel: "voice", metadata: { a: 1 } },
  { custom: { cards: [] } },
];
const overview = {
  intents: [
    {
      name: "prices",
      examples: { en: 9 },
      titles: { ru: "Цены", en: "Prices" },
      led: "answer",
      about: { "": "Ten" },
    },
    { name: "person", examples: { en: 3 }, titles: {}, led: "handoff", about: {} },
    { name: "order_lamp", examples: {}, titles: {}, led: "form", about: {} },
    { name: "silent", examples: { en: 20 }, titles: {}, led: "person", about: {} },
  ],
  responses: [],
  forms: [
    { name: "order", titles: { en: "An order", ru: "Заказ" }, fields: ["what"], begun_by: ["order_lamp"] },
  ],
  settings: {},
  tests: 0,
  files: [],
  findings: [],
} as const satisfies Overview;

// answers

test("an answer that is not edited is written as it was, its order and extras, too", () => {
  expect(writeSayings(readSayings(ANSWER))).toEqual(ANSWER);
  expect(JSON.stringify(writeSayings(readSayings(ANSWER)))).toBe(JSON.stringify(ANSWER));
});

test("an edited way to say it keeps what this page does not know of it", () => {
  const [first, second, third] = readSayings(ANSWER);
  const edited = writeSayings([first!, { ...second!, text: "More slowly" }, third!]);
  expect(edited[1]).toEqual({ text: "More slowly", channel: "voice", metadata: { a: 1 } });
  expect([edited[0], edited[2]]).toEqual([ANSWER[0], ANSWER[2]]);
});

test("buttons lead to a topic, a person, a link, or to what only the files know", () => {
  const [{ buttons } = { buttons: [] }] = readSayings(ANSWER);
  expect(buttons.map(({ to }) => to)).toEqual(["topic", "person", "link", "other"]);
});

test("with one language none is told, with two each has a column", () => {
  expect(languagesOf([], ["en"])).toEqual([""]);
  expect(languagesOf([{ language: "en" }], ["en"])).toEqual(["en"]);
  expect(languagesOf([{ language: "" }], ["ru", "en"])).toEqual(["ru", "en", ""]);
});

test("titles are texts by language, and one that is emptied goes", () => {
  const written = writeTexts({ ru: "Цены", en: "Prices" }, []);
  expect(readTexts(written)).toEqual({ ru: "Цены", en: "Prices" });
  expect(writeTexts({ en: "Prices" }, written)).toEqual([written[1]]);
  expect(writeTexts(readTexts(written), written)).toEqual(written);
});

test("a call hears its own way to say it, a chat the usual one", () => {
  const sayings = [blank("", "", "Written"), blank("", "voice", "Said")];
  expect(chosen(sayings, "ru", "voice")?.text).toBe("Said");
  expect(chosen(sayings, "ru", "telegram")?.text).toBe("Written");
});

// topics

test("a topic is called by its title, else by its name with blanks", () => {
  expect(titleOf(overview.intents[0], "ru")).toBe("Цены");
  expect(titleOf(overview.intents[2], "ru")).toBe("Order lamp");
  expect(titleOf(overview.forms[0]!, "ru")).toBe("Заказ");
});

test("names for the files have letters alone, and are not taken twice", () => {
  expect(nameFor("Часы работы?", [])).toBe("часы_работы");
  expect(nameFor("Delivery", ["delivery"])).toBe("delivery_2");
  expect(nameFor("!!!", [])).toBe("topic");
});

test("few examples and no answer are warned of", () => {
  expect(overview.intents.map(warningsOf)).toEqual([[], ["few"], ["none"], ["silent"]]);
});

test("topics are found by every word of title, name and answer", () => {
  expect(found(overview.intents, "ten цен").map(({ name }) => name)).toEqual(["prices"]);
  expect(found(overview.intents, "nothing")).toEqual([]);
});

test("examples stand in the column of their script", () => {
  expect(columnsOf(["цены", "prices"], ["ru", "en"])).toEqual(["ru", "en"]);
  expect(columnsOf(["prices"], ["ru"])).toEqual(["ru", "en"]);
  expect(columnOf("123", ["en"])).toBe("en");
});

test("a pasted column becomes examples, each once, without bullets", () => {
  expect(pasted("- how much\r\nHow much\n\n  • what   price \tцена", ["prices"])).toEqual([
    "how much",
    "what price",
    "цена",
  ]);
});

test("the same value has the same state", () => {
  expect(stateOf({ a: [1] })).toBe(stateOf({ a: [1] }));
  expect(stateOf({ a: [1] })).not.toBe(stateOf({ a: [2] }));
});

// one topic

const TOPIC: TopicPage = {
  revision: 1,
  changed_by: "",
  changed_at: 0,
  name: "prices",
  examples: ["how much", "price"],
  answer: [{ text: "Ten" }],
  title: [{ text: "Prices" }],
  actions: [],
  led: "answer",
  plain: true,
  form: "",
  aim: {},
};

test("only what was edited of a topic is changed", () => {
  const topic = readTopicPage(TOPIC);
  expect(topicChanges(topic, TOPIC)).toEqual([]);
  expect(topicChanges({ ...topic, examples: ["how much"] }, TOPIC)).toEqual([
    { kind: "intent", name: "prices", examples: ["how much"] },
  ]);
  expect(topicChanges({ ...topic, lead: { ...topic.lead, to: "handoff", team: "Sales" } }, TOPIC)).toEqual([
    { kind: "lead", name: "prices", to: "handoff", form: "", team: "Sales", priority: 0, reason: "" },
  ]);
});

test("an answer that is emptied goes, and so does the rule that says it", () => {
  const changes = topicChanges({ ...readTopicPage(TOPIC), answer: [] }, TOPIC);
  expect(changes.map(({ kind }) => kind)).toEqual(["remove_response", "lead"]);
});

test("what rules of the files decide is left to them", () => {
  const ruled = { ...TOPIC, plain: false, led: "rule" as const };
  expect(readTopicPage(ruled).lead.to).toBe("rules");
  expect(topicChanges({ ...readTopicPage(ruled), answer: [] }, ruled).map(({ kind }) => kind)).toEqual([
    "remove_response",
  ]);
});

test("the examples of two who taught at once are put together", () => {
  const before = readTopicPage(TOPIC);
  const mine = { ...before, examples: ["how much", "price", "mine"] };
  const theirs = { ...before, examples: ["price", "theirs"], titles: { "": "Costs" } };
  expect(mergeTopics(before, mine, theirs)).toEqual({ ...theirs, examples: ["price", "theirs", "mine"] });
});

// table

test("a table without a head has questions first and answers next", () => {
  const table = readTable("How much?\tTen\nWhen?\tToday");
  expect(table.columns).toEqual(["question", "answer"]);
  expect(questions(table)).toBe(2);
});

test("a head names the columns in either language, in any order", () => {
  const table = readTable('Ответ;Вопрос\n"Десять; ровно";Сколько?\n;Когда?');
  expect(table.columns).toEqual(["answer", "question"]);
  expect(unanswered(table)).toBe(1);
  expect(written(table)).toBe('"answer","question"\n"Десять; ровно","Сколько?"\n"","Когда?"');
});

test("cells hold lines, quotes and what parts cells", () => {
  expect(cellsOf('a,"b ""c"",\nd"\ne,f')).toEqual([
    ["a", 'b "c",\nd'],
    ["e", "f"],
  ]);
});

// forms

const FORM: FormPage = {
  revision: 1,
  changed_by: "",
  changed_at: 0,
  name: "order",
  title: [{ text: "An order" }],
  begun_by: "order_lamp",
  done: [{ text: "Thanks" }],
  tries: 2,
  questions: [
    {
      slot: "what",
      asks: [{ text: "What?", buttons: [{ title: "Lamp", payload: "/lamp" }] }],
      takes: { kind: "choice", choices: ["lamp", "bulb"], invalid: "utter_no" },
      unfit: [{ text: "None of these" }],
    },
    { slot: "many", asks: [{ text: "How many?" }], takes: { kind: "number", min: 1 }, unfit: [] },
  ],
};

test("a form that is not edited changes nothing but says itself", () => {
  const changes = formChanges("order", readFormPage(FORM), FORM);
  expect(changes).toEqual([
    {
      kind: "form",
      name: "order",
      begun_by: "order_lamp",
      done: FORM.done,
      tries: 2,
      questions: FORM.questions.map(({ slot, asks, takes }) => ({ slot, asks, takes })),
    },
  ]);
});

test("a form's name is what its title says, in each language; without one it goes", () => {
  const titles = { "": "Callback", ru: "Перезвон" };
  expect(formChanges("order", { ...readFormPage(FORM), titles }, FORM)[0]).toEqual({
    kind: "response",
    name: "utter_title_order",
    variations: [
      { text: "Callback" },
      { text: "Перезвон", condition: [{ type: "slot", name: "language", value: "ru" }] },
    ],
  });
  expect(formChanges("order", { ...readFormPage(FORM), titles: {} }, FORM)[0]).toEqual({
    kind: "remove_response",
    name: "utter_title_order",
  });
});

test("what does not fit has words of its own, and a new question a name of its own", () => {
  const form = {
    ...blankForm(),
    questions: [
      {
        ...blankForm().questions[0]!,
        asks: { "": "Which number?" },
        kind: "phone" as const,
        unfit: { "": "No" },
      },
    ],
  };
  const [words, made] = formChanges("callback", form, null);
  expect(words).toMatchObject({ kind: "response", name: "utter_unfit_callback_which_number" });
  expect(made).toMatchObject({
    questions: [
      { slot: "which_number", takes: { kind: "phone", invalid: "utter_unfit_callback_which_number" } },
    ],
  });
});

test("a question is moved within its list", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, 5)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 2, -2)).toEqual(["c", "a", "b"]);
});

// handoff

const SETTINGS = {
  handoff: {
    rules: [{ intents: ["a", "b"], team: "Sales" }],
    anger: { words: ["court"], intents: ["rude"] },
  },
  understanding: { answer_from: 0.6 },
};

test("settings that are not edited are not written", () => {
  expect(handoffChanges(readHandoff(SETTINGS), SETTINGS)).toEqual([]);
  expect(handoffChanges(readHandoff({}), {})).toEqual([]);
});

test("an edited setting leaves the others as they are", () => {
  const value = { ...readHandoff(SETTINGS), misses: 2, threshold: 0.7 };
  expect(handoffChanges(value, SETTINGS)).toEqual([
    { kind: "settings", section: "handoff", value: { ...SETTINGS.handoff, misses: 2 } },
    { kind: "settings", section: "understanding", value: { answer_from: 0.7 } },
  ]);
});

test("a rule for several topics is a rule for each", () => {
  expect(readHandoff(SETTINGS).rules.map(({ topic, team }) => [topic, team])).toEqual([
    ["a", "Sales"],
    ["b", "Sales"],
  ]);
});

test("skills that a rule asks for are read in either way of writing, and written once they are changed", () => {
  const settings = {
    handoff: {
      skills: "German",
      rules: [
        { intent: "a", skills: ["Brakes", "Steel"] },
        { intent: "b", skills: { Brakes: 4 } },
      ],
    },
  };
  const value = readHandoff(settings);
  expect(value.skills).toEqual({ German: 1 });
  expect(value.rules.map(({ skills }) => skills)).toEqual([{ Brakes: 1, Steel: 1 }, { Brakes: 4 }]);
  expect(handoffChanges(value, settings)).toEqual([]);
  const rules = value.rules.map((rule) => (rule.topic === "a" ? { ...rule, skills: {} } : rule));
  expect(handoffChanges({ ...value, skills: { German: 2 }, rules }, settings)).toEqual([
    {
      kind: "settings",
      section: "handoff",
      value: { skills: { German: 2 }, rules: [{ intent: "a" }, { intent: "b", skills: { Brakes: 4 } }] },
    },
  ]);
});

// test conversations

const STORIES = [
  {
    story: "order",
    steps: [
      { slot_was_set: [{ language: "en" }] },
      { user: "a lamp, please\n", intent: "order_lamp" },
      { action: "order" },
      { active_loop: "order" },
      { user: "prices?", intent: "prices" },
      { action: "utter_prices" },
    ],
  },
];

test("conversations that are not edited are written as they were", () => {
  expect(writeStories(readStories(STORIES))).toEqual(STORIES);
});

test("what the bot does follows the topic, and empty turns are left out", () => {
  expect(actsOf("order_lamp", overview)).toEqual([{ action: "order" }, { active_loop: "order" }]);
  expect(actsOf("person", overview)).toEqual([{ action: "action_handoff" }]);
  const [story] = readStories(STORIES);
  expect(story!.turns.map((turn) => isPlain(turn, overview))).toEqual([true, true]);
  const empty = { says: " ", topic: "prices", acts: [], was: null };
  expect(writeStories([{ ...story!, turns: [...story!.turns, empty] }])).toEqual(STORIES);
});

// figures

const CURVE = [
  [0, 90, 10, 0],
  [0.5, 81, 2, 17],
  [1, 0, 0, 100],
] as const;

test("a threshold is told of a hundred questions", () => {
  expect(atThreshold(CURVE, 0.52)).toEqual({ answered: 83, wrong: 2, asked: 17 });
  expect(atThreshold([], 0.5)).toBeNull();
  expect(line(CURVE, 3, 100, 50)).toBe("-11.8,50 47.1,41.5 105.9,0");
});

test("what got worse is told, the worst first, and what is weak", () => {
  const report = (recalls: Record<string, number>) => ({
    evaluation: {
      intents: Object.entries(recalls).map(([intent, recall]) => ({
        intent,
        recall,
        precision: 1,
        examples: 9,
      })),
    },
  });
  const [before, after] = [report({ a: 1, b: 0.9, c: 0.5 }), report({ a: 0.9, b: 0.5, c: 0.6, d: 0.1 })];
  expect(worse(before, after).map(({ topic }) => topic)).toEqual(["b", "a"]);
  expect(weakest(after).map(({ intent }) => intent)).toEqual(["d", "b", "c"]);
});

test("conversations that passed before and fail now are marked", () => {
  const page = (passed: boolean) =>
    ({
      results: { all: 1, failed: 1, stories: [{ name: "one", file: "", line: 1, passed }] },
    }) as unknown as VersionPage;
  expect([...broken(page(true), page(false))]).toEqual(["one"]);
  expect([...broken(null, page(false))]).toEqual([]);
  expect(meant("action: utter_prices")).toBe("prices");
});
