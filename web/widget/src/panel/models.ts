import { browserWorld, fresh, problemCode, randomId, socketUrl, type KeyStore } from "@switchboard/protocol";
import type { Language } from "../i18n/index.ts";
import type { Settings } from "../loader/settings.ts";
import { Chat, type ChatOptions } from "../model/chat.ts";
import { Seats } from "../model/seats.ts";
import { Uploads } from "../model/uploads.ts";

interface Around extends Pick<ChatOptions, "onNews" | "onUserRefused"> {
  readonly settings: Settings;
  readonly spoken: Language;
  readonly local: KeyStore;
  readonly forget: (box: string) => void;
}

/** The models of one widget, in this browser. */
export function makeModels({ settings, spoken, local, forget, onNews, onUserRefused }: Around) {
  const { say, has, locale } = spoken;
  const seats = new Seats({
    storage: local,
    prefix: `switchboard:${settings.inbox}:`,
    page: settings.user,
    newToken: () => randomId(32),
    newBox: () => randomId(6),
    forget,
  });
  const chat = new Chat({
    url: socketUrl(settings.origin, "/api/v1/widget/socket"),
    inbox: settings.inbox,
    locale,
    seats,
    storage: local,
    world: browserWorld,
    page: () => ({ url: location.href, title: document.title, referrer: document.referrer }),
    attributes: () => settings.attributes,
    newId: () => randomId(),
    explain: (problem) => {
      const key = `problem.${problemCode(problem)}`;
      return has(key) ? say(key) : say("mark.failed");
    },
    onRefused: (reason) => console.warn(`Switchboard: ${reason}`),
    onUserRefused,
    onNews,
  });
  let wire: typeof import("./attach/wire.ts");
  const uploads = new Uploads<File>({
    newId: () => randomId(),
    limit: () => chat.view().inbox?.file_limit ?? 0,
    prepare: async (file) => {
      wire = await fresh(() => import("./attach/wire.ts"));
      return wire.prepare(file);
    },
    send: (file, progress) =>
      wire.upload(
        file,
        {
          origin: settings.origin,
          inbox: settings.inbox,
          authorization: seats.user ? `User ${seats.user}` : `Visitor ${seats.token}`,
        },
        progress,
      ),
  });
  return { chat, seats, uploads };
}
