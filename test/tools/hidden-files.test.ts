// What the permissions hide from commands is not read for the model outside the sandbox either.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { customCall, functionCall, message, respond, type SseEvent } from "../support/responses-server";
import { threadBox, type ThreadBox } from "../support/thread-box";

const IMAGE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const SECRET = "the secret\n";

/** A thread that may not read `hidden`, in a turn with these calls. */
async function hiding(...calls: readonly (readonly SseEvent[])[]): Promise<ThreadBox> {
  const roots = '{ "." = "write", "hidden" = "deny" }';
  const profile = `{ extends = ":workspace", filesystem = { ":workspace_roots" = ${roots} } }`;
  const it = await threadBox([respond(...calls), respond(message("done"))], {
    settings: `default_permissions = "dev"\npermissions.dev = ${profile}`,
    sandbox: "profile",
    git: false,
    files: { "hidden/image.png": IMAGE, "hidden/text": SECRET, "seen.png": IMAGE, a: "a\n" },
  });
  symlinkSync("hidden", join(it.box.workspace, "link"));
  await it.turn("go");
  return it;
}

function outputs({ server }: ThreadBox): readonly string[] {
  const input = server.requests.at(-1)?.body.input ?? [];
  return input.flatMap(({ output }) => (output === undefined ? [] : [JSON.stringify(output)]));
}

test("an image is not shown, by its own name or by a link", async () => {
  const view = (path: string) => functionCall("view_image", { path }, path);
  await using it = await hiding(view("hidden/image.png"), view("link/image.png"), view("seen.png"));
  const [direct = "", linked = "", seen = ""] = outputs(it);
  expect(direct).toContain("hidden/image.png`: the permissions do not let it be read");
  expect(linked).toContain("link/image.png`: the permissions do not let it be read");
  expect(seen).toContain("data:image/png;base64,");
});

test("a patch does not tell what a file holds", async () => {
  const guess = (line: string, id: string) =>
    customCall(
      "apply_patch",
      `*** Begin Patch\n*** Update File: hidden/text\n@@\n-${line}\n+x\n*** End Patch`,
      id,
    );
  await using it = await hiding(guess("wrong", "c1"), guess(SECRET.trim(), "c2"));
  const [wrong = "", right = ""] = outputs(it);
  expect(right).toContain("the permissions do not let it be read");
  expect(wrong).toBe(right);
});

test("nothing is copied for undoing to where commands may read it", async () => {
  await using it = await hiding(functionCall("exec_command", { cmd: "echo changed > a", login: false }));
  const kept = join(it.box.codexHome, "checkpoints");
  const texts = readdirSync(kept, { recursive: true, encoding: "utf8" })
    .map((name) => join(kept, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, "utf8"));
  expect(texts).toContain("a\n");
  expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
  expect(await it.thread.undo()).toEqual({
    type: "restored",
    files: [join(it.box.workspace, "a")],
    notRestored: [],
  });
});
