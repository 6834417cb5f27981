// Reads the profile for macOS back and asks it, the way the system would, what a command may do.

import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { PermissionEntry, PermissionProfile } from "../../src/protocol/policy";
import { seatbeltDenials } from "../../src/cli/sandbox/denials";
import { profileOf } from "../../src/sandbox/policy";
import { seatbeltConfinement, seatbeltProfile, type SeatbeltOptions } from "../../src/sandbox/seatbelt";
import { tempFolder } from "../support/temp-folder";

type Managed = Extract<PermissionProfile, { type: "managed" }>;
type Expression = string | readonly Expression[];
type Request = {
  readonly operation: string;
  readonly path?: string;
  readonly address?: string;
  readonly name?: string;
};

/** One list for each rule; strings keep a quotation mark in front, to tell them from symbols. */
function parse(text: string): readonly (readonly Expression[])[] {
  const tokens =
    text.replaceAll(/^;.*$/gm, "").match(/#"(?:[^"\\]|\\.)*"|"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  const stack: Expression[][] = [[]];
  for (const token of tokens) {
    if (token === "(") stack.push([]);
    else if (token === ")") {
      const list = stack.pop() ?? [];
      stack.at(-1)?.push(list);
    } else if (token.startsWith('#"')) stack.at(-1)?.push(`"${token.slice(2, -1)}`);
    else if (token.startsWith('"')) stack.at(-1)?.push(`"${token.slice(1, -1)}`);
    else stack.at(-1)?.push(token);
  }
  if (stack.length !== 1) throw new Error("brackets that are not closed");
  return stack[0] as readonly (readonly Expression[])[];
}

function reader(profile: Managed, options: SeatbeltOptions): (request: Request) => boolean {
  const { text, parameters } = seatbeltProfile(profile, options);
  const [version, ...rules] = parse(text);
  expect(version).toEqual(["version", "1"]);
  const string = (expression: Expression | undefined): string => {
    if (typeof expression === "string") return expression.slice(1);
    const value = parameters.get(String(expression?.[1]).slice(1));
    if (value === undefined) throw new Error(`no parameter ${JSON.stringify(expression)}`);
    return value;
  };
  const holds = (filter: Expression, request: Request): boolean => {
    const [head, ...rest] = filter as readonly Expression[];
    const { path = "", address = "", name = "" } = request;
    switch (head) {
      case "literal":
      case "path":
        return path === string(rest[0]);
      case "subpath": {
        const top = string(rest[0]);
        return path === top || path.startsWith(top === "/" ? "/" : `${top}/`);
      }
      case "regex":
        return new RegExp(string(rest[0])).test(path);
      case "require-all":
        return rest.every((inner) => holds(inner, request));
      case "require-not":
        return !holds(rest[0] ?? "", request);
      case "vnode-type":
        return path === "/dev/null";
      case "remote":
      case "local":
        return rest[0] === "ip" ? address.startsWith("localhost:") : holds(rest[1] ?? "", request);
      case "global-name":
      case "sysctl-name":
        return rest.some((one) => string(one) === name);
      default:
        return false;
    }
  };
  return (request) => {
    let allowed = false;
    for (const [verdict, ...words] of rules) {
      const operations = words.filter((word): word is string => typeof word === "string");
      const filters = words.filter((word) => Array.isArray(word) && word[0] !== "with");
      const covers = operations.some(
        (one) =>
          one === "default" ||
          one === request.operation ||
          (one.endsWith("*") && request.operation.startsWith(one.slice(0, -1))),
      );
      if (!covers || (filters.length > 0 && !filters.some((filter) => holds(filter, request)))) continue;
      allowed = verdict === "allow";
    }
    return allowed;
  };
}

function place(root: string): SeatbeltOptions {
  return {
    cwd: join(root, "work"),
    codexHome: join(root, "home/.codex"),
    env: { TMPDIR: join(root, "tmp") },
  };
}

function workspaceWrite(root: string, network = false): Managed {
  const options = { ...place(root), addDirs: [] };
  const policy = {
    type: "workspace-write",
    network_access: network,
    exclude_tmpdir_env_var: false,
    exclude_slash_tmp: true,
  } as const;
  return profileOf(policy, options) as Managed;
}

const READ_ONLY = profileOf({ type: "read-only" }, { ...place("/"), addDirs: [] }) as Managed;
const write = (path: string): Request => ({ operation: "file-write-create", path });
const read = (path: string): Request => ({ operation: "file-read-data", path });

describe("the profile for macOS", () => {
  test("in read-only everything can be read and nothing written", () => {
    using box = tempFolder({ "work/file": "" });
    const may = reader(READ_ONLY, place(box.path));
    expect(may(read("/etc/passwd"))).toBeTrue();
    for (const path of [box.path, `${box.path}/work/x`, "/tmp/x", "/etc/x", "/dev/disk0"]) {
      expect([path, may(write(path))]).toEqual([path, false]);
    }
    expect(may({ operation: "file-write-data", path: "/dev/null" })).toBeTrue();
    expect(may({ operation: "process-fork" })).toBeTrue();
  });

  test("in workspace-write the folders of the policy are open, and what is protected in them is not", () => {
    using box = tempFolder({ "work/file": "", "tmp/x": "" });
    const may = reader(workspaceWrite(box.path), place(box.path));
    const table: readonly (readonly [string, boolean])[] = [
      ["work/x", true],
      ["work", true],
      ["work/sub/deep/x", true],
      ["tmp/x", true],
      ["home/.codex/memories/x", true],
      ["home/.codex/config.toml", false],
      ["home/.codex/memories/.git/x", false],
      ["outside/x", false],
      ["workplace/x", false],
      ["work/.git", false],
      ["work/.git/config", false],
      ["work/.gitignore", true],
      ["work/.git-old/x", true],
      ["work/xgit/y", true],
      ["work/.codex", false],
      ["work/.codex/config.toml", false],
      ["work/.agents/skills/x", false],
      ["work/sub/.git/config", true],
      ["tmp/.codex/x", false],
    ];
    expect(table.map(([name]) => [name, may(write(join(box.path, name)))])).toEqual(
      table.map((row) => [...row]),
    );
  });

  test("a writable folder inside another is protected like any", () => {
    using box = tempFolder({ "work/tmp/x": "" });
    const options = { ...place(box.path), env: { TMPDIR: join(box.path, "work/tmp") } };
    const profile = profileOf(
      {
        type: "workspace-write",
        network_access: false,
        exclude_tmpdir_env_var: false,
        exclude_slash_tmp: true,
      },
      { ...options, addDirs: [] },
    ) as Managed;
    const may = reader(profile, options);
    expect(may(write(join(box.path, "work/tmp/x")))).toBeTrue();
    expect(may(write(join(box.path, "work/tmp/.codex/x")))).toBeFalse();
  });

  test("names with signs that expressions use are themselves", () => {
    using box = tempFolder({ 'w+(o)r[k]"s.x/file': "" });
    const work = join(box.path, 'w+(o)r[k]"s.x');
    const options = { ...place(box.path), cwd: work };
    const entry: PermissionEntry = { path: { type: "path", path: work }, access: "write" };
    const profile = {
      type: "managed",
      network: "restricted",
      file_system: { type: "restricted", entries: [entry] },
    } as const;
    const may = reader(profile, options);
    expect(may(write(`${work}/x`))).toBeTrue();
    expect(may(write(`${work}/.git/x`))).toBeFalse();
  });

  test("folders behind links are opened where they are, and links in the place of protected names stay", () => {
    using box = tempFolder({ "real/file": "", "elsewhere/file": "" });
    symlinkSync(join(box.path, "real"), join(box.path, "work"));
    symlinkSync(join(box.path, "elsewhere"), join(box.path, "real/.codex"));
    const may = reader(workspaceWrite(box.path), place(box.path));
    expect(may(write(join(box.path, "real/x")))).toBeTrue();
    expect(may(write(join(box.path, "real/.codex")))).toBeFalse();
    expect(may(write(join(box.path, "elsewhere/x")))).toBeFalse();
  });

  test("what a `.git` file points to is protected", () => {
    using box = tempFolder({ "work/.git": "gitdir: ../tmp/main/.git/worktrees/w\n" });
    mkdirSync(join(box.path, "tmp/main/.git/worktrees/w"), { recursive: true });
    const may = reader(workspaceWrite(box.path), place(box.path));
    expect(may(write(join(box.path, "tmp/main/x")))).toBeTrue();
    expect(may(write(join(box.path, "tmp/main/.git/worktrees/w/HEAD")))).toBeFalse();
  });

  test("denied paths and patterns can be neither read nor removed", () => {
    using box = tempFolder({ "work/secret/key": "", "work/a/.env": "" });
    const work = join(box.path, "work");
    const entries: readonly PermissionEntry[] = [
      { path: { type: "special", value: { kind: "root" } }, access: "read" },
      { path: { type: "path", path: work }, access: "write" },
      { path: { type: "path", path: join(work, "secret") }, access: "deny" },
      { path: { type: "glob_pattern", pattern: `${work}/**/*.env` }, access: "deny" },
    ];
    const may = reader(
      { type: "managed", network: "restricted", file_system: { type: "restricted", entries } },
      place(box.path),
    );
    expect(may(read(`${work}/x`))).toBeTrue();
    for (const name of ["secret", "secret/key", ".env", "a/.env", "a/b/prod.env"]) {
      expect([name, may(read(join(work, name)))]).toEqual([name, false]);
    }
    expect(may(write(`${work}/secret/x`))).toBeFalse();
    expect(may({ operation: "file-write-unlink", path: `${work}/a/.env` })).toBeFalse();
    expect(may(read(`${work}/a/env`))).toBeTrue();
  });

  test("where only some folders may be read, programs still find what they need", () => {
    using box = tempFolder({ "work/file": "" });
    const entries: readonly PermissionEntry[] = [
      { path: { type: "special", value: { kind: "minimal" } }, access: "read" },
      { path: { type: "special", value: { kind: "project_roots" } }, access: "write" },
    ];
    const may = reader(
      { type: "managed", network: "restricted", file_system: { type: "restricted", entries } },
      place(box.path),
    );
    expect(may(read("/usr/lib/libSystem.B.dylib"))).toBeTrue();
    expect(may(read(join(box.path, "work/file")))).toBeTrue();
    expect(may(read("/Users/me/.ssh/id_rsa"))).toBeFalse();
    expect(may(write(join(box.path, "work/x")))).toBeTrue();
  });

  test("the network is off, on, or loopback", () => {
    const outbound = (address: string): Request => ({ operation: "network-outbound", address });
    const off = reader(workspaceWrite("/w"), place("/w"));
    expect([off(outbound("localhost:80")), off(outbound("example.com:80"))]).toEqual([false, false]);
    const on = reader(workspaceWrite("/w", true), place("/w"));
    expect([on(outbound("localhost:80")), on(outbound("example.com:80"))]).toEqual([true, true]);
    expect(on({ operation: "mach-lookup", name: "com.apple.SystemConfiguration.configd" })).toBeTrue();
    const local = reader(workspaceWrite("/w"), { ...place("/w"), loopback: true });
    expect([local(outbound("localhost:80")), local(outbound("example.com:80"))]).toEqual([true, false]);
    expect(local({ operation: "network-bind", address: "localhost:3000" })).toBeTrue();
  });

  test("sockets by path are for those who were named", () => {
    const options = { ...place("/w"), unixSockets: ["/var/run/docker.sock"] };
    const may = reader(workspaceWrite("/w"), options);
    const { parameters } = seatbeltProfile(workspaceWrite("/w"), options);
    const [named = ""] = [...parameters]
      .filter(([name]) => name.startsWith("UNIX_SOCKET"))
      .map(([, path]) => path);
    expect(may({ operation: "network-outbound", path: named })).toBeTrue();
    expect(may({ operation: "network-outbound", path: "/var/run/other.sock" })).toBeFalse();
    expect(may({ operation: "network-outbound", address: "example.com:80" })).toBeFalse();
  });

  test("an unrestricted disk with a restricted network", () => {
    const may = reader(
      { type: "managed", network: "restricted", file_system: { type: "unrestricted" } },
      place("/w"),
    );
    expect([
      may(write("/etc/x")),
      may(read("/x")),
      may({ operation: "network-outbound", address: "localhost:1" }),
    ]).toEqual([true, true, false]);
  });

  test("is handed to the system's own program, with paths as definitions", () => {
    const { wrapper } = seatbeltConfinement(workspaceWrite("/w"), { ...place("/w"), logTag: "mark-1" });
    expect(wrapper.slice(0, 2)).toEqual(["/usr/bin/sandbox-exec", "-p"]);
    expect(wrapper[2]).toContain('(deny default (with message "mark-1"))');
    expect(wrapper).toContain("-DWRITABLE_ROOT_0=/w/work");
    expect(wrapper.at(-1)).toBe("--");
  });
});

test("the log of macOS is read for what was refused, each once", () => {
  const line = (message: string) => JSON.stringify({ eventMessage: message, processID: 0 });
  const log = [
    "Filtering the log data using the mark",
    line("Sandbox: touch(123) deny(1) file-write-create /etc/x\ncodex-1"),
    line("Sandbox: touch(124) deny(1) file-write-create /etc/x\ncodex-1"),
    line('Sandbox: a (b)(9) deny(1) network-outbound "quoted"\ncodex-1'),
    line("something else codex-1"),
    "{ torn",
  ].join("\n");
  expect(seatbeltDenials(log)).toEqual([
    "(touch) file-write-create /etc/x",
    '(a (b)) network-outbound "quoted"',
  ]);
});
