// Attacks on files outside the writable folders, and on what is protected inside them.

import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Confined } from "../../support/confined";
import { tryAll, type Probe, type Scene } from "./probe";

const outside = (place: Confined) => join(place.outside, "file");
const inside = (place: Confined) => join(place.workspace, "own");
const onOutside = ({ place }: Scene) => [outside(place)];
const withoutGit = (place: Confined) => rmSync(join(place.workspace, ".git"), { recursive: true });

const BOTH = ["workspace-write", "read-only"] as const;

function onFile(attack: string, name: string): Probe {
  return { modes: BOTH, name, attack: ["files", attack], args: onOutside };
}

tryAll("a file outside", [
  onFile("write", "is not written by its path"),
  onFile("append", "is not appended to"),
  onFile("remove", "is not removed"),
  onFile("chmod", "does not change its mode"),
  onFile("chmod_descriptor", "does not change its mode through a descriptor"),
  onFile("touch", "does not change its times"),
  onFile("attribute", "gets no attribute"),
  onFile("truncate", "is not truncated"),
  onFile("inode_flags", "does not change its inode flags"),
  onFile("through_descriptor", "is not opened for writing through a descriptor for reading"),
  onFile("through_path_descriptor", "is not opened for writing through a path descriptor"),
  onFile("through_threads", "is not written through the root of a thread"),
  onFile("through_every_root", "is not written through the root or folder of any process"),
  { ...onFile("through_handle", "is not opened by a file handle"), control: "root" },
  {
    name: "is not written through a link that is there",
    attack: ["files", "write"],
    args: ({ place }) => [join(place.workspace, "link")],
  },
  {
    name: "is not made through a folder link that is there",
    attack: ["files", "create"],
    args: ({ place }) => [join(place.workspace, "folder-link", "planted")],
  },
  {
    name: "is not made by a path that leads up",
    attack: ["files", "create"],
    args: () => ["sub/../../outside/planted"],
  },
  {
    name: "is not written through a new link",
    attack: ["files", "through_new_link"],
    args: ({ place }) => [outside(place), inside(place)],
  },
  {
    name: "is not written through a new hard link",
    attack: ["files", "through_hard_link"],
    args: ({ place }) => [outside(place), inside(place)],
  },
  {
    name: "is not moved in",
    attack: ["files", "move_in"],
    args: ({ place }) => [outside(place), inside(place)],
  },
  {
    name: "is not replaced by one of ours",
    attack: ["files", "move_over"],
    args: ({ place }) => [inside(place), outside(place)],
  },
  {
    name: "is not exchanged for one of ours",
    attack: ["files", "swap_with"],
    args: ({ place }) => [outside(place), inside(place)],
  },
  {
    name: "is not made from one without a name",
    attack: ["files", "nameless"],
    args: ({ place }) => [place.workspace, join(place.outside, "planted")],
  },
  {
    name: "is not made by a race of links against folders",
    attack: ["files", "race"],
    args: ({ place }) => [place.workspace, place.outside],
  },
]);

tryAll("descriptors that came with the command", [
  {
    name: "at any number are closed",
    attack: ["files", "inherited"],
    args: () => ["planted"],
    holding: (place) => ["descriptors", place.outside],
  },
  {
    name: "that are a file on stdin do not open it for writing",
    attack: ["files", "inherited"],
    args: () => ["planted"],
    stdin: true,
    holding: (place) => ["standard_input", "file", outside(place)],
  },
  {
    name: "that are a folder on stdin do not open it for writing",
    attack: ["files", "inherited"],
    args: () => ["planted"],
    stdin: true,
    holding: (place) => ["standard_input", "folder", place.outside],
  },
  {
    name: "that are a path on stdin do not open it for writing",
    attack: ["files", "inherited"],
    args: () => ["planted"],
    stdin: true,
    holding: (place) => ["standard_input", "path", outside(place)],
  },
  {
    name: "that are the path of a folder on stdin do not open it for writing",
    attack: ["files", "inherited"],
    args: () => ["planted"],
    stdin: true,
    holding: (place) => ["standard_input", "path", place.outside],
  },
  {
    name: "that are a file without a name on stdin do not open it for writing",
    attack: ["files", "inherited"],
    args: () => ["planted"],
    // Where its going is no sign of harm.
    prepare: (place) => writeFileSync(join(place.tmp, "nameless"), "outside\n"),
    stdin: true,
    holding: (place) => ["standard_input", "deleted", join(place.tmp, "nameless")],
    says: /left b'harmed/,
  },
]);

tryAll("a log that the command's output is appended to", [
  {
    name: "keeps what was in it",
    attack: ["files", "shorten"],
    holding: (place) => ["output", join(place.tmp, "log")],
    prepare: (place) => writeFileSync(join(place.tmp, "log"), "earlier\n"),
    leaves: ({ place }) => !readFileSync(join(place.tmp, "log"), "utf8").startsWith("earlier"),
  },
]);

const NAMES = [".git", ".codex", ".agents"] as const;

