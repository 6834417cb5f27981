// Which hooks run: those whose definition the user has trusted, unless they are switched off, wherever they are set.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { definitionHash, type HookDefinition } from "../../src/hooks/trust";
import { itemsOf, scripted, type ScriptedOptions } from "../support/exec-run";
import { installHooks, KEEP, says, told, trust } from "../support/hooks";
import type { Box } from "../support/harness";
import { message, respond } from "../support/responses-server";

const DONE = respond(message("done"));
const CONTEXT = says("from the hook");

function definition(more: Partial<HookDefinition>): HookDefinition {
  return {
    event: "stop",
    matcher: undefined,
    command: "x",
    timeout: 600,
    statusMessage: undefined,
    ...more,
  };
}

/** One run with a hook on the prompt; whether the model was told what it says. */
async function runs(
  given: {
    readonly trusted?: boolean;
    readonly args?: readonly string[];
    readonly more?: string;
  },
  options: ScriptedOptions = {},
) {
  await using run = await scripted([DONE], options);
  installHooks(run.box, { UserPromptSubmit: CONTEXT }, { trusted: given.trusted ?? true });
  if (given.more !== undefined) {
    const key = `${run.box.codexHome}/hooks.json:user_prompt_submit:0:0`;
    const table = `[hooks.state.${JSON.stringify(key)}]\n${given.more}\n`;
    run.box.write(
      join(run.box.codexHome, "config.toml"),
      (await Bun.file(join(run.box.codexHome, "config.toml")).text()) + table,
    );
  }
  const { events, exitCode } = await run.exec([...(given.args ?? []), "go"]);
  expect(exitCode).toBe(0);
  const ran = run.server.requests[0]?.text.includes("from the hook") ?? false;
  return { ran, warnings: itemsOf(events, "item.completed").filter(({ type }) => type === "error") };
}

describe("the hash of a definition", () => {
  // As the established CLI computes them: what it trusts is trusted here, and the other way round.
  const known: readonly (readonly [Partial<HookDefinition>, string])[] = [
    [{}, "6f14477468be127a92604ce05b51030268ccd6077fa7a807515589cfcfc7fd17"],
    [{ command: "ok", timeout: 1 }, "00150ff836c4c8ed8b9047a6eb59bf5bb20cf43ebe0909c86fc3cbdd85a6cab1"],
    [
      { event: "pre_tool_use", matcher: "" },
      "b22089b130d882c1c73d1ff80b8d260c544274033f130ad1e1c72d6c40cacc38",
    ],
    [
      { event: "pre_tool_use", matcher: "(?i)bash", command: "y" },
      "2f53987813a850c131713e34740ce0a014c3003525460ecb77469108337fa985",
    ],
    [
      { command: "toml", statusMessage: "st" },
      "b7387a5a77e87aecc317222f46b14043156dfafbd5ba2931d378c41ae127e7d2",
    ],
  ];
  for (const [given, hash] of known) {
    test(`of ${JSON.stringify(given)}`, () => {
      expect(definitionHash(definition(given))).toBe(`sha256:${hash}`);
    });
  }
});

describe("a hook", () => {
  test("runs when it is trusted", async () => {
    expect(await runs({})).toEqual({ ran: true, warnings: [] });
  });

  test("does not run, and nobody is told, when it is not trusted", async () => {
    expect(await runs({ trusted: false })).toEqual({ ran: false, warnings: [] });
  });

  test("does not run when its definition is another than the one that was trusted", async () => {
    const hash = definitionHash(definition({ event: "user_prompt_submit", command: "another" }));
    expect((await runs({ trusted: false, more: `trusted_hash = "${hash}"` })).ran).toBe(false);
  });

  test("does not run when it is switched off, trusted or not", async () => {
    const hash = definitionHash(definition({ event: "user_prompt_submit", command: CONTEXT }));
    const off = `trusted_hash = "${hash}"\nenabled = false`;
    expect((await runs({ trusted: false, more: off })).ran).toBe(false);
    const bypass = ["--dangerously-bypass-hook-trust"];
    expect((await runs({ trusted: false, more: off, args: bypass })).ran).toBe(false);
  });

  test("runs untrusted with --dangerously-bypass-hook-trust, which says so", async () => {
    const { ran, warnings } = await runs({ trusted: false, args: ["--dangerously-bypass-hook-trust"] });
    expect(ran).toBe(true);
    expect(warnings.map(({ message: text }) => text)).toEqual([
      "`--dangerously-bypass-hook-trust` is enabled. Enabled hooks may run without review for this invocation.",
    ]);
  });

  test("does not run with the feature `hooks` off, or without the user's configuration", async () => {
    expect((await runs({ args: ["--disable", "hooks"] })).ran).toBe(false);
    expect((await runs({}, { settings: "features = { hooks = false }" })).ran).toBe(false);
  });
});

