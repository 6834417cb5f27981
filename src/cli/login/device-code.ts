// Shows what to do with a device code; the one text of `codex login` on stdout (login-notify.md 4.4).

import { VERSION } from "../../util/version";
import { writeOutput } from "../output";

/** Coloured wherever it goes, unless NO_COLOR is set: that is how wrappers know it. */
export function showDeviceCode({
  url,
  code,
}: {
  readonly url: string;
  readonly code: string;
}): Promise<void> {
  const isPlain = (process.env["NO_COLOR"] ?? "") !== "";
  const paint = (sgr: number, text: string) => (isPlain ? text : `\x1b[${sgr}m${text}\x1b[0m`);
  const blue = (text: string) => paint(94, text);
  const grey = (text: string) => paint(90, text);
  return writeOutput(
    1,
    `
Welcome to Codex [v${grey(VERSION)}]
${grey("A coding agent for the terminal")}

Sign in with your ChatGPT account in two steps:

1. Open this link in a browser, on any machine, and sign in
   ${blue(url)}

2. Enter this one-time code ${grey("(expires in 15 minutes)")}
   ${blue(code)}

${grey("Device codes are often phished: never give this code to anybody, and enter no code that you did not ask for.")}

`,
  );
}
