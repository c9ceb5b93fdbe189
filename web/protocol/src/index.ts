export type * from "./types.ts";
export * from "./browser.ts";
export * from "./connection.ts";
export * from "./frames.ts";
export * from "./links.ts";
export * from "./log.ts";
export * from "./outbox.ts";
export * from "./phrases.ts";
export * from "./reduce.ts";
