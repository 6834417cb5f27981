// The story of `codex demo`: what the scripted model says to each request, judged by what really came back from the tools.

/** A request reduced to what the script looks at: the tool outputs so far, oldest first. */
export type Progress = { readonly outputs: readonly string[] };

export type Move =
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "run"; readonly command: string }
  | { readonly type: "plan"; readonly done: number }
  | { readonly type: "patch"; readonly patch: string };

export const PROMPT = "The check of this project fails. Find out why, fix it, and make sure that it passes.";

/** Only `sh` is needed: no git, no Python, no coreutils. */
export const FILES: Readonly<Record<string, string>> = {
  "prices.txt": "apples 3\npears 4\nplums 5\n",
  "total.sh": `# Prints the sum of the prices in prices.txt.
total=0
while read -r name price; do
  total=$((total - price))
done < prices.txt
echo "$total"
`,
  "check.sh": `# Fails unless total.sh adds up the prices.
got=$(sh total.sh)
if [ "$got" = 12 ]; then
  echo "ok: the total is 12"
else
  echo "FAILED: the total is $got, expected 12"
  exit 1
fi
`,
};

/** Lies beside the workspace, where nothing may be written. */
export const OUTSIDE_NAME = "outside.txt";

const LOOK = `for file in *; do echo "== $file"; while IFS= read -r line; do printf '%s\\n' "$line"; done < "$file"; done`;
const CHECK = "sh check.sh";
const ESCAPE = `echo escaped > ../${OUTSIDE_NAME}`;

const PATCH = `*** Begin Patch
*** Update File: total.sh
@@ while read -r name price; do
-  total=$((total - price))
+  total=$((total + price))
*** End Patch`;

const STEPS = ["Look at the files and run the check", "Fix the cause", "Run the check again"];

/** The arguments of update_plan with the first \`done\` steps completed. */
export function planArguments(done: number): object {
  return {
    plan: STEPS.map((step, index) => ({
      step,
      status: index < done ? "completed" : index === done ? "in_progress" : "pending",
    })),
  };
}

/** What the model does next. A tool that did not answer as it should ends the story with the reason. */
export function nextMoves({ outputs }: Progress): readonly Move[] {
  const last = outputs.at(-1) ?? "";
  switch (outputs.length) {
    case 0:
      return [
        say("I'll look at the files, then run the check to see it fail."),
        { type: "plan", done: 0 },
        run(LOOK),
      ];
    case 2:
      return last.includes("total - price") ? [run(CHECK)] : stop("the files could not be read", last);
    case 3:
      if (!last.includes("exited with code 1")) return stop("the check was expected to fail first", last);
      return [
        say("`total.sh` subtracts each price instead of adding it. I'll change that one line."),
        { type: "plan", done: 1 },
        { type: "patch", patch: PATCH },
      ];
    case 5:
      return last.includes("M total.sh")
        ? [{ type: "plan", done: 2 }, run(CHECK)]
        : stop("the patch did not apply", last);
    case 7:
      if (!last.includes("exited with code 0")) return stop("the check still fails", last);
      return [
        say(
          "The check passes. Now I'll try to write a file outside this folder; the sandbox should refuse it.",
        ),
        run(ESCAPE),
      ];
    case 8:
      if (last.includes("exited with code 0"))
        return stop("the sandbox let a write outside the workspace pass", last);
      return [{ type: "plan", done: 3 }];
    case 9:
      return [say(report())];
    default:
      return stop("the conversation took an unexpected turn", last);
  }
}

/** Begins every ending of the story that is not the good one. */
export const FAILURE_PREFIX = "The demo did not go as it should: ";

function report(): string {
  return [
    "The check passes now.",
    "",
    "- Cause: `total.sh:4` subtracted each price from the total instead of adding it.",
    "- Fix: one line in `total.sh`; `sh check.sh` failed before it and prints `ok: the total is 12` after it.",
    `- A write to \`../${OUTSIDE_NAME}\`, outside the workspace, was refused by the sandbox.`,
  ].join("\n");
}

function say(text: string): Move {
  return { type: "say", text };
}

function run(command: string): Move {
  return { type: "run", command };
}

function stop(reason: string, output: string): readonly Move[] {
  return [say(`${FAILURE_PREFIX}${reason}.\n\n${output}`)];
}
