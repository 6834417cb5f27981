// Scenarios of patches that cannot be applied, may not be, or come another way than as a patch.

import { customCall, functionCall, respond } from "../support/responses-server";
import { replaced } from "./differences";
import { DONE, LETTERS, one, patch } from "./patching";
import { human, type Scenario } from "./scenario";

export const badPatches: readonly Scenario[] = [
  one("patch-not-a-patch", {
    about: "text that is no patch",
    script: [respond(customCall("apply_patch", "hello", "p1"))],
  }),
  one("patch-no-end", {
    about: "a patch without end",
    script: [respond(customCall("apply_patch", "*** Begin Patch\n*** Add File: a.txt\n+x\n", "p1"))],
  }),
  one("patch-empty", {
    about: "a patch without hunks",
    script: [respond(customCall("apply_patch", "*** Begin Patch\n*** End Patch\n", "p1"))],
  }),
  one("patch-bad-hunk", {
    about: "a line that is no hunk",
    script: [patch("*** Frobnicate File: a.txt", "+x")],
  }),
  one("patch-bad-line", {
    about: "an update with a line that is none of the three kinds",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "@@", "-a", "+A", "oops")],
  }),
  one("patch-update-empty", {
    about: "an update without changes",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt")],
  }),
  one("patch-missing-context", {
    about: "lines that are not in the file",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "@@", " b", "-not there", "+C")],
  }),
  one("patch-missing-header", {
    about: "a context header that is not in the file",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "@@ class Z", "-a", "+A")],
  }),
  one("patch-missing-file", {
    about: "an update of a file that is not there",
    script: [patch("*** Update File: no.txt", "@@", "-a", "+A")],
  }),
  one("patch-delete-missing", {
    about: "a deletion of a file that is not there",
    script: [patch("*** Delete File: no.txt")],
  }),
  one("patch-delete-folder", {
    about: "a deletion of a folder",
    files: { "sub/a.txt": LETTERS },
    script: [patch("*** Delete File: sub")],
  }),
  one("patch-below-file", {
    about: "a new file below a file",
    files: { "a.txt": LETTERS },
    script: [patch("*** Add File: a.txt/b.txt", "+x")],
    differs: [
      replaced("a patch of a session that fails half-way", [
        "Failed to write file <box>/workspace/a.txt/b.txt\n",
        "Failed to write file <box>/workspace/a.txt/b.txt\nReason: Not a directory (os error 20)\nNo file was changed.\n",
      ]),
    ],
  }),
  one("patch-half", {
    about: "a patch whose second hunk fails leaves the first undone",
    files: { "a.txt": LETTERS },
    script: [patch("*** Add File: new.txt", "+x", "*** Update File: a.txt", "@@", "-nope", "+A")],
  }),
  one("patch-outside", {
    about: "a patch outside the writable roots",
    script: [patch("*** Add File: ../out.txt", "+x")],
  }),
  one("patch-git-folder", {
    about: "a patch inside .git",
    script: [patch("*** Add File: .git/hooks/x", "+x")],
  }),
  {
    name: "patch-read-only",
    about: "a patch in read-only",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "@@", "-a", "+A"), DONE],
    runs: [{ args: ["exec", "--json", "-s", "read-only", "go"] }],
  },
  {
    name: "patch-full-access",
    about: "with full access a patch may write anywhere",
    script: [
      patch("*** Add File: ../out.txt", "+x"),
      respond(functionCall("exec_command", { cmd: "cat ../out.txt" }, "c1")),
      DONE,
    ],
    runs: [{ args: ["exec", "--json", "-s", "danger-full-access", "go"] }],
  },
  {
    name: "patch-failed-human",
    about: "people see nothing of a patch that is refused",
    script: [patch("*** Add File: ../out.txt", "+x"), DONE],
    runs: [human("go")],
  },
  one("patch-as-function", {
    about: "a patch sent as a function call",
    ours: 'a patch sent as a JSON function call, `{"input": "…"}`',
    script: [
      respond(
        functionCall(
          "apply_patch",
          { input: "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch" },
          "p1",
        ),
      ),
    ],
  }),
  one("patch-in-shell", {
    about: "a patch in a heredoc of a command is applied as a patch",
    script: [
      respond(
        functionCall(
          "exec_command",
          { cmd: "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch\nEOF" },
          "c1",
        ),
      ),
    ],
  }),
  one("patch-in-shell-folder", {
    about: "a heredoc patch after cd is applied in that folder",
    files: { "sub/keep.txt": "x\n" },
    script: [
      respond(
        functionCall(
          "shell_command",
          {
            command:
              "cd sub && apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch\nEOF\n",
          },
          "c1",
        ),
      ),
    ],
  }),
  one("patch-in-shell-bad", {
    about: "a heredoc patch that cannot be applied",
    files: { "a.txt": LETTERS },
    script: [
      respond(
        functionCall(
          "exec_command",
          {
            cmd: "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.txt\n@@\n-nope\n+x\n*** End Patch\nEOF",
          },
          "c1",
        ),
      ),
    ],
  }),
  one("patch-in-shell-piped", {
    about: "apply_patch in a script is a program of its own",
    script: [
      respond(
        functionCall(
          "exec_command",
          {
            cmd: "printf '*** Begin Patch\\n*** Add File: a.txt\\n+x\\n*** End Patch\\n' | apply_patch; echo rc $?",
            login: false,
          },
          "c1",
        ),
      ),
    ],
  }),
  one("patch-raw-command", {
    about: "a patch sent as the command itself",
    script: [
      respond(
        functionCall(
          "exec_command",
          { cmd: "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch" },
          "c1",
        ),
      ),
    ],
  }),
];
