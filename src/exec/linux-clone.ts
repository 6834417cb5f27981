// Compiles the C text at first use and calls it: the one place where a process is cloned into namespaces.

import { cc, linkSymbols, type Pointer } from "bun:ffi";
import { closeSync, writeSync } from "node:fs";
import { once } from "../util/once";
import { libcFunctions, memoryFile, withVariable } from "./libc";
import cloneText from "./linux-clone.c" with { type: "text" };
import commandText from "./linux-command.c" with { type: "text" };
import descendantsText from "./linux-descendants.c" with { type: "text" };
import landlockText from "./linux-landlock.c" with { type: "text" };
import memoryText from "./linux-memory.c" with { type: "text" };
import mountsText from "./linux-mounts.c" with { type: "text" };
import placeholdersText from "./linux-placeholders.c" with { type: "text" };
import spawnerText from "./linux-spawner.c" with { type: "text" };
import systemText from "./linux-system.c" with { type: "text" };
import traceText from "./linux-trace.c" with { type: "text" };

/**
 * Starts the chain of processes that runs a plan.
 * @param plan as `linux-plan` encodes it
 * @returns the process id of the keeper, or a negative error number
 */
export function startClone(plan: Uint8Array): number {
  return Number(code().start(plan, plan.byteLength));
}

/** Which version of Landlock this kernel has; 0 for none. */
export function landlockVersion(): number {
  const ptr = pointer(code().addressOf(3));
  const { symbols } = linkSymbols({ version: { args: [], returns: "i64", ptr } });
  return Number(symbols.version());
}

const code = once(() => {
  const addressOf = compile(
    [
      systemText,
      memoryText,
      mountsText,
      placeholdersText,
      landlockText,
      descendantsText,
      commandText,
      traceText,
      cloneText,
      spawnerText,
    ].join("\n"),
  );
  const [prepare, start, stop] = [0, 1, 2].map(addressOf);
  const { symbols } = linkSymbols({
    prepare: { args: ["ptr"], returns: "void", ptr: pointer(prepare) },
    start: { args: ["ptr", "u64"], returns: "i64", ptr: pointer(start) },
    stop: { args: [], returns: "void", ptr: pointer(stop) },
  });
  const libc = libcFunctions();
  // `struct host` of the C text.
  symbols.prepare(BigUint64Array.of(libc.syscall, libc.clone, libc.errorNumber, libc.thread));
  process.once("exit", () => symbols.stop());
  return { ...symbols, addressOf };
});

/**
 * The compiler cannot read the embedded file system, hence the memory file. Left to itself it also writes headers of its
 * own to the temporary folder, which commands in a sandbox may write too; where there is no such folder it goes without.
 */
function compile(text: string): (which: number) => number {
  const fd = memoryFile();
  try {
    writeSync(fd, text);
    const { symbols } = withVariable("BUN_TMPDIR", "/dev/null/none", () =>
      cc({
        source: `/proc/self/fd/${fd}`,
        flags: ["-nostdlib"],
        symbols: { codex_address: { args: ["i32"], returns: "u64" } },
      }),
    );
    return (which) => Number(symbols.codex_address(which));
  } finally {
    closeSync(fd);
  }
}

function pointer(address: number | undefined): Pointer {
  if (address === undefined || address === 0) throw new Error("the compiled code has no address");
  return address as Pointer; // The brand says no more than that it is one.
}
