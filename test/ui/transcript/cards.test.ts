import { describe, expect, test } from "bun:test";
import type { McpServerStatus } from "../../../src/protocol/thread";
import { cells } from "../../../src/ui/text/wrap";
import { bannerLines, firstSessionLines, forkLine, tipLines } from "../../../src/ui/transcript/banner";
import { exitLines } from "../../../src/ui/transcript/exit-text";
import type { Layout } from "../../../src/ui/transcript/layout";
import { mcpCardLines, verboseMcpCardLines } from "../../../src/ui/transcript/mcp-card";
import {
  contextLeft,
  permissionsText,
  statusCardLines,
  tokens,
  type StatusCard,
} from "../../../src/ui/transcript/status-card";
import { PLAIN } from "./pages";

const layout = (columns: number): Layout => ({
  theme: PLAIN,
  columns: () => columns,
  cwd: "/home/user/project",
  home: "/home/user",
  hyperlinks: false,
});

const usage = (input: number, cached: number, output: number, reasoning: number) => ({
  input_tokens: input,
  cached_input_tokens: cached,
  cache_write_input_tokens: 0,
  output_tokens: output,
  reasoning_output_tokens: reasoning,
  total_tokens: input + output,
});

describe("the banner", () => {
  const banner = { version: "0.139.0", model: "gpt-5.2-codex", effort: undefined, yolo: false };

  test("names the program, the model and the folder", () => {
    expect(bannerLines(banner, layout(80))).toEqual([
      "╭─────────────────────────────────────────────╮",
      "│ >_ OpenAI Codex (v0.139.0)                  │",
      "│                                             │",
      "│ model:     gpt-5.2-codex   /model to change │",
      "│ directory: ~/project                        │",
      "╰─────────────────────────────────────────────╯",
    ]);
  });

  test("says when nothing is asked and nothing confined, and cuts what does not fit", () => {
    const narrow = { ...layout(30), cwd: "/home/user/a/very/long/path/to/the/project" };
    expect(bannerLines({ ...banner, effort: "high", fast: true, yolo: true }, narrow)).toEqual([
      "╭────────────────────────────╮",
      "│ >_ OpenAI Codex (v0.139.0) │",
      "│                            │",
      "│ model:       gpt-5.2-code… │",
      "│ directory:   ~/a/ve…roject │",
      "│ permissions: YOLO mode     │",
      "╰────────────────────────────╯",
    ]);
  });

  test("is followed by tips that fit", () => {
    for (const columns of [20, 40, 80]) {
      const lines = [
        ...firstSessionLines(layout(columns)),
        ...tipLines("press ? for all keys", layout(columns)),
      ];
      for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
    }
    expect(forkLine({ id: "1-2", name: undefined })).toBe("Thread forked from 1-2");
    expect(forkLine({ id: "1-2", name: "mine\n" })).toBe("Thread forked from mine (1-2)");
  });
});

const CARD: StatusCard = {
  version: "0.139.0",
  model: "gpt-5.2-codex",
  effort: undefined,
  summaries: "auto",
  provider: { name: "mock", baseUrl: "http://127.0.0.1:8080/v1" },
  approvalPolicy: "on-request",
  sandboxPolicy: {
    type: "workspace-write",
    network_access: false,
    exclude_tmpdir_env_var: false,
    exclude_slash_tmp: false,
  },
  collaborationMode: "default",
  agentsMdFiles: [],
  account: undefined,
  chatGptAccount: false,
  sessionId: "01a2020c-5094-7a12-b93d-fa23002eae5d",
  threadName: undefined,
  forkedFrom: undefined,
  usage: { total: usage(0, 0, 0, 0), last: undefined, contextWindow: 258_400, rateLimits: null },
  now: new Date(2026, 10, 22, 12, 0),
};

