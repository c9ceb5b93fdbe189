import { phrasebook, type Catalogue, type Say } from "@switchboard/protocol";
import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { Language } from "../i18n/index.ts";
import type { Settings } from "../loader/settings.ts";
import type { Chat } from "../model/chat.ts";
import type { Uploads } from "../model/uploads.ts";

/** All that the panel's parts work with; it stays the same for as long as the same person sits here. */
export interface Desk extends Language {
  readonly chat: Chat;
  readonly uploads: Uploads<File>;
  readonly draft: Draft;
  readonly settings: Settings;
  readonly preferences: { muted: boolean };
  /** Puts a part's styles beside the panel's, once. */
  adopt(css: string): void;
  /** The whole address of a path on our server. */
  address(path: string): string;
  close(): void;
}

/** Words that are not sent yet; they outlast the page. */
export interface Draft {
  read(): string;
  write(text: string): void;
}

export const AtDesk = createContext<Desk>(null as unknown as Desk);

export function useDesk(): Desk {
  return useContext(AtDesk);
}

/** The words of a part that brings its own. */
export function useWords<Key extends string>(words: Readonly<Record<string, Catalogue<Key>>>): Say<Key> {
  const { locale } = useDesk();
  return useMemo(() => phrasebook(words[locale]!, locale), [locale]);
}

interface Watched<View> {
  view(): View;
  subscribe(watcher: (view: View) => void): () => void;
}

/** What a model shows, as it is now. */
export function useView<View>(model: Watched<View>): View {
  const [view, show] = useState(() => model.view());
  useEffect(() => model.subscribe((shown) => show(() => shown)), [model]);
  return view;
}
