// What scenarios of patches have in common.

import { customCall, message, respond } from "../support/responses-server";
import { json, type Scenario } from "./scenario";

export const DONE = respond(message("done"));

/** A response that is one patch; the lines between its first and its last. */
export function patch(...lines: readonly string[]) {
  return respond(customCall("apply_patch", `*** Begin Patch\n${lines.join("\n")}\n*** End Patch\n`, "p1"));
}

export const LETTERS = "a\nb\nc\nd\ne\nf\ng\n";

type Small = Pick<Scenario, "about" | "files" | "script" | "differs" | "ours">;

/** A patch and what became of it, as events. */
export function one(name: string, { script, ...rest }: Small): Scenario {
  return { name, ...rest, script: [...(script ?? []), DONE], runs: [json("go")] };
}
