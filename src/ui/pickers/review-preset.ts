// Asks what to review: a branch, the working tree, a commit, or in one's own words (tui.md 6.4).

import type { ReviewTarget } from "../../protocol/review";
import { askText } from "../questions/ask-text";
import { BACK_FOOTER } from "../questions/choice";
import { choose } from "../questions/choose";
import { visibleLine } from "../questions/visible";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { gitLines } from "./git-lines";

export type ReviewPickerOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const MAX_COMMITS = 100;
const FIELD_END = "\x1f";

/** Esc in a list that follows goes back to the presets. */
export async function pickReview(options: ReviewPickerOptions): Promise<ReviewTarget | "cancelled"> {
  for (;;) {
    const preset = await choose({
      ...options,
      title: "Select a review preset",
      options: [
        { value: "branch", label: "Review against a base branch", hint: "(PR Style)" },
        { value: "uncommitted", label: "Review uncommitted changes" },
        { value: "commit", label: "Review a commit" },
        { value: "custom", label: "Custom review instructions" },
      ],
      footer: BACK_FOOTER,
    });
    if (preset === "cancelled") return "cancelled";
    const target = await targetOf(preset, options);
    if (target !== undefined) return target;
  }
}

async function targetOf(preset: string, options: ReviewPickerOptions): Promise<ReviewTarget | undefined> {
  switch (preset) {
    case "branch":
      return await pickBranch(options);
    case "commit":
      return await pickCommit(options);
    case "custom":
      return await typeInstructions(options);
    default:
      return { type: "uncommittedChanges" };
  }
}

/** The other branches, the one that was committed to last first. */
async function pickBranch(options: ReviewPickerOptions): Promise<ReviewTarget | undefined> {
  const { cwd, env } = options;
  const [[current = "HEAD"], names] = await Promise.all([
    gitLines(cwd, env, ["rev-parse", "--abbrev-ref", "HEAD"]),
    gitLines(cwd, env, ["for-each-ref", "--sort=-committerdate", "--format=%(refname:short)", "refs/heads"]),
  ]);
  const here = current === "HEAD" ? "(detached HEAD)" : current;
  const branch = await choose({
    ...options,
    title: "Select a base branch",
    options: names
      .filter((name) => name !== current)
      .map((name) => ({ value: { name }, label: `${visibleLine(here)} -> ${visibleLine(name)}` })),
    searchable: true,
    footer: BACK_FOOTER,
  });
  return branch === "cancelled" ? undefined : { type: "baseBranch", branch: branch.name };
}

async function pickCommit(options: ReviewPickerOptions): Promise<ReviewTarget | undefined> {
  const format = "--format=%H%x1f%h%x1f%s%x1f%cr";
  const lines = await gitLines(options.cwd, options.env, ["log", `--max-count=${MAX_COMMITS}`, format]);
  const commit = await choose({
    ...options,
    title: "Select a commit to review",
    options: lines.map((line) => {
      const [sha = "", short = "", subject = "", age = ""] = line.split(FIELD_END);
      const title = visibleLine(subject);
      return {
        value: { sha, title: subject },
        label: title === "" ? short : title,
        hint: `${short} · ${age}`,
        words: sha,
      };
    }),
    searchable: true,
    footer: BACK_FOOTER,
  });
  return commit === "cancelled"
    ? undefined
    : { type: "commit", sha: commit.sha, title: commit.title || null };
}

async function typeInstructions({ screen, theme }: ReviewPickerOptions): Promise<ReviewTarget | undefined> {
  const instructions = await askText({
    screen,
    theme,
    title: "Custom review instructions",
    placeholder: "Type instructions and press Enter",
    check: (text) => (text === "" ? "Say what to look at, or press esc to go back." : undefined),
    footer: BACK_FOOTER,
  });
  return instructions === undefined ? undefined : { type: "custom", instructions };
}
