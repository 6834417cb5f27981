// Server-sent events, taken apart wherever the bytes happen to be split.

import { describe, expect, test } from "bun:test";
import { sseDecoder } from "../../src/model/sse";

const STREAM = [
  "\uFEFFdata: first\n\n",
  ": a comment\ndata: second\r\nid: 1\r\n\r\n",
  "event: x\rdata:third\r\r",
  "data: one\ndata:\ndata\ndata:  two\n\n",
  "data: é 漢 𝄞\n\n",
  "database: no\nretry: 5\n\n\n\n",
  "data: last",
].join("");
const EVENTS = ["first", "second", "third", "one\n\n\n two", "é 漢 𝄞", "last"];

describe("the decoder", () => {
  test("finds the same events in one chunk, byte by byte, and in any two parts", () => {
    const bytes = new TextEncoder().encode(STREAM);
    const splits = [[], [...bytes.keys()], ...[...bytes.keys()].map((at) => [at])];
    for (const at of splits) {
      const decoder = sseDecoder();
      const edges = [0, ...at, bytes.length];
      const parts = edges.slice(1).map((to, i) => bytes.subarray(edges[i], to));
      expect([...parts.flatMap((part) => decoder.push(part)), ...decoder.end()]).toEqual(EVENTS);
    }
  });

  test("tells an event as soon as its blank line is there, and not before", () => {
    const decoder = sseDecoder();
    const push = (text: string) => decoder.push(new TextEncoder().encode(text));
    expect([push("data: a"), push("\n"), push("\n"), push("data: b\r\n\r"), push("\n")]).toEqual([
      [],
      [],
      ["a"],
      ["b"],
      [],
    ]);
    expect(decoder.end()).toEqual([]);
  });

  test("skips an event that grows without end, and goes on with the next", () => {
    const decoder = sseDecoder();
    const mebibyte = new Uint8Array(1_048_576).fill(120);
    const push = (text: string) => decoder.push(new TextEncoder().encode(text));
    push("data: ");
    for (let i = 0; i < 65; i += 1) expect(decoder.push(mebibyte)).toEqual([]);
    expect(push("\n\ndata: next\n\n")).toEqual(["next"]);
  });
});
