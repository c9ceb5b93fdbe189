import { beforeEach, expect, test } from "vitest";
import { backoff, Connection, type LineState } from "../src/connection.ts";
import { FakeWorld } from "./fakes.ts";

let world: FakeWorld;
let states: LineState[];
let frames: string[];
let connection: Connection;

beforeEach(() => {
  world = new FakeWorld();
  states = [];
  frames = [];
  const options = {
    url: "wss://example.org/socket",
    hello: () => ({ type: "hello" }),
    onFrame: (frame: { type: string }) => frames.push(frame.type),
    onState: (state: LineState) => states.push(state),
  };
  connection = new Connection(options, world);
});

function getOnline(): void {
  connection.start();
  world.socket.onopen?.();
  world.socket.hear({ type: "welcome" });
}

test("hello goes first and welcome makes the line usable", () => {
  connection.start();
  expect(connection.send({ type: "typing" })).toBe(false);
  world.socket.onopen?.();
  world.socket.hear({ type: "welcome" });
  expect(connection.send({ type: "typing" })).toBe(true);
  expect(world.socket.sent.map((frame) => frame.type)).toEqual(["hello", "typing"]);
  expect(states).toEqual(["connecting", "catching_up", "online"]);
});

test("backoff doubles from half a second to thirty, with full jitter", () => {
  expect([0, 1, 2, 20].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 30_000]);
  expect(backoff(6, 0)).toBe(0);
});

test("a lost line is tried again after its backoff", () => {
  getOnline();
  world.socket.onclose?.({ code: 1012, reason: "restarting" });
  expect(connection.state).toBe("waiting");
  world.advance(249);
  expect(world.sockets).toHaveLength(1);
  world.advance(1);
  expect(world.sockets).toHaveLength(2);
});

test("a server that closes right after welcome is met ever more slowly", () => {
  for (const wait of [250, 500, 1000]) {
    if (connection.state === "stopped") connection.start();
    world.socket.onopen?.();
    world.socket.hear({ type: "welcome" });
    world.socket.onclose?.({ code: 1013, reason: "" });
    const before = world.sockets.length;
    world.advance(wait - 1);
    expect(world.sockets).toHaveLength(before);
    world.advance(1);
    expect(world.sockets).toHaveLength(before + 1);
  }
});

test("1008 stops for good", () => {
  getOnline();
  world.socket.onclose?.({ code: 1008, reason: "origin refused" });
  world.advance(600_000);
  connection.wake();
  expect(connection.state).toBe("stopped");
  expect(world.sockets).toHaveLength(1);
});

test("waking skips the wait", () => {
  getOnline();
  world.chance = 1;
  world.socket.onclose?.({ code: 1006, reason: "" });
  connection.wake();
  expect(connection.state).toBe("connecting");
  expect(world.sockets).toHaveLength(2);
});

test("an attempt that was begun without a network is made anew when that is back", () => {
  getOnline();
  connection.drop();
  world.advance(250);
  expect(connection.state).toBe("connecting");
  connection.wake();
  expect(world.sockets).toHaveLength(3);
  world.socket.onopen?.();
  world.socket.hear({ type: "welcome" });
  expect(connection.state).toBe("online");
});

test("an attempt that is under way is left alone by who looks at the page again", () => {
  connection.start();
  connection.wake();
  expect(world.sockets).toHaveLength(1);
});

test("a line that went silent is given up", () => {
  getOnline();
  world.advance(44_999);
  expect(world.sockets).toHaveLength(1);
  expect(world.socket.sent.filter((frame) => frame.type === "ping")).toHaveLength(2);
  world.advance(1);
  expect(world.sockets[0]!.closed).toBe(true);
  expect(connection.state).toBe("waiting");
});

test("a woken line that seems up is probed, and given up when nothing comes", () => {
  getOnline();
  world.advance(10_000);
  connection.wake();
  expect(world.socket.sent.at(-1)).toEqual({ type: "ping" });
  world.advance(5_000);
  expect(connection.state).toBe("waiting");
});

test("pongs keep the line", () => {
  getOnline();
  for (let minute = 0; minute < 10; minute++) {
    world.advance(20_000);
    world.socket.hear({ type: "pong" });
  }
  expect(connection.state).toBe("online");
  expect(world.sockets).toHaveLength(1);
});

test("a line on which welcome never comes is given up", () => {
  connection.start();
  world.socket.onopen?.();
  world.advance(15_000);
  expect(connection.state).toBe("waiting");
});

test("what is no frame is passed over", () => {
  getOnline();
  world.socket.onmessage?.({ data: "not json" });
  world.socket.hear({ no: "type" });
  expect(frames).toEqual(["welcome"]);
});
