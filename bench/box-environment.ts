// The environment of a measured program: what the tests use, and nothing of ours.

import type { Box } from "../test/support/harness";

export function boxEnvironment(box: Box): Readonly<Record<string, string>> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: box.home,
    CODEX_HOME: box.codexHome,
    SHELL: "/bin/bash",
    LANG: "C.UTF-8",
  };
}
