// A notification of Windows, raised from a Linux inside it whose terminal is that of Windows (login-notify.md 8.1).

import { readFileSync } from "node:fs";
import script from "./toast-script.txt" with { type: "text" };

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether we are in WSL, in a Windows Terminal. */
export function hasWindowsToasts(env: Environment): boolean {
  if (process.platform !== "linux" || !env.WT_SESSION) return false;
  return Boolean(env.WSL_DISTRO_NAME) || /microsoft/i.test(kernelVersion());
}

/**
 * The command that shows a toast. Both texts get there as base64 within the script, and the script as base64 within the
 * command, so that nothing in them can be taken for either.
 */
export function toastCommand(title: string, body: string): readonly string[] {
  const values: Readonly<Record<string, string>> = { title, body };
  const filled = script.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? Buffer.from(values[name] ?? "", "utf8").toString("base64") : whole,
  );
  const encoded = Buffer.from(filled, "utf16le").toString("base64");
  return ["powershell.exe", "-NoProfile", "-NoLogo", "-EncodedCommand", encoded];
}

function kernelVersion(): string {
  try {
    return readFileSync("/proc/version", "utf8");
  } catch {
    return ""; // not mounted
  }
}
