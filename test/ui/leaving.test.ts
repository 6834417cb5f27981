// However the interface ends, the terminal is as it was, no command is left, and the session can be gone on with.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { processesWith, until } from "../support/processes";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import {
  completed,
  customCall,
  functionCall,
  message,
  respond,
  silence,
  startResponsesServer,
  stream,
  type RecordedRequest,
  type Step,
} from "../support/responses-server";
import { place } from "./place";
import { HAS_TMUX, openTmux, type Tmux } from "./tmux";

const PATCH = "*** Begin Patch\n*** Add File: notes.txt\n+first line\n*** End Patch\n";

type State = {
  readonly name: string;
  /** The answer to the second message. */
  readonly step: (mark: string) => Step;
  /** From the composer of a session with one turn into the state. */
  readonly enter: (terminal: Tmux, mark: string) => Promise<void>;
  /** Presses of Ctrl-C until the interface has ended. */
  readonly presses: number;
  readonly config?: string;
};

const STATES: readonly State[] = [
  { name: "idle", step: () => respond(silence()), enter: async () => {}, presses: 1 },
  {
    name: "while something is written",
    step: () => respond(silence()),
    enter: (terminal) => terminal.type("half a thought"),
    presses: 2,
  },
  {
    name: "while an answer comes",
    step: () => respond(message("A first line.\n"), silence()),
    enter: async (terminal) => {
      await terminal.send("tell me more");
      await terminal.shows("esc to interrupt");
    },
    presses: 2,
  },
  {
    name: "while a command runs",
    step: (mark) => respond(functionCall("exec_command", { cmd: `sleep ${mark}` })),
    enter: async (terminal) => {
      await terminal.send("run it");
      await terminal.shows("Running sleep");
    },
    presses: 2,
  },
  {
    name: "while the user's own command runs",
    step: () => respond(silence()),
    enter: async (terminal, mark) => {
      await terminal.press("!");
      await terminal.send(`sleep ${mark}`);
      await until("the command runs", () => processesWith(`sleep\0${mark}`).length > 0);
      await terminal.shows("esc to interrupt");
    },
    presses: 2,
  },
  {
    name: "in a question",
    step: () => respond(customCall("apply_patch", PATCH)),
    enter: async (terminal) => {
      await terminal.send("write it");
      await terminal.shows("Would you like to make the following edits?");
    },
    presses: 2,
    config: 'approval_policy = "untrusted"',
  },
  {
    name: "in a list",
    step: () => respond(silence()),
    enter: async (terminal) => {
      await terminal.send("/model");
      await terminal.shows("Select Model and Effort");
    },
    presses: 2,
  },
];

type Way = {
  readonly name: string;
  readonly leave: (terminal: Tmux, state: State) => Promise<void>;
  readonly ended: RegExp;
};

const WAYS: readonly Way[] = [
  {
    name: "Ctrl-C",
    leave: async (terminal, { presses }) => {
      for (let press = 1; press <= presses; press++) {
        await terminal.press("C-c");
        // As a person does who looks what has come of it.
        if (press < presses) await Bun.sleep(GUARD_MS);
      }
    },
    ended: /ended with 0/,
  },
  {
    name: "SIGTERM",
    leave: async (terminal) => void process.kill(await terminal.pid(), "SIGTERM"),
    ended: /ended with 143/,
  },
  {
    name: "SIGHUP",
    leave: async (terminal) => void process.kill(await terminal.pid(), "SIGHUP"),
    ended: /ended with 129/,
  },
  // The shell gives its line up when a program dies by SIGINT.
  {
    name: "SIGINT",
    leave: async (terminal) => void process.kill(await terminal.pid(), "SIGINT"),
    ended: /\n\$$/,
  },
];
/** A Ctrl-C sooner after one that stopped something is taken to mean the same thing again. */
const GUARD_MS = 1100;