describe("a hook of a project", () => {
  const hooks = (command: string) =>
    JSON.stringify({ hooks: { UserPromptSubmit: [{ hooks: [{ type: "command", command }] }] } });
  const hash = definitionHash(definition({ event: "user_prompt_submit", command: KEEP }));

  async function toldIn(projectTrust: "trusted" | "untrusted", keyIsTrusted: boolean) {
    await using run = await scripted([DONE], { files: { ".codex/hooks.json": hooks(KEEP) } });
    const { box } = run;
    const config = join(box.codexHome, "config.toml");
    const table = `\n[projects."${box.workspace}"]\ntrust_level = "${projectTrust}"\n`;
    box.write(config, (await Bun.file(config).text()) + table);
    if (keyIsTrusted) trust(box, `${box.workspace}/.codex/hooks.json:user_prompt_submit:0:0`, hash);
    await run.exec(["go"]);
    return told(box).length;
  }

  test("runs when both the project and the hook are trusted, and not otherwise", async () => {
    expect(await toldIn("trusted", true)).toBe(1);
    expect(await toldIn("trusted", false)).toBe(0);
    expect(await toldIn("untrusted", true)).toBe(0);
  });

  test("is not trusted by what the project says itself", async () => {
    const state = (file: string) => `[hooks.state."${file}"]\ntrusted_hash = "${hash}"\n`;
    await using run = await scripted([DONE], { files: { ".codex/hooks.json": hooks(KEEP) } });
    const { box } = run;
    const key = `${box.workspace}/.codex/hooks.json:user_prompt_submit:0:0`;
    box.write(".codex/config.toml", state(key));
    const config = join(box.codexHome, "config.toml");
    const table = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
    box.write(config, (await Bun.file(config).text()) + table);
    await run.exec(["go"]);
    expect(told(box)).toEqual([]);
  });

  /** A linked worktree of the workspace, which is trusted. */
  async function worktree(box: Box): Promise<string> {
    const tree = join(box.home, "tree");
    box.write(join(tree, ".git"), `gitdir: ${box.workspace}/.git/worktrees/tree\n`);
    box.write(join(box.workspace, ".git/worktrees/tree/gitdir"), `${tree}/.git\n`);
    const config = join(box.codexHome, "config.toml");
    const table = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
    box.write(config, (await Bun.file(config).text()) + table);
    return tree;
  }

  test("in a linked worktree is that of the main checkout", async () => {
    await using run = await scripted([DONE], { files: { ".codex/hooks.json": hooks(KEEP) } });
    const { box } = run;
    const tree = await worktree(box);
    box.write(join(tree, ".codex/hooks.json"), hooks("touch $HOME/wrong"));
    trust(box, `${box.workspace}/.codex/hooks.json:user_prompt_submit:0:0`, hash);
    await run.exec(["--dangerously-bypass-hook-trust", "-C", tree, "go"]);
    expect(told(box)).toMatchObject([{ cwd: tree }]);
    expect(await Bun.file(join(box.home, "wrong")).exists()).toBe(false);
  });

  test("in a linked worktree without hooks is that of the main checkout's config.toml too", async () => {
    const toml = `[[hooks.UserPromptSubmit]]\n[[hooks.UserPromptSubmit.hooks]]\ntype = "command"\ncommand = ${JSON.stringify(KEEP)}\n`;
    await using run = await scripted([DONE], { files: { ".codex/config.toml": toml } });
    const { box } = run;
    const tree = await worktree(box);
    box.write(join(tree, ".codex/config.toml"), "");
    trust(box, `${box.workspace}/.codex/config.toml:user_prompt_submit:0:0`, hash);
    await run.exec(["-C", tree, "go"]);
    expect(told(box)).toMatchObject([{ cwd: tree }]);
  });
});
