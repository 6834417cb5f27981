// Calls the C text: the one place where a process is cloned into namespaces.

import { linkSymbols } from "bun:ffi";
import { once } from "../util/once";
import { libcFunctions } from "./libc";
import { compileCode, placeCode, type MachineCode } from "./linux-code";
import { machineCode } from "./linux-code" with { type: "macro" };

/** Made on the machine that built this program, for processors like its own. */
const BUILT: MachineCode | null = machineCode();

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
  const ptr = code().addressOf(3);
  const { symbols } = linkSymbols({ version: { args: [], returns: "i64", ptr } });
  return Number(symbols.version());
}

const code = once(() => {
  const placed = BUILT?.architecture === process.arch ? placeCode(BUILT) : undefined;
  const addressOf = placed ?? compileCode();
  const { symbols } = linkSymbols({
    prepare: { args: ["ptr"], returns: "void", ptr: addressOf(0) },
    start: { args: ["ptr", "u64"], returns: "i64", ptr: addressOf(1) },
    stop: { args: [], returns: "void", ptr: addressOf(2) },
  });
  const libc = libcFunctions();
  // `struct host` of the C text.
  symbols.prepare(BigUint64Array.of(libc.syscall, libc.clone, libc.errorNumber, libc.thread));
  process.once("exit", () => symbols.stop());
  return { ...symbols, addressOf };
});
