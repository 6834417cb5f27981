// The composer as people use it: in a real terminal, with the compiled executable and a scripted server.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { mockProvider, sandboxBox } from "../../support/harness";
import { message, respond, startResponsesServer, type RecordedRequest } from "../../support/responses-server";
import { HAS_TMUX, openTmux, type TmuxOptions } from "../tmux";

async function place(options: TmuxOptions & { readonly config?: string } = {}) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startResponsesServer((_request, n) => respond(message(`Answer ${n + 1}.`))));
  const box = stack.use(await sandboxBox({ files: { "src/main file.ts": "x", "README.md": "y" } }));
  const trust = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
  box.write(join(box.codexHome, "config.toml"), `${mockProvider(server.url)}${trust}${options.config ?? ""}`);
  const terminal = stack.use(await openTmux(box, options));
  return { box, terminal, server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What the user said last in a request. */
function said(request: RecordedRequest | undefined): string {
  const parts = request?.body.input.findLast((item) => item.role === "user")?.content ?? [];
  return parts.map(({ text }) => text ?? "").join("");
}

/** Bytes for `send-keys -H`: a text as a terminal with bracketed paste sends it. */
function bracketed(text: string): readonly string[] {
  const bytes = Buffer.from(`\x1b[200~${text.replaceAll("\n", "\r")}\x1b[201~`);
  return ["-H", ...[...bytes].map((byte) => byte.toString(16).padStart(2, "0"))];
}

describe.skipIf(!HAS_TMUX)("the composer in a terminal", () => {
  test("several lines with wide characters are sent as written, and recalled in the next session", async () => {
    await using at = await place({ columns: 40 });
    const { terminal, server } = at;
    await terminal.codex();
    await terminal.shows("›");
    await terminal.type("first 世界 line");
    await terminal.press("C-j");
    await terminal.send("and the second");
    await terminal.shows("Answer 1.");
    expect(said(server.requests[0])).toBe("first 世界 line\nand the second");
    await terminal.press("C-c");
    await terminal.shows("ended with 0");

    await terminal.codex();
    await terminal.shows("›");
    await terminal.press("Up");
    await terminal.shows(/› first 世界 line\n {2}and the second/);
    await terminal.press("C-c", "C-r");
    await terminal.type("世");
    await terminal.shows("reverse-i-search: 世");
    await terminal.press("Enter");
    await terminal.hides("reverse-i-search");
    await terminal.press("Enter");
    await terminal.shows("Answer 2.");
    expect(said(server.requests[1])).toBe("first 世界 line\nand the second");
  });

  test("a large paste is a placeholder on the screen and whole in the request; a small one never sends", async () => {
    await using at = await place();
    const { terminal, server } = at;
    await terminal.codex();
    await terminal.shows("›");
    await terminal.press(...bracketed("line\n".repeat(300)));
    await terminal.shows("› [Pasted Content 1500 chars]");
    await terminal.press(...bracketed("\nsmall\n"));
    await terminal.shows(/chars\]\n {2}small/);
    expect(server.requests).toEqual([]);
    await terminal.press("Enter");
    await terminal.shows("Answer 1.");
    expect(said(server.requests[0])).toBe(`${"line\n".repeat(300)}\nsmall`);
  });

  test("@ puts a path in, ! runs a command, at any width", async () => {
    await using at = await place({ columns: 100 });
    const { terminal, server } = at;
    await terminal.codex();
    await terminal.shows("›");
    await terminal.type("see @mainf");
    await terminal.shows(/^ {2}src\/main file\.ts$/m);
    await terminal.resize(30, 12);
    await terminal.press("Tab");
    await terminal.shows('› see "src/main file.ts"');
    await terminal.press("Enter");
    await terminal.shows("Answer 1.");
    expect(said(server.requests[0])).toBe('see "src/main file.ts"');
    await terminal.type("!echo $((40 + 2))");
    await terminal.shows("! echo");
    await terminal.press("Enter");
    await terminal.shows("└ 42");
  });

  test("keys that contradict each other are an error before anything is drawn", async () => {
    await using at = await place({ config: '\n[tui.keymap.global]\ncopy = "ctrl-t"\n' });
    await at.terminal.codex();
    const screen = await at.terminal.shows("ended with 1");
    expect(screen.replace(/\n/g, "")).toContain("`open_transcript` and `copy` use the same key, ctrl-t");
    expect(screen).not.toContain("OpenAI Codex");
  });
});
