// Tells pasted keys from typed ones by their pace, for terminals that do not mark pastes (tui.md 2).

/** Characters closer together than this come from a paste. The console of Windows hands them over more slowly. */
const PACE_MS = process.platform === "win32" ? 30 : 8;
/** So many characters at that pace make a burst. */
const BURST_CHARS = 3;
/** For so long after a burst Enter is a line end of the paste. */
const ENTER_MS = 120;

export type PasteBurst = {
  /** Notes a character that came at `at` (milliseconds, any origin); true when it is at the pace of the one before it. */
  readonly character: (at: number) => boolean;
  /** Whether a key at this time comes at the pace of a burst that is going on. */
  readonly continues: (at: number) => boolean;
  /** Whether Enter at this time is a line end of a paste; if so it counts as a character of it. */
  readonly enter: (at: number) => boolean;
  /** Some other key: what follows is not the same burst. */
  readonly stop: () => void;
};

/** @param isOn false with `disable_paste_burst`: then nothing is taken for a paste */
export function createPasteBurst(isOn: boolean): PasteBurst {
  let last = -Infinity;
  let count = 0;
  return {
    character(at) {
      const goesOn = isOn && at - last <= PACE_MS;
      count = goesOn ? count + 1 : 1;
      last = at;
      return goesOn;
    },
    continues: (at) => isOn && count >= BURST_CHARS && at - last <= PACE_MS,
    enter(at) {
      if (!isOn || count < BURST_CHARS || at - last > ENTER_MS) return false;
      last = at;
      count += 1;
      return true;
    },
    stop() {
      count = 0;
      last = -Infinity;
    },
  };
}