tryAll("what is protected in the workspace", [
  {
    name: "keeps its git settings",
    attack: ["files", "append"],
    args: ({ place }) => [join(place.workspace, ".git/config")],
  },
  {
    name: "gets no git hook",
    attack: ["files", "create"],
    args: ({ place }) => [join(place.workspace, ".git/hooks/pre-commit")],
  },
  {
    name: "keeps its git settings when they are linked elsewhere",
    attack: ["files", "through_hard_link"],
    args: ({ place }) => [join(place.workspace, ".git/config"), inside(place)],
  },
  ...NAMES.map((name): Probe => ({
    name: `is not made: ${name}`,
    attack: ["files", "create"],
    args: ({ place }) => [join(place.workspace, name, "planted")],
    prepare: withoutGit,
  })),
  ...NAMES.map((name): Probe => ({
    name: `is not replaced by a folder of ours: ${name}`,
    attack: ["files", "replace_folder"],
    args: ({ place }) => [place.workspace, name],
  })),
  ...NAMES.map((name): Probe => ({
    name: `is not replaced by a link: ${name}`,
    attack: ["files", "link_in_place"],
    args: ({ place }) => [place.workspace, name, place.outside],
  })),
  {
    name: "is not made in the temporary folder either",
    attack: ["files", "create"],
    args: ({ place }) => [join(place.tmp, ".codex/planted")],
  },
  {
    name: "is not made by processes that outlive the command",
    attack: ["files", "after_the_end"],
    args: ({ place }) => [place.workspace, ".codex"],
    leaves: ({ place }) => waitFor(() => Bun.file(join(place.workspace, ".codex", "planted")).size > 0),
  },
  {
    name: "is not got at by moving the folders above it",
    attack: ["files", "move_parents"],
    prepare: (place) => mkdirSync(join(place.tmp, "a/b/.git"), { recursive: true }),
    cwd: (place) => join(place.tmp, "a/b"),
    args: ({ place }) => [join(place.tmp, "a/b"), place.tmp, ".git"],
    leaves: ({ place }) => Bun.file(join(place.tmp, "a/b/.git/planted")).size > 0,
  },
  {
    name: "includes what a .git file points to",
    attack: ["files", "create"],
    prepare(place) {
      withoutGit(place);
      mkdirSync(join(place.tmp, "main/.git/worktrees/w"), { recursive: true });
      writeFileSync(join(place.tmp, "main/.git/worktrees/w/commondir"), "../..\n");
      writeFileSync(join(place.workspace, ".git"), `gitdir: ${join(place.tmp, "main/.git/worktrees/w")}\n`);
    },
    args: ({ place }) => [join(place.tmp, "main/.git/hooks/post-commit")],
    leaves: ({ place }) => Bun.file(join(place.tmp, "main/.git/hooks/post-commit")).size > 0,
  },
]);

tryAll("CODEX_HOME", [
  {
    name: "keeps its settings",
    attack: ["files", "append"],
    prepare: (place) => writeFileSync(join(place.codexHome, "config.toml"), "# mine\n"),
    args: ({ place }) => [join(place.codexHome, "config.toml")],
  },
  {
    name: "gets no rules",
    attack: ["files", "create"],
    args: ({ place }) => [join(place.codexHome, "rules/default.rules")],
  },
  {
    name: "gets no session",
    attack: ["files", "create"],
    args: ({ place }) => [join(place.codexHome, "sessions/2026/01/01/rollout-planted.jsonl")],
  },
  {
    name: "keeps its settings when it lies in the workspace under another name",
    attack: ["files", "append"],
    prepare(place) {
      mkdirSync(join(place.workspace, "settings"));
      writeFileSync(join(place.workspace, "settings/config.toml"), "# mine\n");
    },
    env: (place) => ({ CODEX_HOME: join(place.workspace, "settings") }),
    args: ({ place }) => [join(place.workspace, "settings/config.toml")],
    leaves: ({ place }) => Bun.file(join(place.workspace, "settings/config.toml")).size > 7,
  },
  {
    name: "gets no rules through its folder of memories",
    attack: ["files", "through_new_link"],
    prepare(place) {
      mkdirSync(join(place.codexHome, "memories"));
      mkdirSync(join(place.codexHome, "rules"));
      writeFileSync(join(place.codexHome, "rules/default.rules"), "");
    },
    args: ({ place }) => [join(place.codexHome, "rules/default.rules"), join(place.codexHome, "memories/x")],
  },
]);

tryAll("a writable folder", [
  {
    name: "that does not exist yet does not become a link to another",
    attack: ["files", "create"],
    env: (place) => ({ TMPDIR: join(place.workspace, "missing") }),
    first: {
      attack: ["files", "link"],
      args: ({ place }) => [place.outside, join(place.workspace, "missing")],
    },
    args: ({ place }) => [join(place.workspace, "missing/planted")],
  },
  {
    name: "that is a link inside another does not become a link to somewhere else",
    attack: ["files", "create"],
    prepare(place) {
      mkdirSync(join(place.root, "data"));
      symlinkSync(join(place.root, "data"), join(place.workspace, "data"));
    },
    flags: (place) => ["-c", `sandbox_workspace_write.writable_roots=["${join(place.workspace, "data")}"]`],
    first: {
      attack: ["files", "link"],
      args: ({ place }) => [place.outside, join(place.workspace, "data")],
    },
    args: ({ place }) => [join(place.workspace, "data/planted")],
  },
  {
    name: "of the configuration that does not exist yet does not become a link to another",
    attack: ["files", "create"],
    flags: (place) => ["-c", `sandbox_workspace_write.writable_roots=["${join(place.tmp, "a/missing")}"]`],
    prepare: (place) => mkdirSync(join(place.tmp, "a")),
    first: {
      attack: ["files", "link"],
      args: ({ place }) => [place.outside, join(place.tmp, "a/missing")],
    },
    args: ({ place }) => [join(place.tmp, "a/missing/planted")],
  },
]);

function waitFor(condition: () => boolean): boolean {
  const end = performance.now() + 300;
  while (performance.now() < end) if (condition()) return true;
  return false;
}
