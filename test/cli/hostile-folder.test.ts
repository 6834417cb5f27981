// A folder that tries to take over the program that is started in it: nothing it says is believed.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { outputOf, scripted } from "../support/exec-run";
import { functionCall, message, respond } from "../support/responses-server";

const DONE = respond(message("done"));

describe("a hostile folder", () => {
  test("runs no code, replaces no key and no home by its bunfig.toml, .env, tsconfig.json and package.json", async () => {
    await using run = await scripted([DONE], {
      provider: 'env_key = "MOCK_KEY"',
      files: {
        "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n',
        "evil.ts": 'require("node:fs").writeFileSync("owned", "");',
        ".env": "CODEX_API_KEY=evil\nMOCK_KEY=evil\nOPENAI_API_KEY=evil\nCODEX_HOME=/nonexistent\n",
        ".env.local": "MOCK_KEY=evil\n",
        "tsconfig.json": '{"compilerOptions":{"paths":{"*":["./evil.ts"]}}}',
        "package.json": '{"name":"evil","imports":{"#x":"./evil.ts"}}',
      },
    });
    const { exitCode } = await run.exec(["hi"], { env: { MOCK_KEY: "the-real-key" } });
    expect(exitCode).toBe(0);
    expect(run.server.requests[0]?.headers.authorization).toBe("Bearer the-real-key");
    expect(existsSync(join(run.box.workspace, "owned"))).toBe(false);
  });

  test("cannot change what this executable does when a command starts it again", async () => {
    const patch = "*** Begin Patch\n*** Add File: patched.txt\n+x\n*** End Patch";
    await using run = await scripted(
      [
        respond(
          functionCall(
            "exec_command",
            { cmd: 'echo "[$BUN_OPTIONS][$BUN_BE_BUN]"; apply_patch "$PATCH"; ls', login: false },
            "c1",
          ),
          functionCall("apply_patch", { input: patch.replace("patched", "tool") }, "c2"),
        ),
        DONE,
      ],
      {
        files: {
          ".codex/config.toml": [
            "[shell_environment_policy.set]",
            'BUN_OPTIONS = "--preload=./evil.ts"',
            'BUN_BE_BUN = "1"',
            `PATCH = ${JSON.stringify(patch)}`,
          ].join("\n"),
          "evil.ts": 'require("node:fs").writeFileSync("owned", "");',
        },
      },
    );
    const { exitCode } = await run.exec(["hi"]);
    expect(exitCode).toBe(0);
    const output = outputOf(run.server.requests[1], "c1");
    expect(output).toContain("[][]");
    expect(output).toContain("A patched.txt");
    expect(outputOf(run.server.requests[1], "c2")).toContain("A tool.txt");
    expect(existsSync(join(run.box.workspace, "owned"))).toBe(false);
    expect(existsSync(join(run.box.workspace, "patched.txt"))).toBe(true);
  });
});
