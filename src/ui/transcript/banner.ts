// What a session begins with: which program, model and folder this is, and what one can do (tui.md 1.4).

import { cells, cutMiddle, wrapBehind } from "../text/wrap";
import { framed, frameRoom, productLine } from "./card";
import { oneLine, shownPath, type Layout } from "./layout";

export type Banner = {
  readonly version: string;
  readonly model: string;
  /** Undefined: not set. */
  readonly effort: string | undefined;
  readonly fast?: boolean;
  /** Neither a sandbox nor questions. */
  readonly yolo: boolean;
};

/** The framed lines; the folder is the layout's. */
export function bannerLines(banner: Banner, layout: Layout): string[] {
  const { theme } = layout;
  const model = [banner.model, banner.effort, banner.fast === true ? "fast" : undefined]
    .filter((part) => part !== undefined)
    .map(oneLine)
    .join(" ");
  const label = (name: string) => theme.dim(name.padEnd(banner.yolo ? 13 : 11));
  const folder = shownPath(layout.cwd, { ...layout, cwd: "" });
  const room = frameRoom(layout) - cells(label("directory:"));
  return framed(
    [
      productLine(banner.version, layout),
      "",
      `${label("model:")}${model}   ${theme.accent("/model")} ${theme.dim("to change")}`,
      `${label("directory:")}${cutMiddle(folder, room)}`,
      ...(banner.yolo ? [`${label("permissions:")}${theme.error(theme.bold("YOLO mode"))}`] : []),
    ],
    layout,
  );
}

const FIRST_STEPS = [
  ["/init", "write an AGENTS.md that tells about this project"],
  ["/status", "show what this session works with"],
  ["/permissions", "choose what may be done without a question"],
  ["/model", "choose the model and how much it thinks"],
  ["/review", "look for mistakes in a change"],
] as const;

/** For somebody who is here for the first time. */
export function firstSessionLines(layout: Layout): string[] {
  const { theme } = layout;
  const intro = theme.dim("To get started, describe a task or try one of these commands:");
  return [
    ...wrapBehind(intro, layout.columns(), "  "),
    "",
    ...FIRST_STEPS.flatMap(([name, use]) =>
      wrapBehind(theme.dim(`- ${use}`), layout.columns(), `  ${theme.accent(name)} `, "    "),
    ),
  ];
}

export function tipLines(tip: string, layout: Layout): string[] {
  return wrapBehind(`${layout.theme.bold("Tip:")} ${oneLine(tip)}`, layout.columns(), "  ");
}

/** Under the banner of a copy. */
export function forkLine(from: { readonly id: string; readonly name: string | undefined }): string {
  return `Thread forked from ${from.name === undefined ? from.id : `${oneLine(from.name)} (${from.id})`}`;
}
