// The stand-alone apply_patch against that of the reference, on random patches: same files, same texts, same exit status.

import { expect, test } from "bun:test";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { parsePatch } from "../../src/patch/parse";
import { CODEX } from "../support/harness";
import { naiveUpdate } from "./naive";
import { randomFiles, randomPatch, type Files } from "./random-patch";
import { randomFrom } from "./random";

/** The reference's native executable. */
const REFERENCE = process.env["CODEX_REFERENCE"];
const PATCHES = Number(process.env["CODEX_FUZZ_PATCHES"] ?? 2000);
const SEED = Number(process.env["CODEX_FUZZ_SEED"] ?? 1);
const TIMEOUT_MS = 600_000;

type Result = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Mode and bytes by path; `dir` for folders. */
  readonly files: Readonly<Record<string, string>>;
};

type Trial = {
  readonly files: Files;
  readonly patch: string;
  readonly reference: Result;
  readonly ours: Result;
};

/** A way in which we mean to differ, with the first cell of its row in docs/differences.md. */
type Rule = { readonly row: string; readonly explains: (trial: Trial) => boolean };

const RULES: readonly Rule[] = [
  {
    row: "a chunk marked `*** End of File` that lies in what an earlier chunk of the patch has replaced",
    explains: (trial) =>
      trial.patch.includes("*** End of File") &&
      trial.ours.stderr.startsWith("Failed to find expected lines in ") &&
      (hasOverlap(trial) || failsLater(trial)),
  },
  {
    row: "lines to append, where another chunk of the patch replaces the end of the file",
    explains: (trial) =>
      trial.ours.exitCode === trial.reference.exitCode &&
      trial.ours.stdout === trial.reference.stdout &&
      hasOverlap(trial),
  },
];

test.skipIf(REFERENCE === undefined)(
  `${PATCHES} random patches do the same as with the reference (set CODEX_REFERENCE to its executable)`,
  async () => {
    const random = randomFrom(SEED);
    const explained = new Map<string, number>();
    const statuses = new Map<number | null, number>();
    for (let n = 0; n < PATCHES; n++) {
      const files = randomFiles(random);
      const patch = randomPatch(random, files);
      const [reference, ours] = await Promise.all([
        apply(REFERENCE ?? "", files, patch),
        apply(CODEX, files, patch),
      ]);
      statuses.set(ours.exitCode, (statuses.get(ours.exitCode) ?? 0) + 1);
      if (Bun.deepEquals(reference, ours)) continue;
      const rule = RULES.find((candidate) => candidate.explains({ files, patch, reference, ours }));
      if (rule === undefined) {
        expect({ patch, before: shown(files), ...ours }).toEqual({
          patch,
          before: shown(files),
          ...reference,
        });
      } else {
        explained.set(rule.row, (explained.get(rule.row) ?? 0) + 1);
      }
    }
    const counts = {
      "exit status": Object.fromEntries(statuses),
      differences: Object.fromEntries(explained),
    };
    console.log(`${PATCHES} patches, seed ${SEED}: ${JSON.stringify(counts)}`);
    expect(statuses.get(0) ?? 0).toBeGreaterThan(PATCHES / 5);
    expect(statuses.get(1) ?? 0).toBeGreaterThan(PATCHES / 5);
  },
  TIMEOUT_MS,
);

test("every difference that is explained has its row in docs/differences.md", () => {
  const document = readFileSync(join(import.meta.dir, "..", "..", "docs", "differences.md"), "utf8");
  expect(RULES.filter(({ row }) => !document.includes(`| ${row} |`))).toEqual([]);
});

/** The reference looks for the chunks that follow, and does not find one of those either. */
function failsLater({ reference, ours }: Trial): boolean {
  const same = reference.exitCode === ours.exitCode && Bun.deepEquals(reference.files, ours.files);
  return same && reference.stderr.startsWith("Failed to find ");
}

/** Whether two chunks of an update touch the same lines, which only the two rules above let happen. */
function hasOverlap({ files, patch }: Trial): boolean {
  const parsed = parsePatch(patch);
  if (parsed.type !== "patch") return false;
  const texts = new Map([...files].map(([name, bytes]) => [name, bytes.toString("utf8")]));
  for (const hunk of parsed.hunks) {
    const path = normalize(hunk.path);
    if (hunk.type === "add") texts.set(path, hunk.content);
    if (hunk.type !== "update") continue;
    const changed = naiveUpdate(texts.get(path) ?? "", hunk.chunks);
    if (changed === "overlap") return true;
    if (changed !== null) texts.set(normalize(hunk.movePath ?? hunk.path), changed);
  }
  return false;
}

async function apply(program: string, files: Files, patch: string): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "codex-fuzz-"));
  try {
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const child = Bun.spawn([program, patch], {
      argv0: "apply_patch",
      cwd: folder,
      env: { HOME: folder, PATH: process.env["PATH"] ?? "" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    const exitCode = await child.exited;
    const plain = (text: string) => text.replaceAll(folder, "{cwd}");
    return { exitCode, stdout: plain(stdout), stderr: plain(stderr), files: contents(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function contents(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const status = lstatSync(join(folder, name));
      if (status.isDirectory()) return [name, "dir"];
      const mode = (status.mode & 0o777).toString(8);
      return [name, `${mode} ${JSON.stringify(readFileSync(join(folder, name)).toString("latin1"))}`];
    }),
  );
}

function shown(files: Files): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, bytes.toString("utf8")]));
}
