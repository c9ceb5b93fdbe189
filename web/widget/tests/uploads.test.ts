import type { Attachment } from "@switchboard/protocol";
import { beforeEach, expect, test } from "vitest";
import { isBusy, MOST, Uploads, type Picked } from "../src/model/uploads.ts";

interface Started {
  readonly file: Picked;
  progress(share: number): void;
  finish(file: Attachment): void;
  fail(why: unknown): void;
  cancelled: boolean;
}

let started: Started[];
let uploads: Uploads;
let limit: number;
const settled = () => new Promise((done) => setTimeout(done));
const file = (name: string, size = 3): Picked => ({ name, size, type: "text/plain" });
const states = () => uploads.view().map((one) => one.problem ?? one.state);

beforeEach(() => {
  started = [];
  limit = 100;
  let ids = 0;
  uploads = new Uploads({
    newId: () => `u${++ids}`,
    limit: () => limit,
    prepare: async (picked) => picked,
    send: (picked, progress) => {
      let finish!: Started["finish"];
      let fail!: Started["fail"];
      const done = new Promise<Attachment>((resolve, reject) => ([finish, fail] = [resolve, reject]));
      const one = { file: picked, progress, finish, fail, cancelled: false };
      started.push(one);
      return { done, cancel: () => (one.cancelled = true) };
    },
  });
});

test("files are sent at once and wait for the next message", async () => {
  uploads.add([file("a"), file("b")]);
  await settled();
  started[0]!.progress(0.5);
  expect(uploads.view()[0]!.share).toBe(0.5);
  expect(isBusy(uploads.view())).toBe(true);
  for (const [index, one] of started.entries()) one.finish({ id: `f${index}`, name: one.file.name });
  await settled();
  expect(isBusy(uploads.view())).toBe(false);
  expect(uploads.take().map((one) => one.id)).toEqual(["f0", "f1"]);
  expect(uploads.view()).toEqual([]);
});

test("what is empty or too large never leaves", async () => {
  uploads.add([file("empty", 0), file("large", 101), file("fits", 100)]);
  await settled();
  expect(states()).toEqual(["upload.empty", "upload.too_large", "sending"]);
  expect(started.map((one) => one.file.name)).toEqual(["fits"]);
});

test("a failed one stays when the others leave, and can be tried again", async () => {
  uploads.add([file("a"), file("b"), file("c")]);
  await settled();
  started[0]!.fail(new Error("gone"));
  started[1]!.fail({ type: "/problems/too_large", limit: 50, status: 413, title: "", detail: "" });
  started[2]!.finish({ id: "f" });
  await settled();
  expect(states()).toEqual(["upload.lost", "upload.too_large", "here"]);
  expect(uploads.view()[1]!.limit).toBe(50);
  uploads.take();
  uploads.retry("u1");
  await settled();
  expect(states()).toEqual(["sending", "upload.too_large"]);
});

test("a removed one is cancelled, and its late answer changes nothing", async () => {
  uploads.add([file("a")]);
  await settled();
  uploads.remove("u1");
  expect(started[0]!.cancelled).toBe(true);
  started[0]!.finish({ id: "f" });
  await settled();
  expect(uploads.view()).toEqual([]);
});

test("a message takes so many and no more", () => {
  const many = Array.from({ length: MOST + 2 }, (_, index) => file(`${index}`));
  expect(uploads.add(many)).toBe(2);
  expect(uploads.view()).toHaveLength(MOST);
});
