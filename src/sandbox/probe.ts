// Finds out whether this machine lets us build the sandbox, by building it once around nothing.

import { tryNamespaces } from "../exec/namespaces";
import { systemRefusal, type Refusal } from "./confine";
import { systemCallFilter } from "./system-calls";

/** Undefined when commands can be confined here; else what stands in the way and how to clear it. */
export async function probeSandbox(): Promise<Refusal | undefined> {
  const refusal = systemRefusal();
  if (refusal !== undefined) return refusal;
  const filter = systemCallFilter(process.arch, "none");
  const result = await tryNamespaces({
    type: "namespaces",
    network: "none",
    tree: "sealed",
    mounts: [],
    filter,
  });
  switch (result.type) {
    case "exited":
      return undefined;
    case "failed":
      return { type: "refused", ...(result.advice ?? { reason: result.message, fix: "" }) };
    case "signaled":
      return { type: "refused", reason: "The sandbox was killed while it was built.", fix: "Try again." };
    default:
      return result satisfies never;
  }
}
