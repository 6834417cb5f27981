// What was killed lately, for yanking: kills in a row grow together, and older ones can be had too.

/** Older kills are forgotten. */
const KILLS = 16;

export type KillRing = {
  /** Notes what was killed; `toward` tells on which side of the cursor it stood. */
  readonly kill: (text: string, toward: "backward" | "forward") => void;
  /** The next kill starts anew: something else was done. */
  readonly seal: () => void;
  /** What was killed last, "" when nothing was. */
  readonly newest: () => string;
  /** Makes the kill before the newest the newest, and the newest the oldest. */
  readonly rotate: () => string;
  /** All that is kept, for whoever must know what is still in use. */
  readonly contents: () => string;
};

export function createKillRing(): KillRing {
  /** The newest last. */
  let kills: readonly string[] = [];
  let isOpen = false;
  const newest = () => kills.at(-1) ?? "";
  return {
    kill(text, toward) {
      if (text === "") return;
      const grown = toward === "forward" ? newest() + text : text + newest();
      kills = isOpen ? [...kills.slice(0, -1), grown] : [...kills.slice(1 - KILLS), text];
      isOpen = true;
    },
    seal: () => {
      isOpen = false;
    },
    newest,
    rotate() {
      kills = [...kills.slice(-1), ...kills.slice(0, -1)];
      return newest();
    },
    contents: () => kills.join(""),
  };
}
