// The environment of a stdio server: a short list of ours, what the configuration hands on, and what it sets (mcp.md 4).

import { RUNTIME_SWITCHES } from "../exec/executable";
import type { StdioServer } from "./server-config";

const INHERITED = [
  ...["HOME", "LOGNAME", "PATH", "SHELL", "USER", "__CF_USER_TEXT_ENCODING"],
  ...["LANG", "LC_ALL", "TERM", "TMPDIR", "TZ"],
];

type Environment = Readonly<Record<string, string | undefined>>;

/** Nothing else is inherited, keys least of all. A variable that is unset with us stays unset. */
export function serverEnvironment(
  server: Pick<StdioServer, "env" | "envVars">,
  ours: Environment,
): Readonly<Record<string, string>> {
  const handedOn = [...INHERITED, ...server.envVars.map(({ name }) => name)];
  const variables: [string, string][] = handedOn.flatMap((name) => {
    const value = ours[name];
    return value === undefined ? [] : [[name, value]];
  });
  const all = [...variables, ...Object.entries(server.env ?? {})];
  return Object.fromEntries(all.filter(([name]) => !RUNTIME_SWITCHES.includes(name)));
}
