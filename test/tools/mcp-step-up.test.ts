// A server that wants a login with more scopes in the middle of a call, and somebody who can log in.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { logIn } from "../../src/mcp/oauth-login";
import { serverConfigs } from "../../src/mcp/server-config";
import { storeKey } from "../../src/mcp/token-store";
import type { AskAnswer, AskRequest } from "../../src/protocol/approvals";
import { askedTurn } from "../support/asked-thread";
import { startOAuthServer, type OAuthServer } from "../support/oauth-server";
import { done } from "../support/responses-server";

const visit = async (address: string) => {
  await fetch(address);
};

/** A turn that calls the guarded tool with a login for scope `a`. */
async function callWith(server: OAuthServer, answer: AskAnswer, opens: boolean) {
  const { transport } = serverConfigs({ oa: { url: server.url } })[0] ?? {};
  if (transport?.type !== "streamable_http") throw new Error("it has an address");
  const callback = { port: undefined, url: undefined };
  const login = await logIn({
    ...{ name: "oa", server: transport, env: {}, scopes: ["a"] },
    ...{ callback, present: visit },
  });
  const call = done({
    ...{ type: "function_call", name: "secret", namespace: "mcp__oa" },
    ...{ arguments: "{}", call_id: "c1" },
  });
  return askedTurn({
    policy: "on-request",
    sandbox: "workspace-write",
    calls: [[[call]]],
    answers: [answer],
    settings: `mcp_oauth_credentials_store = "file"\n[mcp_servers.oa]\nurl = "${server.url}"\n`,
    before: (box) =>
      box.write(
        join(box.codexHome, ".credentials.json"),
        JSON.stringify({ [storeKey("oa", server.url)]: login }),
      ),
    meanwhile: async (request) => {
      if (opens) await visit(linkOf(request));
    },
  });
}

function linkOf(request: AskRequest | undefined): string {
  const asked = request?.type === "mcp_elicitation" ? request.elicitation.request : undefined;
  return asked?.mode === "url" ? asked.url : "";
}

test("the user is shown where to log in, and the call goes on with the new login", async () => {
  await using server = startOAuthServer({ toolScope: "more" });
  await using turn = await callWith(server, { type: "approve" }, true);
  expect(turn.asked).toHaveLength(1);
  const link = new URL(linkOf(turn.asked[0]));
  expect([link.pathname, link.searchParams.get("scope")]).toEqual(["/authorize", "a more"]);
  expect(turn.output("c1")).toContain("the secret");
});

test("who does not want to log in leaves the model with how it could be done", async () => {
  await using server = startOAuthServer({ toolScope: "more" });
  await using turn = await callWith(server, { type: "decline" }, false);
  expect(turn.output("c1")).toContain("Run `codex mcp login oa --scopes more`.");
});

test("a provider that refuses is quoted", async () => {
  await using server = startOAuthServer({ toolScope: "more", refusedScopes: ["more"] });
  await using turn = await callWith(server, { type: "approve" }, true);
  expect(turn.output("c1")).toContain("The login did not succeed: OAuth provider returned `invalid_scope`");
});
