// A plan has been proposed in plan mode: is it to be carried out (tui.md 5.7)?

import type { App } from "../app";
import { plainDraft } from "../composer/draft";
import { contextLeft } from "../transcript/status-card";

const GO = "Implement the plan.";

export async function planReady(app: App, plan: string): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const left = contextLeft(thread.usage());
  app.notify({ type: "plan_ready" });
  const { choose } = await import("../questions/choose");
  const answer = await app.dialog(() =>
    choose<"implement" | "fresh" | "stay">({
      screen: app.screen,
      theme: app.theme,
      title: "Implement this plan?",
      options: [
        {
          value: "implement",
          label: "Yes, implement this plan",
          hint: "Switch to Default and start coding.",
        },
        {
          value: "fresh",
          label: "Yes, clear context and implement",
          hint: `Fresh thread with this plan.${left === undefined ? "" : ` Context: ${100 - left}% used.`}`,
        },
        { value: "stay", label: "No, stay in Plan mode", hint: "Go on planning with the model." },
      ],
      signal: app.ending,
    }),
  );
  if (answer === "implement") {
    thread.configure({ collaborationMode: "default" });
    app.submit(plainDraft(GO));
  } else if (answer === "fresh") {
    app.open({ type: "new" });
    app.submit(plainDraft(`${GO}\n\n${plan}`));
  }
}
