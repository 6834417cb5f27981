// Every observed vector, through the functions and through the compiled executable.

import { afterAll, describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { applyPatchText } from "../../src/patch/apply";
import { CODEX } from "../support/harness";
import { tempFolder } from "../support/temp-folder";
import { type Vector, vectorFolder, VECTORS } from "./vectors";

const bin = tempFolder();
const command = join(bin.path, "apply_patch");
symlinkSync(CODEX, command);
afterAll(() => bin[Symbol.dispose]());

test("there are 168 vectors", () => {
  expect(VECTORS.length).toBe(168);
});

describe("applyPatchText", () => {
  const isAboutThePatch = (vector: Vector) => vector.via === undefined || vector.name === "stdin-patch";
  for (const vector of VECTORS.filter(isAboutThePatch)) {
    test(vector.name, () => {
      using folder = vectorFolder(vector);
      const outcome = applyPatchText(folder.patch, {
        cwd: folder.cwd,
        home: folder.home ?? homedir(),
        lineEndings: "patch",
      });
      expect<unknown>({
        exit: outcome.exitCode,
        stdout: folder.shown(outcome.stdout),
        stderr: folder.shown(outcome.stderr),
      }).toEqual({ exit: vector.exit, stdout: vector.stdout, stderr: vector.stderr });
      expect(folder.found()).toEqual(folder.expected);
    });
  }
});

describe("the executable named apply_patch", () => {
  for (const vector of VECTORS) {
    test(vector.name, async () => {
      using folder = vectorFolder(vector);
      const args = { stdin: [], twoargs: [folder.patch, "extra"], argument: [folder.patch] };
      const child = Bun.spawn([command, ...args[vector.via ?? "argument"]], {
        cwd: folder.cwd,
        env: { PATH: process.env["PATH"], HOME: folder.home ?? homedir() },
        stdin: vector.via === "stdin" ? Buffer.from(folder.patch) : "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr, exit] = await Promise.all([
        child.stdout.text(),
        child.stderr.text(),
        child.exited,
      ]);
      expect({ exit, stdout: folder.shown(stdout), stderr: folder.shown(stderr) }).toEqual({
        exit: vector.exit,
        stdout: vector.stdout,
        stderr: vector.stderr,
      });
      expect(folder.found()).toEqual(folder.expected);
    });
  }
});
