import type { Attachment, Problem } from "@switchboard/protocol";
import type { Sending } from "../../model/uploads.ts";

interface Address {
  readonly origin: string;
  readonly inbox: string;
  /** Whose the file is: `Visitor …` or `User …`. */
  readonly authorization: string;
}

/** Sends a file's bytes. It is XMLHttpRequest because `fetch` tells nothing of how far an upload has come. */
export function upload(file: File, address: Address, progress: (share: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<Attachment>((resolve, reject) => {
    const query = new URLSearchParams({ inbox: address.inbox, name: file.name });
    request.open("POST", `${address.origin}/api/v1/widget/files?${query}`);
    request.setRequestHeader("Authorization", address.authorization);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onerror = request.onabort = () => reject(new Error("lost"));
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status < 300 && answer) resolve(answer as Attachment);
      else reject((answer as Problem | null) ?? new Error("lost"));
    };
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A phone's HEIC picture as JPEG where this browser can read it; else as it is. Nobody else's browser shows one. */
export async function prepare(file: File): Promise<File> {
  if (!/\.hei[cf]$/i.test(file.name) && !/^image\/hei[cf]$/i.test(file.type)) return file;
  return (await import("./heic.ts")).asJpeg(file).catch(() => file);
}
