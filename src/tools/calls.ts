// The tool calls of one response: each starts when it arrives, and their outputs are recorded in call order (agent.md 6 and 10).

import type { ThreadEvent } from "../protocol/events";
import type {
  ResponseItem,
  ToolCallItem,
  ToolOutputContent,
  ToolSearchCallItem,
} from "../protocol/response-items";
import { developerMessage } from "../rollout/user-messages";
import { runHooked } from "./hooked-call";
import { searchTools } from "./mcp/tool-search";
import { findTool } from "./registry";
import { abortedText, type ToolContext } from "./tool";
import { messageOf } from "../util/user-error";
import { toolLock } from "./tool-lock";

export type Calls = {
  /** The events of a call that has just arrived. Driving this generator runs the call. */
  readonly start: (call: ToolCallItem) => AsyncGenerator<ThreadEvent, void>;
  /** A search for tools, which is over at once. */
  readonly search: (call: ToolSearchCallItem) => void;
  /** Resolves when every call started so far has its output. */
  readonly settled: () => Promise<void>;
  /** Outputs in call order, each handed out once; a call that was cut off gets one that says so. */
  readonly takeOutputs: () => readonly ResponseItem[];
};

type Entry = {
  readonly done: Promise<void>;
  /** What hooks have to say to the model, which stands before the output. */
  readonly told: string[];
  /** What is recorded. */
  item: ResponseItem;
};

/** One set per request; its calls share a lock. */
export function trackCalls(context: ToolContext): Calls {
  const lock = toolLock();
  const entries: Entry[] = [];

  return {
    start(call) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const entry: Entry = { done: promise, told: [], item: outputItem(call, "aborted") };
      entries.push(entry);
      return runCall(call, entry, context, lock, resolve);
    },
    search(call) {
      entries.push({ done: Promise.resolve(), told: [], item: searchTools(call, context.mcp) });
    },
    async settled() {
      await Promise.all(entries.map((entry) => entry.done));
    },
    takeOutputs() {
      return entries
        .splice(0, entries.length)
        .flatMap(({ told, item }) => [...told.map(developerMessage), item]);
    },
  };
}

async function* runCall(
  call: ToolCallItem,
  entry: Entry,
  context: ToolContext,
  lock: ReturnType<typeof toolLock>,
  done: () => void,
): AsyncGenerator<ThreadEvent, void> {
  const startedAt = performance.now();
  const tool = findTool(call, context);
  if (tool === undefined) {
    entry.item = outputItem(call, unsupported(call));
    done();
    return;
  }
  const release = await lock.acquire(tool.parallel ? "shared" : "exclusive");
  try {
    const tell = (text: string) => void entry.told.push(text);
    const output = context.signal.aborted
      ? abortedText(startedAt)
      : yield* runHooked(tool, call, context, tell);
    entry.item = outputItem(call, output);
  } catch (error) {
    entry.item = outputItem(call, `${tool.name} failed: ${messageOf(error)}`);
  } finally {
    release();
    done();
  }
}

/** Namespace and name are shown without a separator, as the model gave them. */
function unsupported(call: ToolCallItem): string {
  return call.type === "function_call"
    ? `unsupported call: ${call.namespace ?? ""}${call.name}`
    : `unsupported custom tool call: ${call.name}`;
}

function outputItem(call: ToolCallItem, output: ToolOutputContent): ResponseItem {
  return call.type === "function_call"
    ? { type: "function_call_output", call_id: call.call_id, output }
    : { type: "custom_tool_call_output", call_id: call.call_id, output };
}
