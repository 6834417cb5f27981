// What runs at the moment: commands with the end of their output, the group of those that only look, other calls.

import type { CommandExecution, FileChange } from "../../protocol/items";
import { commandLines, runningLines } from "./command";
import { changeSummary } from "./diff";
import { looksOf, type Look } from "../../rules/safe";
import { exploringLines } from "./exploring";
import type { Layout } from "./layout";

/** Output kept of a command that runs. */
const TAIL_CHARS = 4096;
/** Calls shown at once; more run unseen until they end. */
const LIVE_CELLS = 6;

type Cell = readonly string[];
type Running = {
  readonly item: CommandExecution;
  readonly startedAt: number;
  tail: string;
  background: boolean;
};
type Group = {
  looks: Look[];
  /** Ids of commands of the group that have not ended. */
  readonly pending: Set<string>;
  /** Something else came after it: it takes no more commands and is printed when its last one ends. */
  closed: boolean;
};

/** Methods return the cells that are finished by what they are told. */
export class Work {
  readonly #layout: Layout;
  readonly #running = new Map<string, Running>();
  /** Lines of calls that are no commands. */
  readonly #calls = new Map<string, Cell>();
  #group: Group | undefined;
  /** Commands in the background that were shown in a group; nothing is said of their end. */
  readonly #shown = new Set<string>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  commandStarted(item: CommandExecution, now: number): Cell[] {
    const looks = item.source === "user_shell" ? undefined : looksOf(item.command);
    if (looks === undefined) {
      const cells = this.close();
      this.#running.set(item.id, { item, startedAt: now, tail: "", background: false });
      return cells;
    }
    const cells = this.#group?.closed === true ? this.#printGroup() : [];
    this.#group ??= { looks: [], pending: new Set(), closed: false };
    this.#group.looks.push(...looks);
    this.#group.pending.add(item.id);
    return cells;
  }

  commandEnded(item: CommandExecution): Cell[] {
    if (this.#shown.delete(item.id)) return [];
    // Of a session that is replayed, only ends are known.
    const begun = this.#running.delete(item.id) || this.#group?.pending.has(item.id) === true;
    const cells = begun || item.status === "declined" ? [] : this.commandStarted(item, 0);
    this.#running.delete(item.id);
    return [...cells, ...this.#ended(item)];
  }

  #ended(item: CommandExecution): Cell[] {
    const group = this.#group;
    if (group?.pending.delete(item.id) === true) {
      if (item.status === "declined") return [commandLines(item, this.#layout)];
      return group.closed && group.pending.size === 0 ? this.#printGroup() : [];
    }
    return [...this.close(), commandLines(item, this.#layout)];
  }

  output(id: string, chunk: string): void {
    const running = this.#running.get(id);
    if (running !== undefined) running.tail = (running.tail + chunk).slice(-TAIL_CHARS);
  }

  preview(id: string, changes: readonly FileChange[]): void {
    this.show(id, changeSummary("Editing", changes, this.#layout));
  }

  /** A call that is no command, until it is forgotten. */
  show(id: string, lines: Cell): void {
    this.#calls.set(id, lines);
  }

  forget(id: string): void {
    this.#calls.delete(id);
  }

  /** The model goes on: every call has returned, and what still runs does so in the background. */
  toBackground(): void {
    this.#calls.clear();
    for (const running of this.#running.values()) running.background = true;
    for (const id of this.#group?.pending ?? []) this.#shown.add(id);
    this.#group?.pending.clear();
  }

  /** Something else is about to be printed: the group ends, unless one of its commands runs. */
  close(): Cell[] {
    const group = this.#group;
    if (group === undefined) return [];
    group.closed = true;
    return group.pending.size === 0 ? this.#printGroup() : [];
  }

  /** The turn is over. Commands in the background go on. */
  end(): Cell[] {
    this.toBackground();
    this.#calls.clear();
    return this.#printGroup();
  }

  live(now: number): Cell[] {
    const group = this.#group;
    const looking =
      group === undefined ? [] : exploringLines(group.looks, group.pending.size > 0, this.#layout);
    const commands = [...this.#running.values()]
      .filter(({ background }) => !background)
      .map(({ item, tail, startedAt }) => runningLines(item, tail, now - startedAt, this.#layout));
    return [looking, ...commands, ...this.#calls.values()].slice(0, LIVE_CELLS);
  }

  #printGroup(): Cell[] {
    const group = this.#group;
    this.#group = undefined;
    return group === undefined || group.looks.length === 0
      ? []
      : [exploringLines(group.looks, false, this.#layout)];
  }
}
