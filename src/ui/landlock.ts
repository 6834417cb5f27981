// Sees to it that the user has accepted Landlock before commands run with it alone: asked once, and again for other permissions.

import type { Thread } from "../agent/thread-options";
import { editConfigFile } from "../config/edit";
import { tryLock } from "../exec/libc";
import { policyOfMode } from "../config/permissions";
import { messageOf, UserError } from "../util/user-error";
import type { App, LandlockQuestion } from "./app";
import type { LandlockAnswer } from "./onboarding/landlock";

/** @param quiet resolves when the user is not typing */
export function createLandlockQuestion(
  app: App,
  quiet: (signal: AbortSignal) => Promise<void>,
): LandlockQuestion {
  let earlier: LandlockAnswer | undefined;
  const settle = async (thread: Thread): Promise<string> => {
    const terms = thread.landlockTerms();
    if (terms === undefined) return "";
    if (earlier === undefined) {
      const { askLandlock } = await import("./onboarding/landlock");
      const { screen, theme, ending: signal } = app;
      const { userConfigPath } = app.config();
      await quiet(signal);
      earlier = await app.dialog(() => askLandlock({ screen, theme, terms, userConfigPath, signal }));
    }
    return take(app, thread, earlier);
  };
  return {
    settle,
    anew: (thread) => {
      earlier = undefined;
      return settle(thread);
    },
  };
}

/** Counts from the next turn on, in this thread. */
function take(app: App, thread: Thread, answer: LandlockAnswer): string {
  const transcript = app.transcript();
  if (answer === "no") {
    thread.configure({ sandboxPolicy: policyOfMode("read-only", undefined) });
    return transcript.notice("Commands only read in this session.", "/permissions to change that");
  }
  thread.configure({ allowLandlock: true });
  const failure = answer === "always" ? failureToSave(app.config().userConfigPath) : undefined;
  const told = transcript.notice(
    answer === "always" && failure === undefined
      ? "Landlock is accepted from now on."
      : "Landlock is accepted for this session.",
  );
  return failure === undefined ? told : transcript.warning(failure) + told;
}

function failureToSave(path: string): string | undefined {
  try {
    editConfigFile(path, [{ type: "set", path: ["sandbox_linux", "allow_landlock"], value: true }], {
      tryLock,
    });
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return messageOf(error);
    throw error;
  }
}
