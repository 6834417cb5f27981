// What is said of a server that cannot be reached, from what the runtime throws for real addresses.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { networkCause } from "../../src/model/network-cause";
import { startIssuer } from "../support/issuer";

type Environment = Readonly<Record<string, string>>;

async function causeOf(url: string, env: Environment = {}, init: BunFetchRequestInit = {}): Promise<string> {
  try {
    await fetch(url, init);
  } catch (error) {
    return networkCause(error, url, env);
  }
  throw new Error(`${url} answered`);
}

/** Nobody listens there: the port was somebody's a moment ago. */
async function closedPort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  await server.stop(true);
  return server.port ?? 0;
}

describe("a refused connection", () => {
  test("on this machine asks whether the server runs", async () => {
    expect(await causeOf(`http://127.0.0.1:${await closedPort()}/`)).toBe(
      "connection refused; check that the server runs, and the address",
    );
  });

  test("names the variable of the proxy that the request would take, and none where there is no such proxy", async () => {
    const url = `http://127.0.0.1:${await closedPort()}/`;
    const named = "connection refused; check the address, and the proxy that HTTP_PROXY names";
    expect(await causeOf(url, { HTTP_PROXY: "http://proxy" })).toBe(named);
    expect(await causeOf(url, { http_proxy: "http://proxy", NO_PROXY: "a.example" })).toBe(
      named.replace("HTTP_PROXY", "http_proxy"),
    );
    for (const exempt of ["*", "127.0.0.1", "x, 127.0.0.1:80"]) {
      expect(await causeOf(url, { HTTP_PROXY: "http://proxy", NO_PROXY: exempt })).not.toContain("PROXY");
    }
    expect(await causeOf(url, { HTTPS_PROXY: "http://proxy" })).not.toContain("PROXY");
  });
});

test("a host that nobody has is named", async () => {
  expect(await causeOf("http://nobody.invalid/")).toBe(
    "no host is called nobody.invalid; check the address and the network connection",
  );
  expect(await causeOf("https://nobody.invalid/", { HTTPS_PROXY: "http://proxy" })).toBe(
    "no host is called nobody.invalid; check the address, HTTPS_PROXY and the network connection",
  );
});

test("a certificate that is not trusted is called that, with the way to trust it", async () => {
  const tls = await Bun.file(join(import.meta.dir, "../fixtures/issuer-certificate.pem")).text();
  await using server = startIssuer({ tls });
  expect(await causeOf(`${server.url}/`)).toMatch(
    /^(self.signed|unable to verify)[^:]*; if you trust it, name its authority's certificate in CODEX_CA_CERTIFICATE$/,
  );
});

test("what the runtime has no code for is said in its words, without advice for programmers", () => {
  const thrown = new TypeError("InvalidThing fetching. For more information, pass `verbose: true`");
  expect(networkCause(thrown, "http://a.example/", {})).toBe("InvalidThing fetching");
  expect(networkCause(new Error(""), "http://a.example/", {})).toBe("the connection failed");
});
