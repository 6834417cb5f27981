// Scenarios of patches that can be applied: every kind of hunk, and what people see of them.

import { customCall, functionCall, respond } from "../support/responses-server";
import { DIFF_SHOWN_ONCE, replaced } from "./differences";
import { DONE, LETTERS, one, patch } from "./patching";
import { human, type Scenario } from "./scenario";

export const patches: readonly Scenario[] = [
  one("patch-add", {
    about: "a new file in a new folder",
    script: [patch("*** Add File: sub/new.txt", "+one", "+", "+two")],
  }),
  one("patch-add-existing", {
    about: "adding a file that exists replaces it",
    files: { "a.txt": "old\n" },
    script: [patch("*** Add File: a.txt", "+new")],
  }),
  one("patch-update", {
    about: "a changed line",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "@@", " b", "-c", "+C", " d")],
  }),
  one("patch-update-chunks", {
    about: "several chunks with context headers",
    files: { "a.py": "class A:\n  def f(self):\n    return 1\n\nclass B:\n  def f(self):\n    return 1\n" },
    script: [
      patch(
        "*** Update File: a.py",
        "@@ class B:",
        "@@   def f(self):",
        "-    return 1",
        "+    return 2",
        "@@",
        "+# the end",
      ),
    ],
  }),
  one("patch-update-end-of-file", {
    about: "a chunk tied to the end of the file",
    files: { "a.txt": "x\nend\nx\nend\n" },
    script: [patch("*** Update File: a.txt", "@@", " x", "-end", "+END", "*** End of File")],
  }),
  one("patch-update-no-newline", {
    about: "a file without final line break gets one",
    files: { "a.txt": "one\ntwo" },
    script: [patch("*** Update File: a.txt", "@@", " one", "-two", "+TWO")],
  }),
  one("patch-update-fuzzy", {
    about: "spaces at line ends and typographic characters do not stand in the way",
    files: { "a.txt": "it\u2019s \u201cfine\u201d   \nnext\n" },
    script: [patch("*** Update File: a.txt", "@@", ' it\'s "fine"', "-next", "+last")],
    differs: [
      replaced(
        "unchanged lines that matched only loosely",
        ['it\'s "fine"\nlast\n', "it\u2019s \u201cfine\u201d   \nlast\n"],
        [
          '-it\u2019s \u201cfine\u201d   \n-next\n+it\'s "fine"\n+last\n',
          " it\u2019s \u201cfine\u201d   \n-next\n+last\n",
        ],
      ),
    ],
  }),
  one("patch-update-crlf", {
    about: "a file with CRLF line ends",
    files: { "a.txt": "one\r\ntwo\r\nthree\r\n" },
    script: [patch("*** Update File: a.txt", "@@", " one", "-two", "+TWO", " three")],
    differs: [
      replaced(
        "line endings, BOM and final blank lines of a patched file",
        ["-one\r\n-two\r\n-three\r\n+one\n+TWO\n+three\n", " one\r\n-two\r\n+TWO\r\n three\r\n"],
        ["one\nTWO\nthree\n", "one\r\nTWO\r\nthree\r\n"],
      ),
    ],
  }),
  one("patch-delete", {
    about: "a deleted file",
    files: { "a.txt": LETTERS, "b.txt": "stays\n" },
    script: [patch("*** Delete File: a.txt")],
  }),
  one("patch-move", {
    about: "a file moved and changed",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "*** Move to: sub/b.txt", "@@", "-a", "+A")],
  }),
  one("patch-move-over", {
    about: "a file moved over another",
    files: { "a.txt": LETTERS, "b.txt": "old\n" },
    script: [patch("*** Update File: a.txt", "*** Move to: b.txt", "@@", "-a", "+A")],
  }),
  one("patch-many", {
    about: "all kinds of hunks in one patch, reported by path",
    files: { "z.txt": LETTERS, "gone.txt": "x\n", "from.txt": "1\n2\n" },
    script: [
      patch(
        "*** Update File: z.txt",
        "@@",
        "-a",
        "+A",
        "*** Delete File: gone.txt",
        "*** Add File: b.txt",
        "+b",
        "*** Update File: from.txt",
        "*** Move to: to.txt",
        "@@",
        "-2",
        "+two",
      ),
    ],
  }),
  {
    name: "patch-many-human",
    about: "people see what a patch changed, and the diff of the turn",
    files: { "z.txt": LETTERS, "gone.txt": "x\n", "from.txt": "1\n2\n" },
    script: [
      patch(
        "*** Update File: z.txt",
        "@@",
        "-a",
        "+A",
        "*** Delete File: gone.txt",
        "*** Add File: b.txt",
        "+b",
        "*** Update File: from.txt",
        "*** Move to: to.txt",
        "@@",
        "-2",
        "+two",
      ),
      DONE,
    ],
    runs: [human("go")],
    differs: [DIFF_SHOWN_ONCE],
  },
  {
    name: "patch-twice-human",
    about: "the diff of the turn is that of both patches, and shown again after a command",
    files: { "a.txt": LETTERS },
    script: [
      patch("*** Update File: a.txt", "@@", "-a", "+A"),
      patch("*** Update File: a.txt", "@@", "-g", "+G"),
      respond(functionCall("exec_command", { cmd: "true" }, "c1")),
      DONE,
    ],
    runs: [human("go")],
    differs: [DIFF_SHOWN_ONCE],
  },
  one("patch-same-file-twice", {
    about: "two hunks for one file",
    files: { "a.txt": LETTERS },
    script: [patch("*** Update File: a.txt", "@@", "-a", "+A", "*** Update File: a.txt", "@@", "-g", "+G")],
  }),
  one("patch-through-link", {
    about: "a path with dots is that of the file it leads to",
    files: { "sub/a.txt": LETTERS },
    script: [patch("*** Update File: sub/../sub/./a.txt", "@@", "-a", "+A")],
  }),
  one("patch-absolute", {
    about: "an absolute path",
    files: { "a.txt": LETTERS },
    script: [
      (_request, { workspace }) =>
        respond(
          customCall(
            "apply_patch",
            `*** Begin Patch\n*** Update File: ${workspace}/a.txt\n@@\n-a\n+A\n*** End Patch`,
            "p1",
          ),
        ),
    ],
  }),
];
