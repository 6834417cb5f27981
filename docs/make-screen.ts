// Makes screen.svg: a real session of dist/codex in an emulated terminal, with a scripted model. `node_modules/.bin/bun docs/make-screen.ts` writes it anew.

import { Terminal, type IBufferCell } from "@xterm/headless";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../test/support/harness";
import {
  customCall,
  functionCall,
  message,
  respond,
  startResponsesServer,
} from "../test/support/responses-server";

const COLUMNS = 92;
const ROWS = 60;
/** How long the session may take to come to its last question. */
const SESSION_MS = 20_000;
/** The screen is taken when nothing was written to it for this long. */
const QUIET_MS = 700;

const TASK = "the check fails; find out why, mend it, and commit";
const FILES = {
  "total.sh": `# Prints the sum of the prices in prices.txt.
total=0
while read -r name price; do
  total=$((total - price))
done < prices.txt
echo "$total"
`,
  "prices.txt": "apples 3\npears 4\nplums 5\n",
  "check.sh": `[ "$(sh total.sh)" = 12 ] && echo "ok: the total is 12" && exit
echo "FAILED: the total is $(sh total.sh), expected 12"
exit 1
`,
};
const PATCH = `*** Begin Patch
*** Update File: total.sh
@@
-  total=$((total - price))
+  total=$((total + price))
*** End Patch
`;

const run = (cmd: string, more: object = {}) => functionCall("exec_command", { cmd, ...more });
const STORY = [
  respond(message("I'll look at the files and run the check."), run("ls"), run("cat total.sh")),
  respond(run("sh check.sh")),
  respond(message("`total.sh` subtracts each price instead of adding it."), customCall("apply_patch", PATCH)),
  respond(run("sh check.sh")),
  respond(
    message("The check passes. To commit I have to write to `.git`, which the sandbox protects."),
    run("git commit -am 'Add up the prices'", {
      sandbox_permissions: "require_escalated",
      justification: "May I commit the change?",
    }),
  ),
];
/** The last line of the picture, and so the end of the story. */
const END = "Press enter to confirm or esc to cancel";
/** What the picture is there to show, from top to bottom. */
export const MILESTONES: readonly string[] = [
  ...[TASK, "FAILED: the total is -12, expected 12", "+  total=", "ok: the total is 12"],
  ...["Would you like to run the following command?", 'decision="allow"', END],
];

/** The words of a picture, line by line as far as they stand in one piece. */
export function wordsOf(svg: string): string {
  return svg
    .replace(/<[^>]*>/g, "\n")
    .replace(/&(quot|#x27|lt|gt|amp);/g, (_, name: string) => ENTITIES[name] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', "#x27": "'", lt: "<", gt: ">", amp: "&" };

/** Runs the session. Resolves to the picture as SVG. @throws when the session does not come to its end in time */
export async function screenPicture(): Promise<string> {
  await using server = await startResponsesServer(STORY);
  await using box = await sandboxBox();
  const folder = await shop(box, server.url);
  const emulator = new Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const decoder = new TextDecoder();
  let written = performance.now();
  const pty = new Bun.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    data: (_pty, bytes) => {
      written = performance.now();
      emulator.write(decoder.decode(bytes, { stream: true }));
    },
  });
  emulator.onData((answer) => pty.write(answer));
  const { PATH = "/usr/bin:/bin" } = process.env;
  const codex = Bun.spawn([join(import.meta.dir, "..", "dist", "codex"), TASK], {
    cwd: folder,
    terminal: pty,
    env: {
      ...{ PATH, HOME: box.home, CODEX_HOME: join(box.home, ".codex"), SHELL: "/bin/bash" },
      ...{ TERM: "xterm-256color", COLORTERM: "truecolor", LANG: "C.UTF-8" },
    },
  });
  try {
    const deadline = performance.now() + SESSION_MS;
    for (;;) {
      const shown = textOf(emulator).includes(END);
      if (shown && performance.now() - written > QUIET_MS) return svgOf(emulator);
      if (performance.now() > deadline)
        throw new Error(`the session did not come to its end:\n${textOf(emulator)}`);
      await Bun.sleep(50);
    }
  } finally {
    codex.kill("SIGTERM");
    await codex.exited;
    pty.close();
  }
}

/** A repository of three files in a home folder, trusted; returns its path. */
async function shop(box: Box, url: string): Promise<string> {
  const folder = join(box.home, "shop");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) box.write(join(folder, name), text);
  const git = (...words: string[]) =>
    Bun.spawn(["git", "-c", "user.name=shop", "-c", "user.email=shop@example.com", ...words], {
      cwd: folder,
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: box.home, GIT_CONFIG_NOSYSTEM: "1" },
      stdout: "ignore",
    }).exited;
  await git("init", "-q", "-b", "main");
  await git("add", ".");
  await git("commit", "-qm", "Add a shop");
  const trust = `\n[projects."${folder}"]\ntrust_level = "trusted"\n`;
  box.write(
    join(box.home, ".codex", "config.toml"),
    mockProvider(url).replace("gpt-5.2", "gpt-6.1-sol") + trust,
  );
  return folder;
}

