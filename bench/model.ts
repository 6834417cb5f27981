// The scripted model as a process of its own, so that answering does not disturb the figures: `bun model.ts SCENARIO`.

import { isControl, message, raw, respond, stream, type Step } from "../test/support/responses-script";
import { startResponsesServer } from "../test/support/responses-server";
import { SCENARIOS } from "./scenarios";

/** Requests of its own, by which the server is compiled before it is measured against. */
const WARM_UP_REQUESTS = 30;

const scenario = SCENARIOS.find(({ name }) => name === process.argv[2]);
if (scenario === undefined) throw new Error(`no scenario ${process.argv[2]}`);
const steps = [respond(message("warm")), ...scenario.steps()].map(asBytes);

await using server = await startResponsesServer((_, index) => {
  const step = steps[Math.max(0, index - WARM_UP_REQUESTS + 1)];
  if (step === undefined) throw new Error("more requests than steps");
  return step;
});
for (let n = 0; n < WARM_UP_REQUESTS; n++) {
  const response = await fetch(`${server.url}/responses`, { method: "POST", body: '{"input":[]}' });
  await response.text();
}
console.log(server.url);
for await (const _ of Bun.stdin.stream()); // whoever started us closes it

/** All events of a stream in one piece, made before anybody waits for it. */
function asBytes(step: Step): Step {
  if (step.type !== "stream") return step;
  const events = step.parts.map((part) => {
    if (isControl(part)) throw new Error("a measured stream has no pauses");
    return `event: ${part.type}\ndata: ${JSON.stringify(part)}\n\n`;
  });
  return stream(raw(Buffer.from(events.join(""))));
}
