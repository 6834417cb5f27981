// Asks whether the project may be trusted, and writes a yes down (tui.md 1.2).

import type { Config } from "../../config/config";
import { recordTrust } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { messageOf, UserError } from "../../util/user-error";
import { choose } from "../questions/choose";
import { hanging } from "../questions/list-view";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { shortPath } from "../text/short-path";
import explanation from "./trust.txt" with { type: "text" };

export type TrustOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly config: Pick<Config, "cwd" | "projectTrustKey" | "userConfigPath">;
};

const MARGIN = "  ";

/** `quit` writes nothing: the question comes again. A yes that cannot be written is said, and the question stays. */
export async function askTrust({ screen, theme, config }: TrustOptions): Promise<"trusted" | "quit"> {
  const { cwd, projectTrustKey: root } = config;
  let complaint: string | undefined;
  for (;;) {
    const answer = await choose({
      screen,
      theme,
      title: `You are in ${shortPath(cwd)}`,
      body: (columns) => [
        ...hanging(MARGIN, "Do you trust the contents of this directory?", columns),
        ...hanging(MARGIN, explanation.trim(), columns),
        ...(root === cwd
          ? []
          : hanging(MARGIN, `The answer counts for the whole repository at ${shortPath(root)}.`, columns)),
        ...(complaint === undefined ? [] : ["", ...hanging(MARGIN, complaint, columns, theme.error)]),
      ],
      options: [
        { value: "trusted", label: "Yes, continue", hiddenKeys: ["y"] },
        { value: "quit", label: "No, quit", hiddenKeys: ["n"] },
      ],
      footer: "Press enter to continue",
      quitKeys: ["q"],
    });
    if (answer !== "trusted") return "quit";
    complaint = await failureOf(() => recordTrust(config.userConfigPath, root, { tryLock }));
    if (complaint === undefined) return "trusted";
    complaint = `Failed to set trust for ${shortPath(root)}: ${complaint}`;
  }
}

async function failureOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return messageOf(error);
    throw error;
  }
}
