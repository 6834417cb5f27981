// Which key does what: the defaults with `[tui.keymap]` over them, and an error for a key with two meanings.

import { UserError } from "../../util/user-error";
import { parseChord, type Chord } from "./chord";
import { DEFAULT_KEYS, type ActionOf, type KeyContext } from "./default-keys";

/** `tui.keymap` as it is configured: bindings by context and action. */
export type KeymapSettings = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[] | undefined>> | undefined>
>;

export type Keymap = {
  readonly actionFor: <C extends KeyContext>(context: C, chord: Chord) => ActionOf<C> | undefined;
  /** The keys of an action, the preferred one first; empty when it is unbound. */
  readonly keysFor: <C extends KeyContext>(context: C, action: ActionOf<C>) => readonly Chord[];
};

/** @throws UserError when two actions that are in force at the same time share a key (tui.md 4) */
export function createKeymap(settings: KeymapSettings = {}): Keymap {
  const contexts = new Map(
    Object.entries(DEFAULT_KEYS).map(([context, defaults]) => [
      context,
      new Map(
        Object.entries(defaults).map(([action, keys]): [string, readonly Chord[]] => [
          action,
          [...new Set([configured(settings, context, action) ?? keys].flat().map(parseChord))],
        ]),
      ),
    ]),
  );
  for (const [context, actions] of contexts) refuseShared(context, actions);
  refuseShadowed(contexts.get("app") ?? new Map(), contexts.get("editor") ?? new Map());
  const byChord = new Map([...contexts].map(([context, actions]) => [context, inverted(actions)]));
  return {
    // The names are those of DEFAULT_KEYS, which the types are made of.
    actionFor: <C extends KeyContext>(context: C, chord: Chord) =>
      byChord.get(context)?.get(chord) as ActionOf<C> | undefined,
    keysFor: (context, action) => contexts.get(context)?.get(action) ?? [],
  };
}

/** What the user says about an action; the composer's own say goes before that of `global`. */
function configured(
  settings: KeymapSettings,
  context: string,
  action: string,
): string | readonly string[] | undefined {
  if (context !== "app") return settings[context]?.[action];
  const [table, name] = action.includes(".") ? action.split(".", 2) : ["global", action];
  return settings[table ?? ""]?.[name ?? ""] ?? settings["global"]?.[name ?? ""];
}

function refuseShared(context: string, actions: ReadonlyMap<string, readonly Chord[]>): void {
  const taken = new Map<Chord, string>();
  for (const [action, chords] of actions) {
    for (const chord of chords) {
      const other = taken.get(chord);
      if (other !== undefined) {
        throw ambiguous(context, `\`${other}\` and \`${action}\` use the same key, ${chord}`);
      }
      taken.set(chord, action);
    }
  }
}

/** A key of the whole screen would never reach the editor. */
function refuseShadowed(
  app: ReadonlyMap<string, readonly Chord[]>,
  editor: ReadonlyMap<string, readonly Chord[]>,
): void {
  const keys = inverted(app);
  for (const [action, chords] of editor) {
    for (const chord of chords) {
      const other = keys.get(chord);
      if (other !== undefined) {
        throw ambiguous("main", `\`${other}\` shadows \`editor.${action}\` with the same key, ${chord}`);
      }
    }
  }
}

function inverted(actions: ReadonlyMap<string, readonly Chord[]>): ReadonlyMap<Chord, string> {
  return new Map([...actions].flatMap(([action, chords]) => chords.map((chord) => [chord, action] as const)));
}

function ambiguous(context: string, what: string): UserError {
  return new UserError(
    `Invalid \`tui.keymap\` configuration: Ambiguous \`tui.keymap.${context}\` bindings: ${what}.\n` +
      "Give one of them another key in config.toml, or [] for none.",
  );
}
