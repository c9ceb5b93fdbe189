import type { IconName } from "../components/Icon.svelte";

const ICONS: Readonly<Record<string, IconName>> = {
  webchat: "webchat",
  telegram: "telegram",
  voice: "voice",
};

export function channelIcon(channel: string): IconName {
  return ICONS[channel] ?? "conversations";
}
