import type { Settings } from "./settings.ts";

export interface Invitation {
  readonly id: string;
  /** A glob of the page's path. */
  readonly pages: string;
  readonly after_seconds: number;
  readonly text: string;
}

/** What may be known of an inbox without a conversation. */
export interface Face {
  readonly color: string;
  readonly invitations: readonly Invitation[];
}

/** Asks for the inbox's face; null where the server can't be reached or doesn't know this page. */
export async function readFace(settings: Settings): Promise<Face | null> {
  const query = `inbox=${encodeURIComponent(settings.inbox)}&locale=${encodeURIComponent(settings.locale)}`;
  try {
    const answer = await fetch(`${settings.origin}/api/v1/widget/inbox?${query}`, { credentials: "omit" });
    return answer.ok ? ((await answer.json()) as Face) : null;
  } catch {
    return null;
  }
}

/** The first invitation for this page that the visitor has not put away; `seen` holds the ids of those. */
export function fitting(
  invitations: readonly Invitation[],
  path: string,
  seen: readonly string[],
): Invitation | null {
  for (const one of invitations) if (seen.indexOf(one.id) < 0 && matches(one.pages, path)) return one;
  return null;
}

/** `*` stands for anything; the rest is as it is. */
export function matches(glob: string, path: string): boolean {
  const parts = glob.split("*");
  const last = parts.length - 1;
  if (last === 0) return glob === path;
  let at = parts[0]!.length;
  if (path.slice(0, at) !== parts[0]) return false;
  for (let index = 1; index < last; index++) {
    const found = path.indexOf(parts[index]!, at);
    if (found < 0) return false;
    at = found + parts[index]!.length;
  }
  return (
    path.length - parts[last]!.length >= at && path.slice(path.length - parts[last]!.length) === parts[last]
  );
}
