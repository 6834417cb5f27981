// The project's own papers: what is pinned, what a fresh clone needs, and what the documents promise.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dir, "..");

type Manifest = {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
type Locked = {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const manifest = (await Bun.file(join(ROOT, "package.json")).json()) as Manifest;
const lock = (await Bun.file(join(ROOT, "package-lock.json")).json()) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const direct = { ...manifest.dependencies, ...manifest.devDependencies };
const locked = Object.entries(lock.packages).filter(([path]) => path !== "");

describe("dependencies", () => {
  test("are pinned to exact versions", () => {
    const loose = Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  test("are locked by hash, without download addresses, so that any mirror will do", () => {
    expect(locked.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
    expect(locked.filter(([, entry]) => !entry.version || !entry.integrity)).toEqual([]);
  });

  test("are locked for every platform, without which npm ci refuses the lock file", () => {
    const optional = locked.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
    expect(optional.filter((name) => !(`node_modules/${name}` in lock.packages))).toEqual([]);
  });

  test("each have a row in docs/dependencies.md, which has no others", async () => {
    const text = await Bun.file(join(ROOT, "docs", "dependencies.md")).text();
    const firstCells = [...text.matchAll(/^\| (`[^|]*) \|/gm)].map((row) => row[1] ?? "");
    const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((name) => name[1] ?? ""));
    expect(named.toSorted()).toEqual(Object.keys(direct).toSorted());
  });

  test("bring no native code into the executable", () => {
    const native = Object.keys(manifest.dependencies).filter((name) =>
      existsSync(join(ROOT, "node_modules", name, "binding.gyp")),
    );
    expect(native).toEqual([]);
  });
});

describe("the documents", () => {
  const docs = (name: string) => `docs/${name}.md`;
  const documents = [
    ...["README.md", "AGENTS.md", "CHANGELOG.md"],
    ...["architecture", "dependencies", "differences", "exec", "getting-started", "install", "mcp"].map(docs),
    ...["notify", "releasing", "sandbox", "troubleshooting", "undo"].map(docs),
  ];

  for (const document of documents) {
    test(`${document} links only to files that are there, and names only scripts that exist`, async () => {
      const text = await Bun.file(join(ROOT, document)).text();
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map((link) => link[1] ?? "");
      expect(links.filter((link) => !existsSync(join(ROOT, dirname(document), link)))).toEqual([]);
      const scripts = [...text.matchAll(/npm run (\w+)/g)].map((script) => script[1] ?? "");
      expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
      const sources = [...text.matchAll(/`((?:src|test|docs)\/[\w./-]+)`/g)].map((source) => source[1] ?? "");
      expect(sources.filter((source) => !source.includes("NAME") && !existsSync(join(ROOT, source)))).toEqual(
        [],
      );
    });
  }
});
