// The observed behaviour of the stand-alone command: what each vector sets up and what it must leave (apply-patch.md 13).

import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join, relative } from "node:path";
import { tempFolder, type TempFolder } from "../support/temp-folder";
import vectors from "../fixtures/apply-patch-vectors.json" with { type: "json" };

type Texts = Readonly<Record<string, string>>;

export type Vector = {
  readonly name: string;
  readonly before: Texts;
  readonly patch: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly after: Texts;
  readonly via?: "stdin" | "twoargs";
  readonly setup?: {
    readonly dirs?: readonly string[];
    readonly base64?: Texts;
    readonly modes?: Texts;
    readonly symlinks?: Texts;
    readonly hardlinks?: Texts;
    readonly home?: boolean;
  };
  readonly after_extra?: {
    readonly dirs?: readonly string[];
    readonly base64?: Texts;
    readonly modes?: Texts;
    readonly symlinks?: Texts;
  };
};

export const VECTORS = vectors as unknown as readonly Vector[]; // JSON types every vector by its own fields

export type VectorFolder = Disposable & {
  readonly cwd: string;
  /** The value of HOME for this vector, if it sets one. */
  readonly home: string | undefined;
  readonly patch: string;
  /** With the folder's path written as `{cwd}`. */
  readonly shown: (text: string) => string;
  /** What is on disk now, in the form of `expected`. */
  readonly found: () => unknown;
  readonly expected: unknown;
};

/** The folder of a vector lies one level down, since a patch may leave it. */
export function vectorFolder(vector: Vector): VectorFolder {
  const outer = tempFolder();
  const cwd = join(outer.path, "work");
  mkdirSync(cwd);
  process.umask(0o022); // The modes in the vectors were observed under it.
  setUp(vector, outer, cwd);
  const modes = Object.keys(vector.after_extra?.modes ?? {});
  return {
    cwd,
    home: vector.setup?.home ? join(cwd, "home") : undefined,
    patch: vector.patch.replaceAll("{cwd}", cwd),
    shown: (text) => text.replaceAll(cwd, "{cwd}"),
    found: () => ({ ...contents(outer.path, cwd), modes: modesOf(cwd, modes) }),
    expected: {
      texts: { ...vector.after },
      base64: vector.after_extra?.base64 ?? {},
      symlinks: vector.after_extra?.symlinks ?? {},
      dirs: vector.after_extra?.dirs ?? [],
      modes: vector.after_extra?.modes ?? {},
    },
    [Symbol.dispose]: () => outer[Symbol.dispose](),
  };
}

function setUp({ before, setup = {} }: Vector, outer: TempFolder, cwd: string): void {
  for (const dir of setup.dirs ?? []) mkdirSync(join(cwd, dir), { recursive: true });
  if (setup.home) mkdirSync(join(cwd, "home"));
  for (const [name, text] of Object.entries(before)) outer.write(join("work", name), text);
  for (const [name, data] of Object.entries(setup.base64 ?? {})) {
    outer.write(join("work", name), Buffer.from(data, "base64"));
  }
  for (const [name, mode] of Object.entries(setup.modes ?? {})) chmodSync(join(cwd, name), parseInt(mode, 8));
  for (const [link, target] of Object.entries(setup.symlinks ?? {})) symlinkSync(target, join(cwd, link));
  for (const [link, target] of Object.entries(setup.hardlinks ?? {})) {
    linkSync(join(cwd, target), join(cwd, link));
  }
}

/** Everything below `root`, by path from `cwd`. */
function contents(root: string, cwd: string) {
  const texts: Record<string, string> = {};
  const base64: Record<string, string> = {};
  const symlinks: Record<string, string> = {};
  const dirs: string[] = [];
  for (const entry of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const path = join(root, entry);
    const name = relative(cwd, path);
    const status = lstatSync(path);
    if (status.isSymbolicLink()) symlinks[name] = readlinkSync(path);
    else if (status.isDirectory()) {
      if (readdirSync(path).length === 0 && path !== cwd) dirs.push(name);
    } else {
      const bytes = readFileSync(path);
      const text = bytes.toString("utf8");
      if (Buffer.from(text).equals(bytes)) texts[name] = text;
      else base64[name] = bytes.toString("base64");
    }
  }
  return { texts, base64, symlinks, dirs };
}

function modesOf(cwd: string, names: readonly string[]): Texts {
  return Object.fromEntries(
    names
      .filter((name) => existsSync(join(cwd, name)))
      .map((name) => [name, (statSync(join(cwd, name)).mode & 0o777).toString(8)]),
  );
}
