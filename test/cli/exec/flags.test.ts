// How exec takes over the options that stand before it.

import { describe, expect, test } from "bun:test";
import { parseArgv } from "../../../src/cli/argv";
import { execFlags, type ExecFlags } from "../../../src/cli/exec/flags";
import { CODEX } from "../../../src/cli/table";

function flags(...argv: string[]): ExecFlags {
  const parsed = parseArgv(CODEX, argv);
  if (parsed.type !== "run") throw new Error(`expected a command, got ${parsed.type}`);
  return execFlags(parsed.invocation);
}

test("nothing given is nothing asked", () => {
  expect(flags("exec")).toEqual({
    images: [],
    overrides: [],
    enable: [],
    disable: [],
    strictConfig: false,
    profile: undefined,
    model: undefined,
    oss: false,
    localProvider: undefined,
    sandboxMode: undefined,
    bypass: false,
    bypassHookTrust: false,
    fullAuto: false,
    cd: undefined,
    addDirs: [],
    skipGitRepoCheck: false,
    ephemeral: false,
    ignoreUserConfig: false,
    ignoreRules: false,
    noStdin: false,
    outputSchema: undefined,
    outputLastMessage: undefined,
    json: false,
    colour: "auto",
  });
});

describe("options before the word exec", () => {
  test("single values count unless exec has its own", () => {
    expect(flags("-m", "a", "-C", "/r", "-p", "rp", "exec")).toMatchObject({
      model: "a",
      cd: "/r",
      profile: "rp",
    });
    expect(flags("-m", "a", "-C", "/r", "-p", "rp", "exec", "-m", "b", "-C", "/e", "-p", "ep")).toMatchObject(
      {
        model: "b",
        cd: "/e",
        profile: "ep",
      },
    );
  });

  test("lists are joined, those of the root first", () => {
    const all = flags(
      "-i",
      "a,b",
      "--add-dir",
      "/1",
      "-c",
      "x=1",
      "exec",
      "-i",
      "c",
      "--add-dir",
      "/2",
      "-c",
      "x=2",
    );
    expect(all).toMatchObject({ images: ["a", "b", "c"], addDirs: ["/1", "/2"], overrides: ["x=1", "x=2"] });
    expect(flags("--enable", "a", "--disable", "b", "exec", "--enable", "c")).toMatchObject({
      enable: ["a", "c"],
      disable: ["b"],
    });
  });

  test("switches of either level count", () => {
    expect(flags("--oss", "--strict-config", "exec")).toMatchObject({ oss: true, strictConfig: true });
    expect(flags("exec", "--oss", "--strict-config")).toMatchObject({ oss: true, strictConfig: true });
  });

  test("the approval policy and web search have no effect", () => {
    expect(flags("-a", "never", "--search", "exec", "x")).toEqual(flags("exec", "x"));
  });
});

describe("confinement", () => {
  const confined = (...argv: string[]) => {
    const { sandboxMode, bypass } = flags(...argv);
    return { sandboxMode, bypass };
  };

  test("what exec says replaces what the root said as a whole", () => {
    expect(confined("-s", "workspace-write", "exec", "-s", "read-only")).toEqual({
      sandboxMode: "read-only",
      bypass: false,
    });
    expect(confined("--yolo", "exec", "-s", "read-only")).toEqual({
      sandboxMode: "read-only",
      bypass: false,
    });
    expect(confined("-s", "read-only", "exec", "--yolo")).toEqual({ sandboxMode: undefined, bypass: true });
    expect(confined("--yolo", "exec")).toEqual({ sandboxMode: undefined, bypass: true });
    expect(confined("-s", "read-only", "exec")).toEqual({ sandboxMode: "read-only", bypass: false });
  });

  test("--full-auto is workspace-write, whatever -s says", () => {
    expect(flags("exec", "--full-auto", "-s", "danger-full-access")).toMatchObject({
      sandboxMode: "workspace-write",
      bypass: false,
      fullAuto: true,
    });
    expect(flags("--full-auto", "exec")).toMatchObject({ sandboxMode: "workspace-write", fullAuto: false });
  });
});

test("global options of exec count after its subcommands too", () => {
  const words =
    "resume --json --ephemeral --skip-git-repo-check -m m -o out --ignore-rules --no-stdin --yolo id";
  expect(flags("exec", "-s", "read-only", ...words.split(" "))).toMatchObject({
    json: true,
    ephemeral: true,
    skipGitRepoCheck: true,
    model: "m",
    outputLastMessage: "out",
    ignoreRules: true,
    noStdin: true,
    bypass: true,
  });
  expect(flags("exec", "-i", "a", "--json", "resume", "-i", "b,c", "-i", "d", "id", "x").images).toEqual([
    ..."abcd",
  ]);
});

test("all the rest is exec's own", () => {
  const all = flags(
    ..."exec --json --ephemeral --ignore-user-config --ignore-rules --no-stdin --skip-git-repo-check -o out --output-schema s --color never".split(
      " ",
    ),
    "--local-provider=ollama",
    "-",
  );
  expect(all).toMatchObject({
    json: true,
    ephemeral: true,
    ignoreUserConfig: true,
    ignoreRules: true,
    noStdin: true,
    skipGitRepoCheck: true,
    outputLastMessage: "out",
    outputSchema: "s",
    colour: "never",
    localProvider: "ollama",
  });
});
