import { request } from "./http.ts";

export interface FileLink {
  readonly url: string;
  /** Microseconds. */
  readonly until: number;
}

export const fileLink = (business: string, file: string) =>
  request<FileLink>(
    "GET",
    `/api/v1/businesses/${encodeURIComponent(business)}/files/${encodeURIComponent(file)}/link`,
  );