function linesOf(emulator: Terminal): readonly string[] {
  const { active } = emulator.buffer;
  return Array.from({ length: emulator.rows }, (_, row) =>
    (active.getLine(active.viewportY + row)?.translateToString(true) ?? "").trimEnd(),
  );
}

function textOf(emulator: Terminal): string {
  return linesOf(emulator).join("\n");
}

const CELL = { width: 8.4, height: 18, fontSize: 14, margin: 16 } as const;
const BACKGROUND = "#16181d";
const FOREGROUND = "#d7dae0";
const PALETTE: readonly string[] = [
  ...["#3b4048", "#e06c75", "#8fc379", "#d9b36c", "#6fb3f2", "#c58be0", "#5ec4c9", "#c8ccd4"],
  ...["#6b7280", "#ef8891", "#a5d690", "#ecca86", "#8fc7ff", "#d9a8f0", "#7edbe0", "#ffffff"],
];

/** What stands on the screen, from the task to the last line with text. */
function svgOf(emulator: Terminal): string {
  const texts = linesOf(emulator);
  const first = texts.findIndex((text) => text.includes(TASK));
  const last = texts.findLastIndex((text) => text !== "");
  const rows = Array.from({ length: last - first + 1 }, (_, row) => rowOf(emulator, first + row, row));
  const width = Math.ceil(COLUMNS * CELL.width + 2 * CELL.margin);
  const height = rows.length * CELL.height + 2 * CELL.margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>A session of codex: it finds a mistake, mends it, and asks before it commits</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${CELL.fontSize}" fill="${FOREGROUND}" xml:space="preserve">
${rows.filter((row) => row !== "").join("\n")}
</g>
</svg>
`;
}

type Run = {
  readonly column: number;
  readonly style: string;
  readonly ground: string;
  text: string;
  cells: number;
};

/** The runs of one line that look alike, each at its place, so that no font can shift what follows. */
function rowOf(emulator: Terminal, from: number, row: number): string {
  const { active } = emulator.buffer;
  const line = active.getLine(active.viewportY + from);
  const runs: Run[] = [];
  for (let column = 0; line !== undefined && column < COLUMNS; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const [style, ground] = [styleOf(cell), groundOf(cell)];
    const before = runs.at(-1);
    const text = cell.getChars() || " ";
    if (before !== undefined && before.style === style && before.ground === ground) {
      before.text += text;
      before.cells += cell.getWidth();
    } else runs.push({ column, style, ground, text, cells: cell.getWidth() });
  }
  return runs.map((each) => svgRun(each, row)).join("");
}

function svgRun(run: Run, row: number): string {
  const x = (column: number) => (CELL.margin + column * CELL.width).toFixed(1);
  const top = CELL.margin + row * CELL.height;
  const width = (cells: number) => (cells * CELL.width).toFixed(1);
  const ground =
    run.ground === ""
      ? ""
      : `<rect x="${x(run.column)}" y="${top}" width="${width(run.cells)}" height="${CELL.height}" fill="${run.ground}"/>`;
  const lead = run.text.length - run.text.trimStart().length; // blanks are one cell wide
  const text = run.text.trim();
  if (text === "") return ground;
  const cells = run.cells - lead - (run.text.length - run.text.trimEnd().length);
  const place = `x="${x(run.column + lead)}" y="${top + 13.5}" textLength="${width(cells)}"`;
  return `${ground}<text ${place}${run.style}>${Bun.escapeHTML(text)}</text>`;
}

function styleOf(cell: IBufferCell): string {
  const inverse = cell.isInverse() !== 0;
  const fill = inverse ? BACKGROUND : colourOf(cell.isFgRGB(), cell.isFgDefault(), cell.getFgColor());
  return [
    fill === "" ? "" : ` fill="${fill}"`,
    cell.isBold() ? ' font-weight="bold"' : "",
    cell.isItalic() ? ' font-style="italic"' : "",
    cell.isUnderline() ? ' text-decoration="underline"' : "",
    cell.isDim() ? ' opacity="0.6"' : "",
  ].join("");
}

function groundOf(cell: IBufferCell): string {
  if (cell.isInverse()) return FOREGROUND;
  return colourOf(cell.isBgRGB(), cell.isBgDefault(), cell.getBgColor());
}

/** As `#rrggbb`; empty for the default. */
function colourOf(rgb: boolean, byDefault: boolean, colour: number): string {
  if (byDefault) return "";
  if (rgb) return `#${colour.toString(16).padStart(6, "0")}`;
  if (colour < 16) return PALETTE[colour] ?? "";
  if (colour >= 232) return `#${((colour - 232) * 10 + 8).toString(16).padStart(2, "0").repeat(3)}`;
  const level = (step: number) => (step === 0 ? 0 : step * 40 + 55).toString(16).padStart(2, "0");
  const index = colour - 16;
  return `#${level(Math.floor(index / 36))}${level(Math.floor(index / 6) % 6)}${level(index % 6)}`;
}

if (import.meta.main) await Bun.write(join(import.meta.dir, "screen.svg"), await screenPicture());
