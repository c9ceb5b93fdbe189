/** A table of questions and answers, as it is pasted from a spreadsheet or read from a file. Pure. */

export const COLUMNS = ["question", "answer", "intent", "title", "language", ""] as const;
/** What a column holds; "": nothing that is taken over. */
export type Column = (typeof COLUMNS)[number];

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

const CALLED: Readonly<Record<Exclude<Column, "">, readonly string[]>> = {
  question: ["question", "questions", "example", "вопрос", "вопросы", "пример"],
  answer: ["answer", "answers", "reply", "ответ", "ответы"],
  intent: ["intent", "topic", "намерение", "тема", "интент"],
  title: ["title", "button", "название", "заголовок", "кнопка"],
  language: ["language", "lang", "locale", "язык"],
};

/** The table, its columns by their first line where that names them; else the first is questions, the next answers. */
export function readTable(text: string): Table {
  const rows = cellsOf(text).filter((row) => row.some((cell) => cell.trim()));
  const width = Math.max(0, ...rows.map((row) => row.length));
  const head = (rows[0] ?? []).map((cell) => cell.trim().toLocaleLowerCase());
  const named = head.map((cell) => COLUMNS.find((column) => column && CALLED[column].includes(cell)) ?? "");
  if (named.includes("question")) return { columns: padded(named, width), rows: rows.slice(1) };
  return { columns: padded(["question", "answer"], width), rows };
}

function padded(columns: readonly Column[], width: number): Column[] {
  return Array.from({ length: width }, (_, place) => columns[place] ?? "");
}

/** Rows that have a question. */
export function questions({ columns, rows }: Table): number {
  const place = columns.indexOf("question");
  return rows.filter((row) => row[place]?.trim()).length;
}

/** Rows whose question nothing answers. */
export function unanswered({ columns, rows }: Table): number {
  const [question, answer, topic] = [
    columns.indexOf("question"),
    columns.indexOf("answer"),
    columns.indexOf("intent"),
  ];
  const answered = new Set(rows.filter((row) => row[answer]?.trim()).map((row) => row[topic]?.trim()));
  return rows.filter(
    (row) =>
      row[question]?.trim() &&
      !row[answer]?.trim() &&
      !(row[topic]?.trim() && answered.has(row[topic]?.trim())),
  ).length;
}

/** As the server reads it: CSV, its first line the names. An answer that is left out is the one above it. */
export function written({ columns, rows }: Table): string {
  const kept = columns.map((column, place) => [column, place] as const).filter(([column]) => column);
  const lines = [
    kept.map(([column]) => column),
    ...rows.map((row) => kept.map(([, place]) => row[place] ?? "")),
  ];
  return lines.map((line) => line.map(quoted).join(",")).join("\n");
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

/** Cells by the rules of CSV; parted by whichever of tab, semicolon and comma the first line has most of. */
export function cellsOf(text: string): string[][] {
  const whole = text.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n");
  const first = whole.split("\n", 1)[0] ?? "";
  const count = (sign: string) => first.split(sign).length;
  const parting = ["\t", ";", ","].reduce((best, sign) => (count(sign) > count(best) ? sign : best), "\t");
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let inQuotes = false;
  for (let at = 0; at < whole.length; at += 1) {
    const char = whole[at]!;
    if (inQuotes) {
      if (char !== '"') cell += char;
      else if (whole[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else inQuotes = false;
    } else if (char === '"' && cell === "") inQuotes = true;
    else if (char === parting || char === "\n") {
      row.push(cell);
      cell = "";
      if (char === "\n") {
        rows.push(row);
        row = [];
      }
    } else cell += char;
  }
  rows.push([...row, cell]);
  return rows;
}
