// Questions on a terminal whose cursor cannot be moved: lines are printed, an answer is typed and ended with Enter.

import { createInterface } from "node:readline";
import type { Screen } from "../terminal/screen";
import { keysOf, labelOf, type Choice, type ChooseOptions } from "./choice";

const PROMPT = "Number or letter, then Enter (nothing to cancel): ";

/** Prints the options and reads lines until one of them names an option by number or letter. An empty line cancels. */
export async function choosePlainly<T>(options: ChooseOptions<T>): Promise<T | "cancelled"> {
  const { screen, title, subtitle, body, signal } = options;
  const columns = Math.max(1, screen.columns - 1);
  const list = options.options.map((option, index) => `  ${index + 1}. ${line(option)}`);
  const shown = [title, ...(subtitle === undefined ? [] : [subtitle]), ...(body?.(columns) ?? []), ...list];
  screen.print(`${shown.join("\n")}\n`);
  return await readLines<T | "cancelled">(screen, PROMPT, signal, "cancelled", (typed) => {
    const name = typed.trim().toLowerCase();
    if (name === "") return { type: "done", value: "cancelled" };
    const numbered = /^\d+$/.test(name) ? options.options[Number(name) - 1] : undefined;
    const picked = options.options.find((one) => keysOf(one).includes(name)) ?? numbered;
    if (picked !== undefined && picked.disabled === undefined) return { type: "done", value: picked.value };
    return { type: "again", complaint: `There is no such option: ${name}` };
  });
}

const SWITCH = "Number to switch on or off, then Enter (nothing to go on, q to cancel): ";

/** Prints the check boxes after every line, until one is empty. */
export async function chooseManyPlainly<T>(
  options: Omit<ChooseOptions<T>, "initial"> & { readonly checked: readonly T[] },
): Promise<readonly T[] | "cancelled"> {
  const { screen, title, subtitle, signal } = options;
  const checked = new Set(options.checked);
  const boxes = () =>
    options.options
      .map((option, index) => `  ${index + 1}. [${checked.has(option.value) ? "x" : " "}] ${line(option)}`)
      .join("\n");
  screen.print(`${[title, ...(subtitle === undefined ? [] : [subtitle])].join("\n")}\n${boxes()}\n`);
  return await readLines<readonly T[] | "cancelled">(screen, SWITCH, signal, "cancelled", (typed) => {
    const name = typed.trim().toLowerCase();
    if (name === "q") return { type: "done", value: "cancelled" };
    if (name === "") return { type: "done", value: [...checked] };
    const option = /^\d+$/.test(name) ? options.options[Number(name) - 1] : undefined;
    if (option === undefined) return { type: "again", complaint: `There is no such option: ${name}` };
    if (!checked.delete(option.value)) checked.add(option.value);
    return { type: "again", complaint: boxes() };
  });
}

export type Reading<T> =
  { readonly type: "done"; readonly value: T } | { readonly type: "again"; readonly complaint: string };

/** Reads lines until one is an answer; `whenGone` when the terminal has gone or the signal has fired. */
export async function readLines<T>(
  screen: Screen,
  prompt: string,
  signal: AbortSignal | undefined,
  whenGone: T,
  read: (line: string) => Reading<T>,
): Promise<T> {
  if (signal?.aborted) return whenGone;
  return await screen.lend(async ({ input, output }) => {
    const lines = createInterface({ input, terminal: false });
    const answer = Promise.withResolvers<T>();
    const leave = () => answer.resolve(whenGone);
    lines.on("line", (line) => {
      const reading = read(line);
      if (reading.type === "done") answer.resolve(reading.value);
      else output.write(`${reading.complaint}\n${prompt}`);
    });
    lines.once("close", leave);
    signal?.addEventListener("abort", leave, { once: true });
    output.write(prompt);
    try {
      return await answer.promise;
    } finally {
      signal?.removeEventListener("abort", leave);
      lines.close();
    }
  });
}

function line(option: Choice<unknown>): string {
  const note = option.disabled ?? option.hint;
  return `${labelOf(option)}${note === undefined ? "" : ` - ${note}`}`;
}
