import { constants } from "node:os";
import { describe, expect, test } from "bun:test";
import { sandboxFailure, startFailure, type BlockerFacts } from "../../src/exec/start-failure";

const { EPERM, ENOSPC, ELOOP, ESTALE, EACCES, ENOENT, ETIMEDOUT } = constants.errno;
const NOTHING: BlockerFacts = {
  isConfined: false,
  maxUserNamespaces: "15000",
  unprivilegedClone: undefined,
  apparmorRestricts: undefined,
  seccomp: "0",
};
const PLAN = { steps: [{ operation: 1, path: "/work/.codex" }], placeholders: ["/work/.git"] };
const [CLONE, IDENTITY, MOUNT, PLACEHOLDER] = [1, 2, 3, 4].map((where) => (error: number) => ({
  where,
  error,
  detail: 0,
}));

describe("what blocks a sandbox is named, with the fix", () => {
  const table: readonly (readonly [Partial<BlockerFacts>, number, string, string])[] = [
    [
      { maxUserNamespaces: "0" },
      ENOSPC,
      "user.max_user_namespaces is 0",
      "sysctl -w user.max_user_namespaces=15000",
    ],
    [
      { unprivilegedClone: "0" },
      EPERM,
      "kernel.unprivileged_userns_clone is 0",
      "sysctl -w kernel.unprivileged_userns_clone=1",
    ],
    [
      { apparmorRestricts: "1" },
      EACCES,
      "AppArmor restricts",
      "kernel.apparmor_restrict_unprivileged_userns=0",
    ],
    [{ seccomp: "2" }, EPERM, "system call filter", "--security-opt seccomp=unconfined"],
    [{ isConfined: true, seccomp: "2" }, EPERM, "inside it", "the outer sandbox holds"],
    [{}, EPERM, "the kernel refuses user namespaces", "chroot"],
  ];
  test.each(table)("%j", (facts, error, reason, fix) => {
    for (const record of [CLONE?.(error), IDENTITY?.(error)]) {
      const advice = sandboxFailure(record ?? { where: 0, error, detail: 0 }, PLAN, { ...NOTHING, ...facts });
      expect(advice.reason).toContain(reason);
      expect(advice.fix).toContain(fix);
    }
  });

  test.each([
    [CLONE?.(ETIMEDOUT), "its first process does not start, as under an emulator"],
    [MOUNT?.(ELOOP), "/work/.codex because a symbolic link leads to it"],
    [MOUNT?.(ESTALE), "/work/.codex because it changed while the command was starting"],
    [PLACEHOLDER?.(EACCES), "/work/.git, which does not exist: Permission denied"],
  ])("%j", (record, reason) => {
    expect(sandboxFailure(record ?? { where: 0, error: 0, detail: 0 }, PLAN, NOTHING).reason).toContain(
      reason,
    );
  });
});

test("a program that cannot be executed is no failure of the sandbox", () => {
  const failure = startFailure({ where: 11, error: ENOENT, detail: 0 }, { argv: ["nosuch"], cwd: "/" }, PLAN);
  expect(failure).toEqual({
    type: "failed",
    cause: "not_found",
    message: "Failed to execute nosuch: No such file or directory (os error 2)",
  });
});
