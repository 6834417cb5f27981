// Paths that a profile denies are neither read nor listed, for user 0 as little as for others.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { spawnCommand } from "../../src/exec/spawn";
import type { PermissionEntry, PermissionProfile } from "../../src/protocol/policy";
import { confine } from "../../src/sandbox/confine";
import { tempFolder } from "../support/temp-folder";

for (const plainRemounts of [false, true]) {
  const how = plainRemounts ? "by remounts one by one" : "by mount attributes";
  test.skipIf(process.platform !== "linux")(
    `denied files and folders are out of reach (${how})`,
    async () => {
      using folder = tempFolder({
        secret: "secret",
        "closed/file": "secret",
        "closed/open/file": "",
        "closed/shown": "shown",
        "work/file": "",
      });
      const at = (name: string) => join(folder.path, name);
      const profile = restricted(
        entry(at("secret"), "deny"),
        entry(at("closed"), "deny"),
        entry(at("closed/open"), "write"),
        entry(at("closed/shown"), "read"),
        entry(at("work"), "write"),
        entry(at("work/never"), "deny"),
      );
      const confinement = confine(profile, { cwd: at("work"), env: {}, codexHome: "/nowhere" });
      if (confinement.type !== "namespaces") throw new Error("it is not confined");
      const script = `
      cat ${at("secret")}; cat ${at("closed/file")}; ls ${at("closed")}; touch ${at("closed/new")}; chmod 755 ${at("closed")}
      cat ${at("closed/shown")}; touch ${at("closed/open/new")} && ls ${at("closed/open")}; echo x > ${at("closed/shown")}
      touch never; mkdir -p never/x; ls -A /dev | grep hidden; exit 0`;
      await using command = spawnCommand({
        argv: ["sh", "-c", script],
        cwd: at("work"),
        env: { PATH: process.env.PATH ?? "/bin:/usr/bin" },
        confinement: { ...confinement, plainRemounts },
        stdin: "null",
        stdout: "pipe",
        stderr: "pipe",
      });
      const [stdout, stderr] = await Promise.all([text(command.stdout), text(command.stderr)]);
      expect(await command.exited).toEqual({ type: "exited", code: 0 });
      expect(stdout).toBe("shownfile\nnew\n");
      expect(stderr.match(/Permission denied|No such file|Read-only file system/g)).toHaveLength(8);
      expect(
        [...new Bun.Glob("**").scanSync({ cwd: folder.path, dot: true, onlyFiles: false })].sort(),
      ).toEqual([
        "closed",
        "closed/file",
        "closed/open",
        "closed/open/file",
        "closed/open/new",
        "closed/shown",
        "secret",
        "work",
        "work/file",
      ]);
    },
  );
}

function restricted(...entries: readonly PermissionEntry[]): PermissionProfile {
  const all: PermissionEntry = { path: { type: "special", value: { kind: "root" } }, access: "read" };
  return {
    type: "managed",
    file_system: { type: "restricted", entries: [all, ...entries] },
    network: "restricted",
  };
}

function entry(path: string, access: PermissionEntry["access"]): PermissionEntry {
  return { path: { type: "path", path }, access };
}

async function text(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  return await new Response(stream).text();
}
