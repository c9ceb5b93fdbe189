import { problemCode, type Problem } from "@switchboard/protocol";

/** What a refusal says beside its sentence; each belongs to some of the codes. */
export interface Facts {
  /** What of the body isn't right. */
  readonly field?: string;
  readonly limit?: number;
  /** Who was faster, and what it has become. */
  readonly by?: string;
  readonly version?: number;
}

/** The server said no, or could not be reached (`code` is `network`). */
export class Refused extends Error {
  readonly code: string;

  constructor(readonly problem: Problem & Facts) {
    super(problem.detail || problem.title);
    this.code = problemCode(problem);
  }
}

export const UNREACHABLE: Problem = { type: "/problems/network", title: "", detail: "", status: 0 };

let reading = new AbortController();

/** Whoever leaves waits for no answer, and asks nothing as somebody who is signed out. */
export function stopReading(): void {
  reading.abort();
  reading = new AbortController();
}

type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

export async function request<T>(method: Method, path: string, body?: object | Blob): Promise<T> {
  const response = await answered(method, path, body);
  return (await response.json().catch(() => null)) as T;
}

/** Of an answer that is a file. */
export async function requestFile(method: Method, path: string, body?: object): Promise<Blob> {
  const response = await answered(method, path, body);
  try {
    return await response.blob();
  } catch {
    throw new Refused(UNREACHABLE);
  }
}

async function answered(method: Method, path: string, body?: object | Blob): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      ...(method === "GET" ? { signal: reading.signal } : {}),
      headers: body && !(body instanceof Blob) ? { "Content-Type": "application/json" } : {},
      ...(body ? { body: body instanceof Blob ? body : JSON.stringify(body) } : {}),
    });
  } catch {
    throw new Refused(UNREACHABLE);
  }
  if (response.ok) return response;
  throw new Refused(problemFrom(await response.json().catch(() => null), response.status));
}

export function problemFrom(answer: unknown, status: number): Problem & Facts {
  const problem = answer as (Partial<Problem> & Facts) | null;
  return {
    ...problem,
    type: problem?.type ?? "/problems/unknown",
    title: problem?.title ?? "",
    detail: problem?.detail ?? "",
    status,
    ...(problem?.field === undefined ? {} : { field: problem.field }),
  };
}
