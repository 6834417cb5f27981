// Seeing through shells and wrappers: what must not be missed, and what is sure to be no more than it says.

import { describe, expect, test } from "bun:test";
import { coveredCommands, visibleCommands } from "../../src/rules/shell-view";

const bash = (script: string) => ["bash", "-lc", script];

describe("visible commands", () => {
  for (const script of [
    "rm x",
    "ls; rm x",
    "ls && rm x | cat",
    "(rm x)",
    "{ rm x; }",
    "rm x &",
    "! rm x",
    "time rm x",
    "if a; then b; elif c; then rm x; fi",
    "while a; do rm x; done",
    "until rm x; do a; done",
    "for f in $(rm x); do a; done",
    "case $(rm x) in *) a;; esac",
    "case a in b) rm x;; esac",
    "f() { rm x; }",
    "function f { rm x; }; f",
    "echo $(rm x)",
    'echo "a $(b "$(rm x)")"',
    "echo `rm x`",
    "echo `echo \\`rm x\\``",
    "cat <(rm x)",
    "a > $(rm x)",
    "A=$(rm x) a",
    "A=$(rm x)",
    "a=(b $(rm x))",
    "${a:-$(rm x)}",
    "echo $((1 + $(rm x)))",
    "[[ -n $(rm x) ]]",
    "cat <<E\n$(rm x)\nE",
    "bash <<'E'\nrm x\nE",
    "sh -s <<E\nrm x\nE",
    "bash <<< 'rm x'",
    "bash -c 'rm x'",
    "/bin/sh -ec 'rm x'",
    "bash -o errexit -c 'rm x'",
    "bash -c \"bash -c 'rm x'\"",
    "eval 'rm x'",
    "eval rm x",
    "trap 'rm x' EXIT",
    "coproc rm x",
    "sudo rm x",
    "sudo -u root -n A=1 rm x",
    "env A=1 rm x",
    "env -i -u B A=1 rm x",
    "env -S 'rm x'",
    "nice -n 5 rm x",
    "nohup rm x",
    "timeout -k 5 10 rm x",
    "xargs -n 1 -I {} rm x",
    "find . -name a -exec rm x \\;",
    "find . -execdir rm x +",
    "command rm x",
    "exec rm x",
    "busybox rm x",
    "stdbuf -o L rm x",
    "ls | (cd a && rm x)",
    "r\\m x",
    "'rm' x",
    'r"m" x',
    "rm 'x'",
    "rm x # comment",
    "rm x > log 2>&1",
    "a ; rm x ; (",
    "coproc N { rm x; }",
    "select a in b; do rm x; done",
  ]) {
    test(JSON.stringify(script), () => expect(visibleCommands(bash(script))).toContainEqual(["rm", "x"]));
  }

  test("are not in text", () => {
    for (const script of [
      "echo 'rm x'",
      'echo "rm x"',
      "# rm x",
      "echo rm x",
      "cat <<'E'\n$(rm x)\nE",
      "cat <<E\nrm x\nE",
      "git commit -m 'rm x'",
      "echo \\$\\(rm x\\)",
    ]) {
      expect(visibleCommands(bash(script))).not.toContainEqual(["rm", "x"]);
    }
  });

  test("begin with the argv itself", () => {
    expect(visibleCommands(["git", "push"])).toEqual([["git", "push"]]);
    expect(visibleCommands(bash("ls"))).toEqual([bash("ls"), ["ls"]]);
  });
});

describe("covered commands", () => {
  const rows: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ["make test", [["make", "test"]]],
    ["make 'a b' \"c\"", [["make", "a b", "c"]]],
    ["make && ls | cat; id", [["make"], ["ls"], ["cat"], ["id"]]],
    ["CI=1 make", [["make"]]],
    ["CI='1' LANG=C make", [["make"]]],
    ["env CI=1 make", [["make"]]],
    ["time make", [["make"]]],
    ["timeout 60 make x", [["make", "x"]]],
    ["nice -n 10 nohup make", [["make"]]],
    ["make 2>&1 | tail", [["make"], ["tail"]]],
    ["make >/dev/null 2>/dev/null < /dev/null", [["make"]]],
    ["make # why not", [["make"]]],
    ["# first\nmake\n# last", [["make"]]],
    ["bash -c 'make; ls'", [["make"], ["ls"]]],
    ["sh -c 'CI=1 bash -lc \"timeout 5 make\"'", [["make"]]],
  ];
  for (const [script, commands] of rows) {
    test(JSON.stringify(script), () => expect(coveredCommands(bash(script))).toEqual(commands));
  }

  test("are not known when the script can do more than that", () => {
    for (const script of [
      "make > log",
      "make < in",
      "make >> /dev/sda",
      "make 2>&$x",
      "make &> log",
      "make <<E\nx\nE",
      "make <<< x",
      "make &",
      "! make",
      "(make)",
      "{ make; }",
      "if make; then ls; fi",
      "f() { make; }",
      "make $x",
      'make "$x"',
      "make $(x)",
      "make `x`",
      "make <(x)",
      "make \\x",
      "make {a,b}",
      "$x make",
      "PATH=. make",
      "LD_PRELOAD=x make",
      "BASH_ENV=x make",
      "GIT_SSH_COMMAND=x git push",
      "NODE_OPTIONS=-r make",
      "CI=$(x) make",
      "CI=`x` make",
      'CI="$x" make',
      "CI=1",
      "CI=1; make",
      "CI[0]=1 make",
      "CI=(1) make",
      "export CI=1",
      "make ||",
      "make )",
      "make 'a",
      "",
      "# only a comment",
    ]) {
      expect(`${script} ${JSON.stringify(coveredCommands(bash(script)))}`).toBe(`${script} undefined`);
    }
  });

  test("keep wrappers that do matter", () => {
    for (const words of [
      ["sudo", "make"],
      ["env", "-i", "make"],
      ["env", "PATH=.", "make"],
      ["xargs", "make"],
      ["command", "-v", "make"],
      ["time", "-o", "f", "make"],
      ["timeout", "60"],
      ["bash", "-c", "make", "x"],
      ["bash", "script"],
    ]) {
      expect(coveredCommands(words)).toEqual([words]);
    }
  });
});
