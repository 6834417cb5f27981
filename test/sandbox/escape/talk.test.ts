// Attacks that need no file: messages to somebody outside, by any means that the system has for them.

import { rmSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Confined } from "../../support/confined";
import { tryAll, type Probe } from "./probe";

const HARMED = /harmed|connected/;
const root = process.getuid?.() === 0;

function server(
  name: string,
  attack: string,
  words: (place: Confined) => readonly string[],
  more: Partial<Probe> = {},
): Probe {
  return {
    name,
    attack: ["talk", attack],
    observer: words,
    args: ({ target }) => target,
    tells: HARMED,
    ...more,
  };
}

const KINDS = ["STREAM", "DGRAM", "SEQPACKET"] as const;

tryAll("a local server", [
  ...KINDS.map((kind) =>
    server(`on a path is not reached: ${kind}`, "unix", (place) => [
      "unix",
      kind,
      join(place.outside, "socket"),
    ]),
  ),
  ...KINDS.map((kind) =>
    server(`in the workspace is not reached: ${kind}`, "unix", (place) => [
      "unix",
      kind,
      join(place.workspace, "socket"),
    ]),
  ),
  ...KINDS.map((kind) =>
    server(`on an abstract name is not reached: ${kind}`, "unix", (place) => [
      "unix",
      kind,
      `@${place.root}`,
    ]),
  ),
  server("on TCP is not reached", "inet", () => ["inet", "INET", "STREAM"]),
  server("on UDP is not reached", "inet", () => ["inet", "INET", "DGRAM"]),
  server("on TCP is not reached by the sixth version", "inet", () => ["inet", "INET6", "STREAM"], {
    missing: Object.values(networkInterfaces())
      .flat()
      .some((address) => address?.family === "IPv6")
      ? undefined
      : "no IPv6 here",
  }),
  server("on UDP is not reached from a user namespace of the command's own", "inet_nested", () => [
    "inet",
    "INET",
    "DGRAM",
  ]),
  server("on netlink is not reached", "netlink", () => ["netlink"]),
  server("that listens to raw frames is not reached", "packet", () => ["packet", "lo"], {
    only: "the user",
    missing: root ? undefined : "only root can listen",
  }),
]);

tryAll("somebody who reads a named pipe outside", [
  server("is not reached", "pipe", (place) => ["pipe", join(place.outside, "pipe")]),
]);

tryAll("shared memory and the like", [
  server("of System V is not found", "shared_memory", () => ["shared_memory"]),
  server("as semaphores is not found", "semaphore", () => ["semaphore"]),
  server("as a queue of System V is not found", "message", () => ["message"]),
  server("as a queue of POSIX is not found", "posix_queue", () => ["posix_queue"]),
  server("of POSIX is not found", "posix_memory", () => ["posix_memory"]),
  {
    name: "of POSIX is not left behind",
    attack: ["talk", "leave_memory"],
    args: ({ place }) => [sharedFile(place)],
    leaves: ({ place }) => Bun.file(sharedFile(place)).size > 0,
    restore: ({ place }) => rmSync(sharedFile(place), { force: true }),
  },
]);

tryAll("keys and terminals", [
  {
    name: "a key of the session is not read",
    attack: ["talk", "keys"],
    holding: () => ["keys", "codex-escape"],
    args: () => ["codex-escape"],
    says: /ESCAPE_SECRET|found/,
  },
  {
    name: "no key is put into the session",
    attack: ["talk", "add_key"],
    holding: () => ["keys", "codex-escape"],
    args: () => ["planted"],
    says: /planted \d/,
  },
  server("another terminal is not written to", "terminal", () => ["terminal"]),
  {
    name: "nothing is typed into the terminal that the command was started from",
    attack: ["talk", "type_ahead"],
    holding: () => ["terminal"],
    says: /typed b'/,
    missing: legacyTyping() ? undefined : "this kernel lets nobody type for another",
  },
]);

function sharedFile(place: Confined): string {
  return `/dev/shm/${place.root.split("/").at(-1)}`;
}

function legacyTyping(): boolean {
  const { spawnSync } = Bun;
  return spawnSync(["cat", "/proc/sys/dev/tty/legacy_tiocsti"]).stdout.toString().trim() !== "0";
}
