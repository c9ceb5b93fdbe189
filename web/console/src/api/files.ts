import { problemFrom, Refused, request, UNREACHABLE } from "./http.ts";

export interface FileLink {
  readonly url: string;
  /** Microseconds. */
  readonly until: number;
}
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

const base = (business: string) => `/api/v1/businesses/${encodeURIComponent(business)}/files`;

export const fileLink = (business: string, file: string) =>
  request<FileLink>("GET", `${base(business)}/${encodeURIComponent(file)}/link`);

export interface Upload {
  readonly stored: Promise<StoredFile>;
  cancel(): void;
}

/** Sends a file; `progress` is told the share that has left, 0 to 1. `fetch` can't tell it, so the older way. */
export function upload(business: string, file: File, progress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const stored = new Promise<StoredFile>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () =>
      request.status < 400
        ? resolve(request.response as StoredFile)
        : reject(new Refused(problemFrom(request.response, request.status)));
    request.onerror = request.onabort = request.ontimeout = () => reject(new Refused(UNREACHABLE));
  });
  request.open("POST", `${base(business)}?name=${encodeURIComponent(file.name)}`);
  request.responseType = "json";
  request.send(file);
  return { stored, cancel: () => request.abort() };
}
