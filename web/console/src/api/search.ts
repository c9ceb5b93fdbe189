import type { Author, Row } from "@switchboard/protocol";
import { request } from "./http.ts";

export interface Piece {
  readonly text: string;
  /** A word that was asked for. */
  readonly mark?: boolean;
}
export interface Hit {
  readonly row: Row;
  readonly seq: number;
  readonly at: number;
  readonly author: Author;
  readonly note: boolean;
  readonly snippet: readonly Piece[];
}
export interface FoundContact {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  /** Their latest conversation. */
  readonly row: Row | null;
}
export interface SearchPage {
  readonly contacts: readonly FoundContact[];
  readonly hits: readonly Hit[];
  readonly next: string | null;
}

export const search = (business: string, question: string, before = "") =>
  request<SearchPage>(
    "GET",
    `/api/v1/businesses/${business}/search?q=${encodeURIComponent(question)}&before=${encodeURIComponent(before)}`,
  );
