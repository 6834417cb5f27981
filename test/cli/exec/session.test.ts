// How the banner names a sandbox.

import { expect, test } from "bun:test";
import { describeSandbox } from "../../../src/cli/exec/session";
import type { SandboxPolicy } from "../../../src/protocol/policy";

const WRITE = {
  type: "workspace-write",
  network_access: false,
  exclude_slash_tmp: false,
  exclude_tmpdir_env_var: false,
} as const;

test("the sandbox line says what may be written and whether there is a network", () => {
  const line = (sandboxPolicy: SandboxPolicy, writableRootsFlag: readonly string[] = []) =>
    describeSandbox({ sandboxPolicy, writableRootsFlag });
  expect(line({ type: "read-only" })).toBe("read-only");
  expect(line({ type: "danger-full-access" })).toBe("danger-full-access");
  expect(line({ type: "external-sandbox", network_access: "enabled" })).toBe(
    "external-sandbox (network access enabled)",
  );
  expect(line(WRITE)).toBe("workspace-write [workdir, /tmp, $TMPDIR]");
  expect(
    line({ ...WRITE, exclude_slash_tmp: true, network_access: true, writable_roots: ["/opt"] }, [
      "/opt",
      "/x",
    ]),
  ).toBe("workspace-write [workdir, $TMPDIR, /opt, /x] (network access enabled)");
});
