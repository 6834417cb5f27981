// Presses keys on a composer as a terminal would, for tests: combinations by name, text letter by letter, at a person's pace.

import type { ComposerAction, ComposerSources, Situation } from "../../../src/ui/composer/actions";
import { createComposer } from "../../../src/ui/composer/composer";
import { plainDraft } from "../../../src/ui/composer/draft";
import type { SlashCommand } from "../../../src/ui/composer/slash";
import { createKeymap } from "../../../src/ui/keymap/keymap";
import type { KeyEvent } from "../../../src/ui/terminal/keys";
import { createTheme } from "../../../src/ui/terminal/theme";

export const COMMANDS: readonly SlashCommand[] = [
  command("model"),
  command("permissions"),
  command("review", "[instructions]"),
  command("mention"),
  command("compact"),
  command("plan", "[prompt]"),
  { ...command("stop"), aliases: ["clean"], whileBusy: true },
  { ...command("quit"), whileBusy: true },
  { ...command("exit"), whileBusy: true },
];

export const SKILLS = [
  { name: "release", description: "Make a release", path: "/skills/release/SKILL.md" },
  { name: "review-code", description: "Look closely", path: "/skills/review-code/SKILL.md" },
].map((skill) => ({ ...skill, scope: "user" as const, enabled: true }));

/** Milliseconds between two keys of a person. */
const PACE_MS = 60;

export type Bench = ReturnType<typeof bench>;

/** A composer with everything around it; `history` are prompts of earlier sessions, the newest first. */
export function bench(
  change: Partial<ComposerSources> & { readonly earlier?: readonly string[]; readonly columns?: number } = {},
) {
  const { earlier = [], columns = 80, ...sources } = change;
  const composer = createComposer({
    commands: COMMANDS,
    skills: () => SKILLS,
    history: { at: (back) => (earlier[back] === undefined ? undefined : plainDraft(earlier[back])) },
    keymap: createKeymap(),
    imagePath: (text) =>
      text.endsWith(".png") ? (text.startsWith("/") ? text : `/work/${text}`) : undefined,
    pasteBurst: true,
    firstHint: 0,
    isWsl: false,
    vim: false,
    ...sources,
  });
  let now = 1000;
  let running = false;
  const theme = createTheme(0, () => undefined, true);
  const situation = (): Situation => ({ running });
  const send = (event: Parameters<typeof composer.handle>[0]) => composer.handle(event, situation());
  const press = (...names: readonly string[]): ComposerAction[] =>
    names.flatMap((name) => {
      now += PACE_MS;
      return [...send(keyEvent(name, now))];
    });
  return {
    composer,
    /** Presses combinations such as `ctrl-a`, `shift-enter`, `x`, one after the other. */
    press,
    type: (text: string) => press(...[...text].map((letter) => (letter === " " ? "space" : letter))),
    /** Characters and line ends `gapMs` apart, as a terminal without bracketed paste sends a paste. */
    burst: (text: string, gapMs = 1): ComposerAction[] =>
      [...text].flatMap((letter) => {
        now += gapMs;
        const name = letter === "\n" ? "enter" : letter === "\t" ? "tab" : letter;
        return [...send(keyEvent(name, now))];
      }),
    paste: (text: string) => [...send({ type: "paste", text, at: now })],
    wait: (ms: number) => void (now += ms),
    run: (isRunning: boolean) => void (running = isRunning),
    /** What is written, with placeholders. */
    text: () => composer.draft().display,
    screen: (width = columns, more: Partial<Situation> = {}) => {
      const { lines, cursor } = composer.render(width, theme, { ...situation(), ...more });
      return { lines: [...lines], cursor };
    },
    /** The lines with `|` where the cursor is. */
    shown: (width = columns): readonly string[] => {
      const { lines, cursor } = composer.render(width, theme, situation());
      return lines.map((line, row) => (row === cursor.row ? withCursor(line, cursor.column) : line));
    },
  };
}

export function keyEvent(name: string, at: number): KeyEvent {
  const parts = /^((?:(?:ctrl|alt|shift)-)*)(.+)$/su.exec(name);
  const modifiers = parts?.[1] ?? "";
  const named = parts?.[2] ?? name;
  const key = named === "space" ? " " : named;
  const ctrl = modifiers.includes("ctrl-");
  const alt = modifiers.includes("alt-");
  const isCharacter = [...new Intl.Segmenter().segment(key)].length === 1;
  const text = isCharacter && !ctrl && !alt ? key : "";
  return { type: "key", key, text, ctrl, alt, shift: modifiers.includes("shift-"), at };
}

function withCursor(line: string, column: number): string {
  let cells = 0;
  for (const { index, segment } of new Intl.Segmenter().segment(line)) {
    if (cells >= column) return `${line.slice(0, index)}|${line.slice(index)}`;
    cells += Bun.stringWidth(segment);
  }
  return `${line}${" ".repeat(Math.max(0, column - cells))}|`;
}

function command(name: string, args?: string): SlashCommand {
  return { name, aliases: [], description: `What ${name} does`, args, whileBusy: false };
}
