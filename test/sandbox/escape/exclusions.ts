// What the lower rungs do not stop, attack by attack; docs/sandbox.md says the same in words.

import type { Rung, Who } from "../../support/confined";

type Exclusion = { readonly attack: string; readonly why: string; readonly only?: Who };

const EXCLUSIONS: Readonly<Record<Rung, readonly Exclusion[]>> = {
  namespaces: [],
  bubblewrap: [],
  landlock: [
    ...[
      "does not change its mode",
      "does not change its mode through a descriptor",
      "does not change its times",
      "does not change its inode flags",
      "gets no attribute",
    ].map((name) => ({
      attack: `a file outside ${name}`,
      why: "Landlock knows nothing of modes, times and attributes; read-only refuses the calls",
    })),
    {
      attack: "a process outside keeps its processors",
      only: "an ordinary user",
      why: "threads set each other's processors by the same call",
    },
    {
      attack:
        "descriptors that came with the command that are a file without a name on stdin do not open it for writing",
      why: "its folder may be written",
    },
    ...[
      "what is protected in the workspace keeps its git settings",
      "what is protected in the workspace keeps its git settings when they are linked elsewhere",
      ...[
        "is not remounted",
        "does not lose its attribute",
        "is not unmounted",
        "is not left for another root",
        "is not left for the namespaces above",
        "is not left for the namespaces of another process",
      ].map((name) => `the mount that keeps the git settings from being written ${name}`),
    ].map((attack) => ({
      attack,
      why: "they are written, and put back when the command has ended: rungs.test.ts",
    })),
  ],
};

/** Why an attack succeeds on a rung, where that is known. */
export function exclusion(attack: string, who: Who, rung: Rung): string | undefined {
  return EXCLUSIONS[rung].find((one) => one.attack === attack && (one.only ?? who) === who)?.why;
}
