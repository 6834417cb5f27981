// What `codex doctor` looks at on the machine: system, executable, programs that it uses, terminal.

import { statSync } from "node:fs";
import { arch, release, type, version } from "node:os";
import { describeSandbox } from "../../sandbox/probe";
import { VERSION } from "../../util/version";
import { isTerminal } from "../terminal";
import { ownInstallMethod } from "../update/install-method";
import type { Check, Finding, Subject } from "./check";

export const ENVIRONMENT_CHECKS: readonly Check[] = [
  { id: "system.environment", category: "Environment", name: "system", look: system },
  { id: "runtime.provenance", category: "Environment", name: "runtime", look: runtime },
  { id: "installation", category: "Environment", name: "install", look: installation },
  { id: "sandbox.helpers", category: "Environment", name: "sandbox", look: sandbox },
  { id: "runtime.search", category: "Environment", name: "search", look: search },
  { id: "git.environment", category: "Environment", name: "git", look: git },
  { id: "terminal.env", category: "Environment", name: "terminal", look: terminal },
];

function system({ env }: Subject): Finding {
  return {
    status: "ok",
    summary: `${type()} ${release()} on ${arch()}`,
    details: {
      kernel: version(),
      LANG: env["LANG"] ?? "not set",
      EDITOR: env["VISUAL"] ?? env["EDITOR"] ?? "not set",
      SHELL: env["SHELL"] ?? "not set",
    },
  };
}

function runtime(): Finding {
  return {
    status: "ok",
    summary: `codex ${VERSION}`,
    details: {
      executable: process.execPath,
      size: `${Math.round(statSync(process.execPath).size / 1e6)} MB`,
      runtime: `bun ${Bun.version}+${Bun.revision.slice(0, 9)}`,
      target: `${process.platform}-${process.arch}`,
    },
  };
}

function installation({ env, codexHome }: Subject): Finding {
  const method = ownInstallMethod(codexHome, env);
  const onPath = Bun.which("codex", { PATH: env["PATH"] ?? "" });
  const details = { method: method.type, "codex on PATH": onPath ?? "none" };
  if (onPath === null || sameFile(onPath, process.execPath)) {
    return { status: "ok", summary: method.type === "other" ? "consistent" : `by ${method.type}`, details };
  }
  return {
    status: "warning",
    summary: `\`codex\` on PATH is another program: ${onPath}`,
    details,
    remediation: `Put ${process.execPath} first on PATH, or remove the other one.`,
  };
}

function sameFile(a: string, b: string): boolean {
  const [one, other] = [statSync(a), statSync(b)];
  return one.dev === other.dev && one.ino === other.ino;
}

function sandbox({ cwd, codexHome, env, config }: Subject): Finding {
  const windows = "toml" in config ? config.toml.windows : undefined;
  const { rung, why, notEnforced } = describeSandbox({ cwd, codexHome, env, windows });
  if (rung === "none") return { status: "fail", summary: why };
  const details = notEnforced.length === 0 ? {} : { "does not prevent": notEnforced.join("\n") };
  return { status: rung === "landlock" ? "warning" : "ok", summary: `${rung}: ${why}`, details };
}

function search({ env }: Subject): Finding {
  const found = Bun.which("rg", { PATH: env["PATH"] ?? "" });
  if (found !== null) return { status: "ok", summary: "ripgrep", details: { rg: found } };
  return {
    status: "warning",
    summary: "ripgrep (rg) is not on PATH",
    remediation:
      "Models like to search with it; install the package ripgrep. Without it they use grep and find.",
  };
}

function git({ env, config }: Subject): Finding {
  const found = Bun.which("git", { PATH: env["PATH"] ?? "" });
  const project = "type" in config ? {} : { "project root": config.projectRoot };
  if (found !== null) return { status: "ok", summary: "git", details: { git: found, ...project } };
  return {
    status: "warning",
    summary: "git is not on PATH",
    remediation:
      "Install git: without it there are no reviews, no branch names, and `codex undo` knows only patches.",
  };
}

async function terminal({ env }: Subject): Promise<Finding> {
  const [stdin, stdout] = await Promise.all([isTerminal(0), isTerminal(1)]);
  const term = env["TERM"] ?? "not set";
  const details = {
    TERM: term,
    TERM_PROGRAM: env["TERM_PROGRAM"] ?? "not set",
    COLORTERM: env["COLORTERM"] ?? "not set",
    NO_COLOR: env["NO_COLOR"] ?? "not set",
    multiplexer: env["TMUX"] !== undefined ? "tmux" : env["ZELLIJ"] !== undefined ? "zellij" : "none",
    "stdin, stdout": [stdin, stdout].map((yes) => (yes ? "terminal" : "no terminal")).join(", "),
  };
  if (term === "dumb") {
    return {
      status: "warning",
      summary: "TERM is dumb: the prompt UI has no live lines here",
      details,
      remediation: "Set TERM to what your terminal is, for example xterm-256color.",
    };
  }
  return { status: "ok", summary: `TERM=${term}`, details };
}