describe("the card of /status", () => {
  test("shows what the session works with", () => {
    expect(statusCardLines(CARD, layout(100))).toEqual([
      "╭───────────────────────────────────────────────────────────────────────╮",
      "│  >_ OpenAI Codex (v0.139.0)                                           │",
      "│                                                                       │",
      "│  Model:                gpt-5.2-codex (reasoning none, summaries auto) │",
      "│  Model provider:       mock - http://127.0.0.1:8080/v1                │",
      "│  Directory:            ~/project                                      │",
      "│  Permissions:          Workspace (Ask for approval)                   │",
      "│  Agents.md:            <none>                                         │",
      "│  Collaboration mode:   Default                                        │",
      "│  Session:              01a2020c-5094-7a12-b93d-fa23002eae5d           │",
      "│                                                                       │",
      "│  Token usage:          0 total  (0 input + 0 output)                  │",
      "│  Limits:               data not available yet                         │",
      "╰───────────────────────────────────────────────────────────────────────╯",
    ]);
  });

  test("has rows for accounts, names, files, limits and credits, and fits any width", () => {
    const resets = (hours: number) => Math.floor(new Date(2026, 10, 22, 14 + hours, 5).getTime() / 1000);
    const card: StatusCard = {
      ...CARD,
      provider: undefined,
      effort: "high",
      account: "user@example.com (Plus)",
      chatGptAccount: true,
      threadName: "mine",
      forkedFrom: "01a2",
      agentsMdFiles: ["/home/user/.codex/AGENTS.md", "/home/user/project/AGENTS.md"],
      collaborationMode: "plan",
      usage: {
        total: usage(7500, 500, 1250, 0),
        last: usage(7000, 0, 500, 0),
        contextWindow: 258_400,
        rateLimits: {
          primary: { used_percent: 28, window_minutes: 300, resets_at: resets(0) },
          secondary: { used_percent: 100, window_minutes: 10_080, resets_at: resets(48) },
          credits: { has_credits: true, unlimited: false, balance: "12" },
        },
      },
    };
    const lines = statusCardLines(card, layout(100)).map((line) => line.replace(/^│ +| +│$/g, ""));
    expect(lines).toEqual(
      expect.arrayContaining([
        "See https://chatgpt.com/codex/settings/usage for limits and credits",
        "Model:                gpt-5.2-codex (reasoning high, summaries auto)",
        "Agents.md:            ~/.codex/AGENTS.md, AGENTS.md",
        "Account:              user@example.com (Plus)",
        "Thread name:          mine",
        "Collaboration mode:   Plan",
        "Forked from:          01a2",
        "Token usage:          8.25K total  (7K input + 1.25K output)",
        "Context window:       97% left (7.5K used / 258K)",
        "5h limit:             [██████████████░░░░░░] 72% left (resets 14:05)",
        "Weekly limit:         [░░░░░░░░░░░░░░░░░░░░] 0% left (resets 14:05 on 24 Nov)",
        "Credits:              12",
      ]),
    );
    for (const columns of [20, 38, 60]) {
      for (const line of statusCardLines(card, layout(columns)))
        expect(cells(line)).toBeLessThanOrEqual(columns);
    }
  });

  test("says in words what may be done", () => {
    const workspace = {
      type: "workspace-write",
      network_access: true,
      writable_roots: ["/data", "/home/user/x"],
      exclude_tmpdir_env_var: false,
      exclude_slash_tmp: false,
    } as const;
    const paths = { cwd: "/work", home: "/home/user" };
    expect(permissionsText("never", { type: "danger-full-access" }, paths)).toBe("Full Access");
    expect(permissionsText("on-request", { type: "danger-full-access" }, paths)).toBe(
      "No Sandbox (Ask for approval)",
    );
    expect(permissionsText("untrusted", workspace, paths)).toBe(
      "Workspace with network access [/data, ~/x] (untrusted)",
    );
    expect(permissionsText("never", { type: "read-only" }, paths)).toBe("Read Only (never)");
    expect(permissionsText("never", { type: "external-sandbox", network_access: "enabled" }, paths)).toBe(
      "Custom (external-sandbox, never)",
    );
    expect(permissionsText("on-request", { type: "read-only" }, paths, "work")).toBe(
      "Profile work (read-only, Ask for approval)",
    );
  });

  test("counts in thousands and millions", () => {
    expect([0, 999, 1000, 7500, 12_345, 258_400, 1_250_000].map(tokens)).toEqual([
      "0",
      "999",
      "1K",
      "7.5K",
      "12.3K",
      "258K",
      "1.25M",
    ]);
    expect(contextLeft({ last: undefined, contextWindow: 100 })).toBeUndefined();
    expect(contextLeft({ last: usage(150, 0, 0, 0), contextWindow: 100 })).toBe(0);
  });
});

describe("the list of /mcp", () => {
  const server: McpServerStatus = {
    name: "docs",
    status: "ready",
    auth: "unsupported",
    where: "npx -y docs --dir .",
    tools: ["find", "get"],
    resources: [],
    resourceTemplates: ["docs://{page}"],
    environmentNames: ["TOKEN"],
    headerNames: [],
  };

  test("names servers, what they offer, and secrets only by name", () => {
    expect(mcpCardLines([], layout(80))).toEqual([
      "🔌  MCP Tools",
      "",
      "  • No MCP servers configured.",
      "    Add one with `codex mcp add NAME -- COMMAND`.",
    ]);
    expect(mcpCardLines([server], layout(80))).toEqual([
      "🔌  MCP Tools",
      "",
      "  • docs",
      "    • Status: enabled",
      "    • Auth: Unsupported",
      "    • Command: npx -y docs --dir .",
      "    • Tools: find, get",
    ]);
    const failed: McpServerStatus = {
      ...server,
      name: "web\x1b[2J",
      status: "failed",
      auth: "not_logged_in",
      where: "https://x.y",
      error: "no\nanswer",
      tools: [],
    };
    expect(verboseMcpCardLines([server, failed], layout(80)).slice(7)).toEqual([
      "    • Resources: (none)",
      "    • Resource templates: docs://{page}",
      "    • Env: TOKEN=*****",
      "",
      "  • web",
      "    • Status: failed: no answer",
      "    • Auth: Not logged in",
      "    • URL: https://x.y",
      "    • Tools: (none)",
      "    • Resources: (none)",
      "    • Resource templates: docs://{page}",
      "    • Env: TOKEN=*****",
    ]);
  });
});

describe("the last words", () => {
  const thread = {
    usage: usage(406, 40, 80, 20),
    id: "01a2020d-0853-7941-bd1f-20e592d92c39",
    name: "my thread",
    resumable: true,
  };

  test("say what was used and how to go on", () => {
    expect(exitLines(thread)).toEqual([
      "Token usage: total=446 input=366 (+ 40 cached) output=80 (reasoning 20)",
      "To continue this session, run codex resume, then select my thread (01a2020d-0853-7941-bd1f-20e592d92c39)",
    ]);
    expect(
      exitLines({ ...thread, usage: usage(1_234_567, 0, 1000, 0), name: undefined }, (text) => `<${text}>`),
    ).toEqual([
      "Token usage: total=1,235,567 input=1,234,567 output=1,000",
      "To continue this session, run <codex resume 01a2020d-0853-7941-bd1f-20e592d92c39>",
    ]);
  });

  test("are missing where there is nothing to say", () => {
    expect(exitLines({ ...thread, usage: usage(0, 0, 0, 0), resumable: false })).toEqual([]);
  });
});
