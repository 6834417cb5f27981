// What a client should know of the configuration once it has introduced itself (app-server.md 2).

import { messageOf } from "../../util/user-error";
import { loadConfig } from "../../config/load";
import type { Client, Place } from "./client";

/** A configuration that cannot be used is told of; threads fail with it until it is mended. */
export async function tellConfigWarnings(client: Client, place: Place): Promise<void> {
  for (const { summary, details } of await warningsOf(place)) {
    await client.notify("configWarning", { summary, details });
  }
}

async function warningsOf(
  place: Place,
): Promise<readonly { readonly summary: string; readonly details: string | null }[]> {
  try {
    const { codexHome, cwd, env, commandLine } = place;
    const { warnings } = await loadConfig({ codexHome, cwd, env, ...commandLine, flags: {} });
    return warnings.map((summary) => ({ summary, details: null }));
  } catch (error) {
    return [{ summary: "The configuration cannot be used.", details: messageOf(error) }];
  }
}
