// The scripted server that other tests rely on does what its script says.

import { describe, expect, test } from "bun:test";
import {
  completed,
  cut,
  cutAtByte,
  drop,
  functionCall,
  httpError,
  message,
  raw,
  respond,
  silence,
  startResponsesServer,
  stream,
  wait,
} from "./responses-server";

const post = (url: string, body: unknown = {}, init: RequestInit = {}) =>
  fetch(`${url}/responses`, { method: "POST", body: JSON.stringify(body), ...init });

/** What arrived before the stream ended or broke. */
async function read(response: Response): Promise<{ text: string; broken: boolean }> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

describe("the scripted server", () => {
  test("gives each request the next step and records it", async () => {
    await using server = await startResponsesServer([respond(message("one")), httpError(500, "boom")]);
    const first = await read(await post(server.url, { model: "m", input: [] }));
    expect(first.text).toContain('"text":"one"');
    expect(first.text).toContain("event: response.completed\n");
    const second = await post(server.url, { model: "m", input: [{ type: "message" }] });
    expect(second.status).toBe(500);
    expect(server.requests.map((r) => r.body.input.length)).toEqual([0, 1]);
    expect((await post(server.url)).status).toBe(400);
  });

  test("cuts a stream at any byte, and only the bytes before it arrive", async () => {
    const step = respond(message("é"), functionCall("f", {}, "c"));
    await using server = await startResponsesServer([step, ...[0, 1, 7, 400].map((n) => cutAtByte(step, n))]);
    const whole = Buffer.from((await read(await post(server.url))).text);
    for (const n of [0, 1, 7, 400]) {
      const { text, broken } = await read(await post(server.url));
      expect({ n, text, broken }).toEqual({ n, text: whole.subarray(0, n).toString(), broken: true });
    }
  });

  test("cuts, drops, pauses and sends bytes as they are", async () => {
    await using server = await startResponsesServer([
      stream(raw("data: {oops\r\n\r\n"), wait(1), cut(), completed()),
      drop(),
    ]);
    expect(await read(await post(server.url))).toEqual({ text: "data: {oops\r\n\r\n", broken: true });
    expect(post(server.url)).rejects.toThrow();
  });

  test("knows when a client went away", async () => {
    await using server = await startResponsesServer([stream(raw("data: 1\n\n"), silence())]);
    const controller = new AbortController();
    await post(server.url, {}, { signal: controller.signal });
    const request = await server.waitForRequest(1);
    expect(server.open).toBe(1);
    controller.abort();
    expect(await request.closed).toBe("broken");
    expect(server.open).toBe(0);
  });
});