async function inState(
  state: State,
  mark: string,
): Promise<AsyncDisposable & { terminal: Tmux; box: Box; before: string }> {
  await using stack = new AsyncDisposableStack();
  const answer = (request: RecordedRequest, index: number): Step => {
    if (JSON.stringify(request.body.input.at(-1)).includes("go on")) return respond(message("On and on."));
    return index === 0 ? respond(message("The first answer.")) : state.step(mark);
  };
  const server = stack.use(await startResponsesServer(answer));
  const box = stack.use(await sandboxBox());
  box.write(
    join(box.codexHome, "config.toml"),
    `${state.config ?? ""}\n${mockProvider(server.url)}\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`,
  );
  const terminal = stack.use(await openTmux(box));
  const before = await terminal.modes();
  await terminal.codex("the first question");
  await terminal.shows("The first answer.");
  await terminal.hides("esc to interrupt");
  await state.enter(terminal, mark);
  const all = stack.move();
  return { terminal, box, before, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function canGoOn(box: Box): Promise<void> {
  const result = await box.codex(["exec", "--skip-git-repo-check", "resume", "--last", "go on"]);
  expect(result.stdout).toContain("On and on.");
}

describe.skipIf(!HAS_TMUX)("leaving", () => {
  /** Not those of another run of these tests at the same time. */
  let marks = 5000;
  for (const state of STATES) {
    for (const way of WAYS) {
      test(`${way.name} ${state.name}`, async () => {
        const mark = `${(marks += 1)}.${process.pid}`;
        await using at = await inState(state, mark);
        await way.leave(at.terminal, state);
        await at.terminal.shows(way.ended);
        expect(await at.terminal.modes()).toBe(at.before);
        expect(processesWith(`sleep\0${mark}`)).toEqual([]);
        await canGoOn(at.box);
      });
    }

    test(`the window is closed ${state.name}`, async () => {
      const mark = `${(marks += 1)}.${process.pid}`;
      await using at = await inState(state, mark);
      const pid = await at.terminal.pid();
      await at.terminal.close();
      await until("the process is gone", () => !isAlive(pid));
      expect(processesWith(`sleep\0${mark}`)).toEqual([]);
      await canGoOn(at.box);
    });
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

describe.skipIf(!HAS_TMUX)("the user's own command", () => {
  const [state] = STATES.filter(({ name }) => name === "while the user's own command runs");
  if (state === undefined) throw new Error("the state has another name");
  for (const [index, key] of ["Escape", "C-c"].entries()) {
    test(`${key} stops it, and nothing else`, async () => {
      const mark = `${6001 + index}.25`;
      await using at = await inState(state, mark);
      await at.terminal.press(key);
      await at.terminal.shows(/You ran sleep/);
      await until("the command is gone", () => processesWith(`sleep\0${mark}`).length === 0);
      await at.terminal.hides("esc to interrupt");
      await at.terminal.send("go on");
      await at.terminal.shows("On and on.");
    });
  }

  for (const [index, [command, shown]] of [
    ["/quit", "ended with 0"],
    ["/new", "codex resume"],
    ["/clear", "To get started|OpenAI Codex"],
  ].entries()) {
    test(`is gone after ${command}`, async () => {
      const mark = `${6101 + index}.25`;
      await using at = await inState(state, mark);
      await at.terminal.send(command ?? "");
      await at.terminal.shows(new RegExp(shown ?? ""));
      await until("the command is gone", () => processesWith(`sleep\0${mark}`).length === 0);
    });
  }
});

describe.skipIf(!HAS_TMUX)("a terminal that takes nothing any more", () => {
  test("does not keep the interface from ending by a signal", async () => {
    const frozen = Promise.withResolvers<void>();
    const long = "one line of many that nobody reads\n".repeat(10_000);
    const script = [stream({ control: "until", ready: frozen.promise }, message(long), completed())];
    await using at = await place(script);
    await at.terminal.codex("tell me more");
    const request = await at.server.waitForRequest(1);
    const pid = await at.terminal.pid();
    const tmux = tmuxAround(pid);
    process.kill(tmux, "SIGSTOP");
    try {
      frozen.resolve();
      await request.closed;
      await until("it can write no more", writesNothing(pid));
      process.kill(pid, "SIGTERM");
      await until("the process is gone", () => !isAlive(pid));
    } finally {
      process.kill(tmux, "SIGCONT");
    }
    await at.terminal.shows("ended with 143");
  });
});

function tmuxAround(pid: number): number {
  const [, name = "", parent = "0"] =
    /^Name:\t(.*)$[^]*^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return name.startsWith("tmux") ? pid : tmuxAround(Number(parent));
}

/** More than a terminal takes ahead, and longer than between two frames. */
const TAKEN_AHEAD_BYTES = 60_000;
const STUCK_MS = 500;

function writesNothing(pid: number): () => boolean {
  let written = 0;
  let since = performance.now();
  return () => {
    const now = Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
    if (now !== written) since = performance.now();
    written = now;
    return written > TAKEN_AHEAD_BYTES && performance.now() - since > STUCK_MS;
  };
}

describe.skipIf(!HAS_TMUX)("Ctrl-D", () => {
  test("leaves at once when a turn has just been stopped, and not before", async () => {
    const [state] = STATES.filter(({ name }) => name === "while an answer comes");
    if (state === undefined) throw new Error("the state has another name");
    await using at = await inState(state, "");
    await at.terminal.press("C-d", "Escape");
    await at.terminal.shows("Conversation interrupted");
    await at.terminal.press("C-d");
    await at.terminal.shows("ended with 0");
  });
});

describe.skipIf(!HAS_TMUX)("leaving before there is a session", () => {
  for (const [signal, code] of [
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    test(`${signal} during the question about trust`, async () => {
      await using box = await sandboxBox({ config: mockProvider("http://127.0.0.1:9/v1") });
      await using terminal = await openTmux(box);
      const before = await terminal.modes();
      await terminal.codex();
      await terminal.shows("Do you trust");
      process.kill(await terminal.pid(), signal);
      await terminal.shows(`ended with ${code}`);
      expect(await terminal.modes()).toBe(before);
    });
  }
});
