// /model, /permissions, /plan: what the next turn uses.

import { UserError } from "../../util/user-error";
import type { App, CommandCall } from "../app";

export async function model(app: App): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const { modelNotice, pickModel, saveModel } = await import("../pickers/model");
  const models = thread.models();
  const { screen, theme } = app;
  const picked = await app.dialog(() => pickModel({ screen, theme, models, settings: thread.settings() }));
  if (picked === "cancelled") return;
  thread.configure(
    picked.scope === "plan"
      ? { model: picked.model, planEffort: picked.effort }
      : { model: picked.model, effort: picked.effort },
  );
  app.notice(modelNotice(picked));
  unlessUnwritable(app, () => saveModel(app.config(), picked));
}

export async function permissions(app: App): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const { permissionNotice, pickPermissions } = await import("../pickers/permissions");
  const { screen, theme } = app;
  const picked = await app.dialog(() =>
    pickPermissions({ screen, theme, config: app.config(), settings: thread.settings() }),
  );
  if (picked === "cancelled") return;
  const { approvalPolicy, sandboxPolicy, permissionProfile } = picked;
  thread.configure({ approvalPolicy, sandboxPolicy, permissionProfile });
  app.notice(permissionNotice(picked));
  if (picked.warning !== undefined) app.warning(picked.warning);
  app.print(await app.landlock.anew(thread));
}

export function plan(app: App, { args, input }: CommandCall): void {
  const thread = app.thread();
  if (thread === undefined) return;
  thread.configure({ collaborationMode: "plan" });
  app.notice("Plan mode: the model looks and asks, and proposes a plan.", "shift + tab to leave it");
  if (args !== "" && input !== undefined) app.submit(input);
}

/** What was chosen holds for this session all the same. */
export function unlessUnwritable(app: App, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    app.warning(`${error.message} The choice holds for this session.`);
  }
}
