// Speaks MCP with a process: one JSON object a line on its stdin and stdout, its stderr kept for error messages (mcp.md 4).

import { stripVTControlCharacters } from "node:util";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { boundedOutput } from "../exec/output";
import { spawnCommand, type CommandSpec, type ExitStatus, type RunningCommand } from "../exec/spawn";
import { messageOf } from "../util/user-error";
import { linesOf } from "./lines";

/** Between TERM and KILL when a server is to end. */
const GRACE_MS = 2000;
const MESSAGE_BYTES = 33_554_432;
const STDERR_BYTES = 8192;
/** Of stderr, in an error text. */
const TAIL_LINES = 3;
const TAIL_CHARS = 300;
/** Of a line on stdout that is no message, in an error text. */
const STRAY_CHARS = 80;

/** What is known of a server's process, for whoever has to explain a failure. */
export type ProcessReport = {
  /** Undefined while it runs, and when it was we who ended it. */
  readonly status: ExitStatus | undefined;
  /** The last lines of its stderr; empty when there are none. */
  readonly stderr: string;
  /** The first line on stdout that was no message. */
  readonly stray: string | undefined;
};

/** The server has a process group of its own, which the watchdog kills when we are killed. */
export class StdioTransport implements Transport, AsyncDisposable {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #spec: Pick<CommandSpec, "argv" | "cwd" | "env">;
  readonly #stderr = boundedOutput(STDERR_BYTES);
  #command: RunningCommand | undefined;
  #status: ExitStatus | undefined;
  #stray: string | undefined;
  #closing: Promise<void> | undefined;
  #wasAsked = false;

  constructor(spec: Pick<CommandSpec, "argv" | "cwd" | "env">) {
    this.#spec = spec;
  }

  start(): Promise<void> {
    const command = spawnCommand({
      ...this.#spec,
      confinement: { type: "none" },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#command = command;
    void this.#follow(command);
    void this.#keepStderr(command);
    return Promise.resolve();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#command?.write(Buffer.from(`${JSON.stringify(message)}\n`));
  }

  get report(): ProcessReport {
    const status = this.#wasAsked && this.#status?.type !== "failed" ? undefined : this.#status;
    return { status, stderr: lastLines(this.#stderr.text()), stray: this.#stray };
  }

  /** Ends the whole process group; resolves when it is gone. */
  close(): Promise<void> {
    if (this.#closing === undefined) this.#wasAsked = true;
    return this.#over();
  }

  /** The same with less patience, also when closing has begun already. @param graceMs until KILL */
  closeWithin(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#command?.kill("SIGKILL"), graceMs);
    return this.close().finally(() => clearTimeout(timer));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #over(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const command = this.#command;
    if (command === undefined) return;
    command.closeStdin();
    this.#status = await command.terminate(GRACE_MS);
    await command[Symbol.asyncDispose]();
    this.onclose?.();
  }

  /** A server that ends, or closes its stdout, is over; what is left of it goes too. */
  async #follow(command: RunningCommand): Promise<void> {
    try {
      if (command.stdout !== null) {
        for await (const line of linesOf(command.stdout, MESSAGE_BYTES)) this.#take(line);
      }
    } catch (error) {
      this.onerror?.(new Error(`cannot read from the server: ${messageOf(error)}`, { cause: error }));
    }
    await this.#over();
  }

  #take(line: string): void {
    const messages = messagesIn(line);
    for (const message of messages) this.onmessage?.(message);
    if (messages.length === 0 && line.trim() !== "") this.#stray ??= line.trim().slice(0, STRAY_CHARS);
  }

  async #keepStderr(command: RunningCommand): Promise<void> {
    if (command.stderr === null) return;
    for await (const chunk of command.stderr) this.#stderr.write(chunk);
  }
}

/** The messages of one line, more than one where a server sends batches; none when it is something else. */
function messagesIn(line: string): readonly JSONRPCMessage[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
  const messages: readonly unknown[] = Array.isArray(value) ? value : [value];
  return messages.filter(isMessage);
}

/** Only the frame; the SDK checks what is in it. */
function isMessage(value: unknown): value is JSONRPCMessage {
  return typeof value === "object" && value !== null && "jsonrpc" in value && value.jsonrpc === "2.0";
}

/** The last few lines that say something, as one. */
function lastLines(text: string): string {
  const lines = text.split("\n").map((line) => stripVTControlCharacters(line).trim());
  const told = lines.filter((line) => line !== "").slice(-TAIL_LINES);
  return told.join(" | ").slice(-TAIL_CHARS);
}
