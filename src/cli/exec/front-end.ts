// The two faces of a run: JSON lines on stdout for programs, or sections on stderr for people and the answer on stdout.

import type { Thread } from "../../agent/thread-options";
import type { Config } from "../../config/config";
import type { ThreadEvent } from "../../protocol/events";
import { colouredText, plainText } from "../../ui/text/control-sequences";
import type { OutputFd } from "../output";
import { paintColours, paintNothing, wantsColour, type ColourMode } from "../style";
import { humanPrinter } from "./human-printer";
import { jsonPrinter } from "./json-printer";
import { describeSession } from "./session";

export type FrontEnd = {
  /** Where the lines of events go. */
  readonly fd: OutputFd;
  /** What comes before the first event. */
  readonly opening: string;
  readonly print: (event: ThreadEvent) => string;
  /** What comes after the last event; `lastMessage` is null when the turn did not complete or said nothing. */
  readonly closing: (lastMessage: string | null) => { readonly stderr: string; readonly stdout: string };
};

export function jsonFrontEnd(thread: Thread): FrontEnd {
  const printer = jsonPrinter();
  return {
    fd: 1,
    opening: printer.started(thread.id),
    print: printer.print,
    closing: () => ({ stderr: "", stdout: "" }),
  };
}

export type HumanFrontEndOptions = {
  readonly config: Config;
  /** As it is sent. */
  readonly prompt: string;
  readonly colour: ColourMode;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
};

/** The answer is not repeated on stdout for a person who has just seen it on the same terminal (exec.md 4). */
export function humanFrontEnd(thread: Thread, options: HumanFrontEndOptions): FrontEnd {
  const { config, stderrIsTerminal } = options;
  const colours = wantsColour(options.colour, options.env, stderrIsTerminal);
  const printer = humanPrinter({
    paint: colours ? paintColours : paintNothing,
    clean: stderrIsTerminal ? (colours ? colouredText : plainText) : (text) => text,
    hideReasoning: config.toml.hide_agent_reasoning ?? false,
    showRawReasoning: config.toml.show_raw_agent_reasoning ?? false,
  });
  const answer = (text: string) => `${options.stdoutIsTerminal ? plainText(text) : text}\n`;
  const seenOnTerminal = options.stdoutIsTerminal && stderrIsTerminal;
  return {
    fd: 2,
    opening: printer.started(describeSession(config, thread), options.prompt),
    print: printer.print,
    closing: (lastMessage) => ({
      stderr: printer.ended(lastMessage),
      stdout: lastMessage === null || seenOnTerminal ? "" : answer(lastMessage),
    }),
  };
}
