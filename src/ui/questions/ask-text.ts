// Asks for a line of text.

import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { CONFIRM_FOOTER } from "./choice";
import { fieldLine } from "./field-view";
import { fitted, hanging } from "./list-view";
import { readLines } from "./plain";
import { runPrompt, type Field, type Size } from "./prompt";

export type AskTextOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly title: string;
  readonly subtitle?: string;
  readonly placeholder?: string;
  /** What the field holds at first. */
  readonly initial?: string;
  readonly isSecret?: boolean;
  /** Why the text is refused, else undefined. */
  readonly check?: (text: string) => string | undefined;
  readonly footer?: string;
  readonly signal?: AbortSignal | undefined;
};

const MARGIN = "  ";
const FIELD = "› ";

/** The text without blanks around it; undefined for Esc, Ctrl-C, the signal, or a terminal that has gone. */
export async function askText(options: AskTextOptions): Promise<string | undefined> {
  const { screen, signal } = options;
  if (screen.plain) return await askPlainly(options);
  let complaint: string | undefined;
  return await runPrompt<string | undefined>(
    screen,
    {
      whenGone: undefined,
      initialText: options.initial ?? "",
      render: (size, field) => view(options, complaint, size, field),
      press: (key, field) => {
        complaint = undefined;
        if (key.type === "paste") return { type: "edit" };
        if (key.key === "escape" || (key.ctrl && key.key === "c")) return { type: "done", value: undefined };
        if (key.key !== "enter") return { type: "edit" };
        complaint = options.check?.(field.text.trim());
        return complaint === undefined ? { type: "done", value: field.text.trim() } : { type: "redraw" };
      },
    },
    signal,
  );
}

function view(options: AskTextOptions, complaint: string | undefined, size: Size, field: Field): string[] {
  const { theme, title, subtitle, placeholder, isSecret } = options;
  const style = { ...(placeholder !== undefined && { placeholder }), isSecret: isSecret === true };
  const line = theme.accent(FIELD) + fieldLine(field, size.columns - FIELD.length, theme, style);
  return fitted(
    {
      head: [
        ...hanging(MARGIN, title, size.columns, theme.bold),
        ...(subtitle === undefined ? [] : hanging(MARGIN, subtitle, size.columns, theme.dim)),
      ],
      options: [],
      cursor: 0,
      below: [
        line,
        ...(complaint === undefined ? [] : hanging(MARGIN, complaint, size.columns, theme.error)),
      ],
      foot: hanging(MARGIN, options.footer ?? CONFIRM_FOOTER, size.columns, theme.dim),
    },
    size,
  );
}

/** An empty line cancels where nothing is proposed, else takes what is. */
async function askPlainly(options: AskTextOptions): Promise<string | undefined> {
  const { screen, title, subtitle, initial, check, signal } = options;
  screen.print(`${[title, ...(subtitle === undefined ? [] : [subtitle])].join("\n")}\n`);
  const proposed = initial === undefined || initial === "" ? "" : ` [${initial}]`;
  return await readLines<string | undefined>(
    screen,
    `${proposed}> `.trimStart(),
    signal,
    undefined,
    (line) => {
      const text = line.trim() === "" ? (initial ?? "") : line.trim();
      if (text === "") return { type: "done", value: undefined };
      const complaint = check?.(text);
      return complaint === undefined ? { type: "done", value: text } : { type: "again", complaint };
    },
  );
}
