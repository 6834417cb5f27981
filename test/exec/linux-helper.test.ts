// The helper is made the same wherever it is made, runs by itself, and can be made when it is first needed.

import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { compileHelper } from "../../src/exec/linux-helper";
import { tempFolder } from "../support/temp-folder";

describe.skipIf(process.platform !== "linux")("the helper", () => {
  test("is the same each time it is compiled, though it never lies where it did", () => {
    const helper = compileHelper();
    expect(helper).not.toBeNull();
    expect(compileHelper()).toEqual(helper);
  });

  test("is an executable that needs nothing else, and ends when nobody is at its socket", async () => {
    const image = compileHelper() ?? "";
    using folder = tempFolder();
    const path = folder.write("helper", Buffer.from(image, "base64"));
    chmodSync(path, 0o755);
    const spawner = Bun.spawn([path, "spawn", "3"], { env: {}, stdio: ["ignore", "pipe", "pipe"] });
    expect(await new Response(spawner.stdout).text()).toBe("");
    expect(await new Response(spawner.stderr).text()).toBe("");
    expect(await spawner.exited).toBe(0);
    const misused = Bun.spawn([path], { env: {}, stdio: ["ignore", "ignore", "ignore"] });
    expect(await misused.exited).toBe(2);
  });
});
