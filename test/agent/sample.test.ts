// One request and its calls, left in the middle by its reader.

import { expect, test } from "bun:test";
import { sample } from "../../src/agent/sample";
import { ThreadLog } from "../../src/agent/thread-log";
import type { ModelEvent } from "../../src/model/stream";
import { RolloutWriter } from "../../src/rollout/writer";
import { processTable } from "../../src/tools/commands/process-table";
import type { ToolContext } from "../../src/tools/tool";

test("a reader that leaves while the model still speaks is not waited for", async () => {
  let closed = false;
  async function* stream(): AsyncGenerator<ModelEvent, void> {
    try {
      for (let index = 0; ; index++) {
        const content = [{ type: "output_text", text: `message ${index}` }] as const;
        yield { type: "item_done", item: { type: "message", role: "assistant", content } };
      }
    } finally {
      closed = true;
    }
  }
  await using processes = processTable("unseen");
  await using log = new ThreadLog(RolloutWriter.ephemeral());
  const signal = new AbortController().signal;
  const context = { processes, signal, turnId: "t" } as unknown as ToolContext; // no call is made, so no more is looked at
  for await (const event of sample({ stream, log, context })) {
    expect(event.type).toBe("item.completed");
    await Promise.resolve(); // the next event is ready by now
    break;
  }
  expect(closed).toBe(true);
});
