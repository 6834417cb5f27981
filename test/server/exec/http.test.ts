// `http/request` of the compiled executable, against a real server: whole, in parts, and what goes wrong.

import { describe, expect, test } from "bun:test";
import { greet, stdioServer } from "./client";

const get = (url: string, more: object = {}) => ({
  method: "GET",
  url,
  headers: [],
  requestId: "r",
  ...more,
});

describe("http/request", () => {
  test("sends what it is given, follows redirects, and gives the answer", async () => {
    using web = Bun.serve({
      port: 0,
      async fetch(request) {
        if (new URL(request.url).pathname === "/from") return Response.redirect("/to");
        const text = `${request.method} ${request.headers.get("x-a")} ${await request.text()}`;
        return new Response(text, { status: 201, headers: { "X-Answer": "yes" } });
      },
    });
    await using server = await stdioServer();
    await greet(server);
    const headers = [
      { name: "x-a", value: "1" },
      { name: "x-a", value: "2" },
    ];
    const post = { ...get(`${web.url.href}x`), method: "POST", headers, bodyBase64: "Ym9keQ==" };
    const { result } = await server.ask("http/request", post);
    expect(result).toMatchObject({
      status: 201,
      bodyBase64: Buffer.from("POST 1, 2 body").toString("base64"),
    });
    expect(result?.headers).toContainEqual({ name: "x-answer", value: "yes" });
    expect((await server.ask("http/request", get(`${web.url.href}from`))).result).toMatchObject({
      status: 201,
    });
  });

  test("tells of the body as it comes, with one end", async () => {
    const released = Promise.withResolvers<void>();
    using web = Bun.serve({
      port: 0,
      fetch: () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue("part1;");
              await released.promise;
              controller.enqueue("part2");
              controller.close();
            },
          }),
        ),
    });
    await using server = await stdioServer();
    await greet(server);
    const request = get(web.url.href, { streamResponse: true });
    expect((await server.ask("http/request", request)).result).toMatchObject({ status: 200, bodyBase64: "" });
    await server.tells(({ params }) => params.deltaBase64 === Buffer.from("part1;").toString("base64"));
    expect((await server.ask("http/request", request)).error).toEqual({
      code: -32602,
      message: "http/request streamResponse requestId `r` is already active",
    });
    released.resolve();
    await server.tells(({ params }) => params.done === true);
    const parts = server.told.map(({ params }) => params);
    expect(parts.map(({ seq }) => seq)).toEqual(parts.map((_, index) => index + 1));
    expect(parts.filter(({ done }) => done === true)).toHaveLength(1);
    expect(
      Buffer.concat(parts.map(({ deltaBase64 }) => Buffer.from(String(deltaBase64), "base64"))).toString(),
    ).toBe("part1;part2");
  });

  test("says what is no request, and what has no answer", async () => {
    using silent = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
    await using server = await stdioServer();
    await greet(server);
    const failure = async (params: object) => (await server.ask("http/request", params)).error;
    const wrong: readonly (readonly [object, string])[] = [
      [get("ftp://x"), "http/request only supports http and https URLs, got ftp"],
      [get("x"), "http/request url is invalid: relative URL without a base"],
      [get("http://x", { method: "GE T" }), "http/request method is invalid: invalid HTTP method"],
      [
        get("http://x", { headers: [{ name: "a b", value: "" }] }),
        "http/request header name is invalid: invalid HTTP header name",
      ],
      [
        get("http://x", { headers: [{ name: "a", value: "x\ny" }] }),
        "http/request header value is invalid for a: failed to parse header value",
      ],
      [get("http://x", { bodyBase64: "@" }), "Invalid symbol 64, offset 0."],
    ];
    for (const [params, message] of wrong) expect(await failure(params)).toEqual({ code: -32602, message });
    expect(await failure(get("http://127.0.0.1:1/"))).toEqual({
      code: -32603,
      message: "http/request failed: error sending request for url (http://127.0.0.1:1/)",
    });
    expect((await failure(get(silent.url.href, { timeoutMs: 50 })))?.code).toBe(-32603);
    expect((await server.ask("environment/info")).error).toBeUndefined();
    await silent.stop(true);
  });
});
