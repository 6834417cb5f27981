// The environment of a measured program: what the tests use, and nothing of ours.

import type { Box } from "../test/support/harness";

/** Both programs must run commands with the same shell; the reference takes that of the user database, mostly this one. */
const SHELL = "/bin/bash";

export function boxEnvironment(box: Box): Readonly<Record<string, string>> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: box.home,
    CODEX_HOME: box.codexHome,
    SHELL,
    LANG: "C.UTF-8",
  };
}
