// What keys and pastes do to the composer: sending, modes, recall, search, popups (tui.md 2, 3, 4).

import { describe, expect, test } from "bun:test";
import { plainDraft } from "../../../src/ui/composer/draft";
import { bench, SKILLS } from "./keyboard";

const sent = (text: string) => ({ type: "submit", input: plainDraft(text) }) as const;

describe("sending", () => {
  test("Enter sends what was written, trimmed, and empties the composer", () => {
    const b = bench();
    b.type("  hello ");
    expect(b.press("enter")).toEqual([sent("hello")]);
    expect(b.text()).toBe("");
  });

  test("Enter and Tab do nothing when there is nothing to send", () => {
    const b = bench();
    expect(b.press("enter", "tab")).toEqual([]);
    b.type("   ");
    expect(b.press("enter", "tab")).toEqual([]);
  });

  test.each([["ctrl-j"], ["shift-enter"], ["alt-enter"], ["ctrl-m"]])("%s begins a new line", (key) => {
    const b = bench();
    b.type("one");
    expect(b.press(key)).toEqual([]);
    b.type("two");
    expect(b.press("enter")).toEqual([sent("one\ntwo")]);
  });

  test("Tab queues while a turn runs and sends otherwise", () => {
    const b = bench();
    b.run(true);
    b.type("later");
    expect(b.press("tab")).toEqual([{ type: "queue", input: plainDraft("later"), command: undefined }]);
    b.run(false);
    b.type("now");
    expect(b.press("tab")).toEqual([sent("now")]);
  });

  test("Enter while a turn runs sends at once: the session steers with it", () => {
    const b = bench();
    b.run(true);
    b.type("also this");
    expect(b.press("enter")).toEqual([sent("also this")]);
  });

  test("a message that is too long stays, and the notice says how long it is", () => {
    const b = bench();
    const text = "x".repeat(1_048_577);
    b.composer.restore(plainDraft(text));
    expect(b.press("enter")).toEqual([
      {
        type: "notice",
        level: "error",
        text: "Message exceeds the maximum length of 1048576 characters (1048577 provided).",
      },
    ]);
    expect(b.text()).toBe(text);
    b.press("backspace");
    expect(b.press("enter")).toEqual([sent(text.slice(1))]);
  });
});

describe("slash commands", () => {
  test.each([
    ["/compact", "compact", ""],
    ["/review look at the tests", "review", "look at the tests"],
    ["/clean", "stop", ""],
  ])("%j runs a command", (text, name, args) => {
    const b = bench();
    b.type(text);
    expect(b.press("enter")).toEqual([
      { type: "command", name, args, display: text, input: plainDraft(args) },
    ]);
    expect(b.text()).toBe("");
  });

  test("a command that does not exist stays to be mended", () => {
    const b = bench();
    b.type("/bogus");
    expect(b.press("enter")).toEqual([{ type: "unknown_command", name: "bogus" }]);
    expect(b.text()).toBe("/bogus");
  });

  test.each([
    ["/etc/hosts is odd", "/etc/hosts is odd"],
    [" /compact", "/compact"],
    ["/ 2 is a half", "/ 2 is a half"],
    ["/compact please", "/compact please"],
  ])("%j is a message", (text, message) => {
    const b = bench();
    b.type(text);
    expect(b.press("enter")).toEqual([sent(message)]);
  });

  test("Tab after a whole command queues it while a turn runs", () => {
    const b = bench();
    b.run(true);
    b.type("/compact ");
    expect(b.press("tab")).toMatchObject([
      { type: "queue", input: plainDraft("/compact"), command: { type: "command", name: "compact" } },
    ]);
    b.type(" /compact");
    expect(b.press("tab")).toEqual([{ type: "queue", input: plainDraft("/compact"), command: undefined }]);
  });

  test("what follows a command keeps its images", () => {
    const b = bench();
    b.type("/plan see ");
    b.paste("/shot.png");
    const [action] = b.press("enter");
    expect(action).toMatchObject({
      type: "command",
      name: "plan",
      args: "see [Image #1]",
      input: { images: [{ placeholder: "[Image #1]", path: "/shot.png" }] },
    });
  });

  test("the popup lists all commands, then those that match: the same name and beginnings before scattered letters", () => {
    const b = bench();
    b.type("/");
    expect(b.shown().slice(2)).toHaveLength(8);
    b.type("m");
    expect(
      b
        .shown()
        .slice(2)
        .map((line) => line.trim().split(" ")[0]),
    ).toEqual(["/model", "/mention", "/compact", "/permissions"]);
    b.type("x");
    expect(b.shown()).toEqual(["› /mx|"]);
  });

  test("Up, Down, Ctrl-P and Ctrl-N choose, round at the ends; Tab completes; Enter runs", () => {
    const b = bench();
    b.type("/");
    b.press("up");
    expect(b.shown().at(-1)).toContain("/exit");
    b.press("down", "ctrl-n", "ctrl-n", "ctrl-p", "tab");
    expect(b.text()).toBe("/permissions ".trim());
    expect(b.shown()).toEqual(["› /permissions |"]);
    b.press("ctrl-u");
    b.type("/rev");
    expect(b.press("enter")).toMatchObject([{ type: "command", name: "review", args: "" }]);
  });

  test("Esc closes the popup and leaves the text; another word opens it again", () => {
    const b = bench();
    b.type("/mod");
    b.run(true);
    expect(b.press("escape")).toEqual([]);
    expect(b.shown()[0]).toBe("› /mod|");
    expect(b.shown().join()).not.toContain("What model does");
    b.type("e");
    expect(b.shown().join()).not.toContain("What model does");
    b.press("ctrl-u");
    b.type("/mod");
    expect(b.shown().join()).toContain("What model does");
  });
});

describe("a small terminal", () => {
  test("the selected choice is always among those that are shown", () => {
    const b = bench();
    b.type("/");
    for (let n = 0; n < 7; n++) b.press("down");
    const { lines } = b.screen(40, { rows: 5 });
    expect(lines).toEqual([
      "› /",
      "",
      "  /plan         What plan does",
      "  /stop         What stop does",
      "  /quit         What quit does",
    ]);
  });

  test("of a long text the rows around the cursor are shown", () => {
    const b = bench();
    b.composer.restore(plainDraft(Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n")));
    expect(b.screen(40, { rows: 4 })).toEqual({
      lines: ["  line 26", "  line 27", "  line 28", "  line 29"],
      cursor: { row: 3, column: 9 },
    });
    b.press("up", "up");
    expect(b.screen(40, { rows: 4 })).toMatchObject({ lines: { 0: "  line 26" }, cursor: { row: 1 } });
    for (let n = 0; n < 27; n++) b.press("up");
    expect(b.screen(40, { rows: 4 }).lines[0]).toBe("› line 0");
    b.press("down");
    expect(b.screen(40, { rows: 4 })).toMatchObject({ lines: { 0: "› line 0" }, cursor: { row: 1 } });
  });

  test("what stands at the right of a hint gives way", () => {
    const b = bench();
    b.run(true);
    b.type("x");
    expect(b.screen(60, { right: "100% context left" }).lines.at(-1)).toBe(
      "  tab to queue message                    100% context left",
    );
    expect(b.screen(38, { right: "100% context left" }).lines.at(-1)).toBe("  tab to queue message");
  });
});

describe("shell mode", () => {
  test("a first ! becomes the mark, and Enter runs the rest in the shell", () => {
    const b = bench();
    b.type("!ls -la");
    expect(b.shown()[0]).toBe("! ls -la|");
    expect(b.press("enter")).toEqual([{ type: "shell", command: "ls -la" }]);
    expect(b.shown()[0]).toStartWith("› |");
  });

  test("Tab does not send it; while a turn runs Enter does", () => {
    const b = bench();
    b.run(true);
    b.type("!ls");
    expect(b.press("tab")).toEqual([]);
    expect(b.press("enter")).toEqual([{ type: "shell", command: "ls" }]);
  });

  test("Backspace on nothing and Esc leave it", () => {
    const b = bench();
    b.press("!", "backspace");
    expect(b.shown()[0]).toStartWith("› |");
    b.type("!ls");
    b.run(true);
    expect(b.press("escape")).toEqual([]);
    expect(b.shown()[0]).toBe("› ls|");
  });

  test("alone it explains itself", () => {
    const b = bench();
    b.press("!");
    expect(b.press("enter")).toMatchObject([{ type: "notice", level: "info" }]);
    expect(b.shown()[0]).toStartWith("! |");
  });

  test("a ! anywhere else is a character", () => {
    const b = bench();
    b.type("well!");
    expect(b.press("enter")).toEqual([sent("well!")]);
  });

  test("neither commands nor skills are offered in it, and it comes back from the history", () => {
    const b = bench();
    b.type("!/re $re");
    expect(b.shown()).toHaveLength(3);
    b.press("enter", "up");
    expect(b.shown()[0]).toBe("! /re $re|");
  });
});

describe("pastes", () => {
  test("a paste is put in as it is, with plain line ends, and never sends", () => {
    const b = bench();
    expect(b.paste("one\r\ntwo\rthree\t")).toEqual([]);
    expect(b.text()).toBe("one\ntwo\nthree");
    expect(b.press("enter")).toEqual([sent("one\ntwo\nthree")]);
  });

  test("1000 characters are text, 1001 a placeholder that is written out when sent", () => {
    const b = bench();
    b.paste("x".repeat(1000));
    expect(b.text()).toBe("x".repeat(1000));
    b.press("ctrl-c");
    b.paste("🙂".repeat(1001));
    expect(b.text()).toBe("[Pasted Content 1001 chars]");
    expect(b.press("enter")).toEqual([
      {
        type: "submit",
        input: {
          ...plainDraft("🙂".repeat(1001)),
          display: "[Pasted Content 1001 chars]",
          pastes: [{ placeholder: "[Pasted Content 1001 chars]", text: "🙂".repeat(1001) }],
        },
      },
    ]);
  });

  test("pastes of the same size are numbered, and go one by one", () => {
    const b = bench();
    for (const letter of "abc") b.paste(letter.repeat(1500));
    expect(b.text()).toBe(
      "[Pasted Content 1500 chars][Pasted Content 1500 chars] #2[Pasted Content 1500 chars] #3",
    );
    b.press("left", "backspace");
    expect(b.text()).toBe("[Pasted Content 1500 chars][Pasted Content 1500 chars] #2");
    expect(b.composer.draft().text).toBe("a".repeat(1500) + "c".repeat(1500));
  });

  test("characters at the pace of a paste keep their line ends", () => {
    const b = bench();
    expect(b.burst("if x:\n\tdo?\n")).toEqual([]);
    expect(b.composer.draft().text).toBe("if x:\n\tdo?");
    b.wait(200);
    expect(b.press("enter")).toEqual([sent("if x:\n\tdo?")]);
  });

  test("Enter shortly after a burst is still part of it; two quick letters are no burst", () => {
    const b = bench();
    b.burst("abc");
    b.wait(50);
    expect(b.press("enter")).toEqual([]);
    expect(b.shown()).toEqual(["› abc", "  |"]);
    b.press("ctrl-c");
    b.wait(1000);
    b.burst("ab");
    expect(b.press("enter")).toEqual([sent("ab")]);
  });

  test("a burst of text and Enter in one does not send", () => {
    const b = bench();
    expect(b.burst("hello\n", 0)).toEqual([]);
    expect(b.text()).toBe("hello");
  });

  test("a burst that begins with a key of the composer is text from its first character on", () => {
    const b = bench();
    b.burst("??abc");
    expect(b.shown()).toEqual(["› ??abc|"]);
  });

  test("a long burst becomes a placeholder while it comes", () => {
    const b = bench();
    const text = "line of text\n".repeat(120);
    b.burst(text);
    expect(b.text()).toBe("[Pasted Content 1560 chars]");
    expect(b.composer.draft().text).toBe(text);
    b.wait(500);
    b.type("!");
    expect(b.text()).toBe("[Pasted Content 1560 chars]!");
  });

  test("without the guess Enter sends at any pace", () => {
    const b = bench({ pasteBurst: false });
    expect(b.burst("hello\n")).toEqual([sent("hello")]);
  });

  test("a pasted line with a first ! is a shell command, several lines are not", () => {
    const b = bench();
    b.paste("!ls");
    expect(b.shown()[0]).toBe("! ls|");
    b.press("ctrl-c");
    b.paste("![a](b)\n!ls");
    expect(b.press("enter")).toEqual([sent("![a](b)\n!ls")]);
  });
});

describe("images", () => {
  test("the path of an image attaches it", () => {
    const b = bench();
    b.type("see ");
    b.paste("/one.png");
    b.type(" and ");
    b.composer.attachImage("/two.png");
    expect(b.press("enter")).toEqual([
      {
        type: "submit",
        input: {
          ...plainDraft("see [Image #1] and [Image #2]"),
          images: [
            { placeholder: "[Image #1]", path: "/one.png" },
            { placeholder: "[Image #2]", path: "/two.png" },
          ],
        },
      },
    ]);
  });

  test("deleting a placeholder detaches its image and numbers the rest anew", () => {
    const b = bench();
    for (const name of ["/one.png", "/two.png", "/three.png"]) b.paste(name);
    b.press("home", "right", "delete");
    expect(b.composer.draft()).toMatchObject({
      text: "[Image #1][Image #2]",
      images: [
        { placeholder: "[Image #1]", path: "/one.png" },
        { placeholder: "[Image #2]", path: "/three.png" },
      ],
    });
  });

  test("a draft comes back as it was", () => {
    const b = bench();
    b.type("a ");
    b.paste("/one.png");
    b.paste("x".repeat(2000));
    b.paste("y".repeat(2000));
    b.type(" b");
    const draft = b.composer.draft();
    b.press("ctrl-c");
    b.composer.restore(draft);
    expect(b.composer.draft()).toEqual(draft);
    b.press("left", "left", "backspace");
    expect(b.composer.draft().pastes).toHaveLength(1);
  });

  test("several drafts come back one below the other, each with its own images", () => {
    const b = bench();
    const draft = (path: string) => ({
      ...plainDraft("[Image #1] x"),
      images: [{ placeholder: "[Image #1]", path }],
    });
    b.composer.restore(draft("/one.png"), draft("/two.png"));
    expect(b.composer.draft()).toMatchObject({
      text: "[Image #1] x\n[Image #2] x",
      images: [{ path: "/one.png" }, { path: "/two.png" }],
    });
  });

  test("images that a restored prompt does not mention come before its text", () => {
    const b = bench();
    b.composer.restore({ ...plainDraft("look"), images: [{ placeholder: "[Image #1]", path: "/one.png" }] });
    expect(b.text()).toBe("[Image #1]look");
    b.press("home", "delete");
    expect(b.composer.draft()).toEqual(plainDraft("look"));
  });

  test("the editor's text replaces the draft; images whose placeholders are gone are gone", () => {
    const b = bench();
    b.paste("/one.png");
    b.paste("/two.png");
    b.composer.edited("only [Image #2] here\n\n");
    expect(b.composer.draft()).toMatchObject({
      text: "only [Image #1] here",
      images: [{ placeholder: "[Image #1]", path: "/two.png" }],
    });
  });
});

describe("earlier prompts", () => {
  test("Up and Down walk through this session's prompts, then through those of earlier ones", () => {
    const b = bench({ earlier: ["older", "oldest"] });
    b.type("newest");
    b.press("enter", "up");
    expect(b.shown()).toEqual(["› newest|"]);
    b.press("up");
    expect(b.text()).toBe("older");
    b.press("up", "up", "up");
    expect(b.text()).toBe("oldest");
    b.press("down", "down");
    expect(b.text()).toBe("newest");
    b.press("down");
    expect(b.text()).toBe("");
    b.press("down");
    expect(b.text()).toBe("");
  });

  test("an edited prompt is not walked away from", () => {
    const b = bench({ earlier: ["one", "two"] });
    b.press("up");
    b.type("!");
    b.press("up");
    expect(b.text()).toBe("one!");
    expect(b.shown()).toEqual(["› |one!"]);
  });

  test("in the middle of a recalled prompt Up moves the cursor", () => {
    const b = bench({ earlier: ["first line\nsecond line", "before"] });
    b.press("up", "left", "up");
    expect(b.shown()).toEqual(["› first line|", "  second line"]);
    b.press("home", "up");
    expect(b.text()).toBe("before");
  });

  test("the same prompt twice in a row counts once", () => {
    const b = bench({ earlier: ["b", "b", "a"] });
    b.press("up", "up");
    expect(b.text()).toBe("a");
  });

  test("prompts of this session come back with their attachments", () => {
    const b = bench();
    b.paste("/one.png");
    b.paste("x".repeat(1200));
    const draft = b.composer.draft();
    b.press("enter", "up");
    expect(b.composer.draft()).toEqual(draft);
  });

  test("a recalled command opens no popup, so that Up goes on", () => {
    const b = bench({ earlier: ["/model", "before"] });
    b.press("up");
    expect(b.shown()).toEqual(["› /model|"]);
    b.press("up");
    expect(b.text()).toBe("before");
  });

  test("what Ctrl-C cleared can be had again", () => {
    const b = bench();
    b.type("almost");
    expect(b.press("ctrl-c")).toEqual([]);
    expect(b.text()).toBe("");
    b.press("up");
    expect(b.text()).toBe("almost");
  });

  test("in a text of several rows Up and Down move between them, then to its ends", () => {
    const b = bench();
    b.paste("one\ntwo");
    b.press("up");
    expect(b.shown()).toEqual(["› one|", "  two"]);
    b.press("up");
    expect(b.shown()).toEqual(["› |one", "  two"]);
    b.press("down", "down");
    expect(b.shown()).toEqual(["› one", "  two|"]);
  });
});

describe("search through the history", () => {
  const earlier = ["slow tests", "fix it", "Slow start", "slow tests", "other"];

  test("Ctrl-R finds as one types, further back and forward again", () => {
    const b = bench({ earlier });
    b.type("draft");
    b.press("ctrl-r");
    expect(b.shown()).toEqual(["› draft", "", "  reverse-i-search: |  enter accept · esc cancel"]);
    b.type("slo");
    expect(b.shown()).toEqual(["› slow tests", "", "  reverse-i-search: slo|  enter accept · esc cancel"]);
    b.press("ctrl-r");
    expect(b.text()).toBe("Slow start");
    b.press("ctrl-s");
    expect(b.text()).toBe("slow tests");
    b.press("ctrl-r", "ctrl-r", "ctrl-r");
    expect(b.text()).toBe("slow tests");
    expect(b.shown().at(-1)).toBe("  reverse-i-search: slo|  no match · esc cancel");
  });

  test("Enter keeps what was found as a draft, Esc and Ctrl-C bring the old one back", () => {
    const b = bench({ earlier });
    b.type("draft");
    b.press("ctrl-r");
    b.type("fix");
    expect(b.press("enter")).toEqual([]);
    expect(b.shown()).toEqual(["› fix it|"]);
    for (const key of ["escape", "ctrl-c"]) {
      b.press("ctrl-r");
      b.type("oth");
      expect(b.text()).toBe("other");
      expect(b.press(key)).toEqual([]);
      expect(b.text()).toBe("fix it");
    }
  });

  test("a key that edits takes what was found and does its work there", () => {
    const b = bench({ earlier });
    b.press("ctrl-r");
    b.type("fix");
    b.press("ctrl-a");
    expect(b.shown()).toEqual(["› |fix it"]);
  });

  test("Backspace looks again for less; what is nowhere is said so and changes nothing", () => {
    const b = bench({ earlier });
    b.press("ctrl-r");
    b.type("fixx");
    expect(b.shown()).toEqual(["› fix it", "", "  reverse-i-search: fixx|  no match · esc cancel"]);
    b.press("backspace", "backspace", "backspace", "backspace");
    b.type("zzz");
    b.press("enter");
    expect(b.text()).toBe("");
  });
});

describe("files", () => {
  test("@ and letters ask for files; a choice takes the place of the word, without the @", () => {
    const b = bench();
    expect(b.type("look @")).toEqual([]);
    expect(b.shown()[2]).toBe("  keep typing to search for files");
    expect(b.type("RE")).toEqual([
      { type: "search_files", query: "R" },
      { type: "search_files", query: "RE" },
    ]);
    b.composer.fileResults("R", ["late.txt"]);
    expect(b.shown()[2]).toBe("  searching…");
    b.composer.fileResults("RE", ["README.md", "src/re.ts"]);
    expect(b.shown().slice(2)).toEqual(["  README.md", "  src/re.ts"]);
    expect(b.press("down", "tab")).toEqual([]);
    expect(b.shown()).toEqual(["› look src/re.ts |"]);
  });

  test("a path with blanks is quoted, an image is attached", () => {
    const b = bench();
    b.type("@x");
    b.composer.fileResults("x", ["my file.txt"]);
    b.press("enter");
    expect(b.text()).toBe('"my file.txt"');
    b.type("@y");
    b.composer.fileResults("y", ["pictures/y.png"]);
    b.press("enter");
    expect(b.composer.draft().images).toEqual([{ placeholder: "[Image #1]", path: "/work/pictures/y.png" }]);
  });

  test("without results Enter sends; Esc closes the popup for this word only", () => {
    const b = bench();
    b.type("mail @nobody");
    b.composer.fileResults("nobody", []);
    expect(b.shown()[2]).toBe("  no matches");
    expect(b.press("enter")).toEqual([sent("mail @nobody")]);
    b.type("@a");
    b.press("escape");
    expect(b.type("b")).toEqual([]);
    expect(b.shown()).toEqual(["› @ab|"]);
    expect(b.type(" @c")).toEqual([{ type: "search_files", query: "c" }]);
  });

  test("results that come again keep what was selected", () => {
    const b = bench();
    b.type("@a");
    b.composer.fileResults("a", ["a1", "a2"]);
    b.press("down");
    b.composer.fileResults("a", ["a0", "a1", "a2"]);
    b.press("tab");
    expect(b.text()).toBe("a2");
  });

  test("an address of mail is no file", () => {
    expect(bench().type("me@example.com")).toEqual([]);
  });

  test("the cursor may be in the middle of the word", () => {
    const b = bench();
    b.paste("see @src/main now");
    b.press("alt-left", "left", "left");
    expect(b.press("left")).toEqual([]);
    b.composer.fileResults("src/main", ["src/main.ts"]);
    b.press("tab");
    expect(b.text()).toBe("see src/main.ts  now");
  });
});

describe("skills", () => {
  test("$ offers skills and inserts their names, which are sent linked", () => {
    const b = bench();
    b.type("do $");
    expect(b.shown().slice(2)).toEqual([
      "  release      [Skill] Make a release",
      "  review-code  [Skill] Look closely",
      "  Press enter to insert or esc to close",
    ]);
    b.type("rel");
    expect(b.press("enter")).toEqual([]);
    b.type("now");
    expect(b.press("enter")).toEqual([
      {
        type: "submit",
        input: {
          ...plainDraft("do $release now"),
          skills: [{ name: "release", path: "/skills/release/SKILL.md" }],
        },
      },
    ]);
  });

  test("a variable that is no skill is text, and skills that are switched off are not offered", () => {
    const b = bench({ skills: () => SKILLS.map((skill) => ({ ...skill, enabled: false })) });
    b.type("echo $re");
    expect(b.shown()).toEqual(["› echo $re|"]);
    b.type("lease");
    expect(b.press("enter")).toEqual([sent("echo $release")]);
  });
});

describe("keys for the session", () => {
  test("Esc interrupts a turn; twice on an empty composer it asks for earlier messages", () => {
    const b = bench();
    b.run(true);
    expect(b.press("escape")).toEqual([{ type: "interrupt" }]);
    b.run(false);
    expect(b.press("escape")).toEqual([]);
    expect(b.shown()[2]).toBe("  esc again to edit previous message");
    expect(b.press("escape")).toEqual([{ type: "edit_previous" }]);
    b.press("escape", "a", "backspace");
    expect(b.press("escape")).toEqual([]);
  });

  test("Ctrl-C closes, then clears, then interrupts, then quits", () => {
    const b = bench();
    b.run(true);
    b.type("/mo");
    expect(b.press("ctrl-c", "ctrl-c", "ctrl-c")).toEqual([{ type: "interrupt" }]);
    b.run(false);
    b.press("?");
    expect(b.press("ctrl-c", "ctrl-c")).toEqual([{ type: "quit" }]);
  });

  test("Ctrl-D leaves on an empty composer and deletes otherwise", () => {
    const b = bench();
    b.type("ab");
    expect(b.press("home", "ctrl-d")).toEqual([]);
    expect(b.text()).toBe("b");
    expect(b.press("ctrl-d", "ctrl-d")).toEqual([{ type: "leave" }]);
    b.press("!");
    expect(b.press("ctrl-d")).toEqual([]);
  });

  test.each([
    ["shift-tab", { type: "mode" }],
    ["ctrl-t", { type: "transcript" }],
    ["ctrl-o", { type: "copy" }],
    ["ctrl-g", { type: "editor" }],
    ["ctrl-v", { type: "paste_image" }],
    ["ctrl-alt-v", { type: "paste_image" }],
    ["alt-,", { type: "effort", by: -1 }],
    ["shift-up", { type: "effort", by: 1 }],
    ["ctrl-l", { type: "clear_screen" }],
    ["ctrl-z", { type: "suspend" }],
  ] as const)("%s", (key, action) => {
    const b = bench();
    b.type("draft");
    expect(b.press(key)).toEqual([action]);
    expect(b.text()).toBe("draft");
  });

  test("Ctrl-L waits for the turn to end; the last queued message can be had back while it runs", () => {
    const b = bench();
    expect(b.press("alt-up", "shift-left")).toEqual([]);
    b.run(true);
    expect(b.press("alt-up", "shift-left")).toEqual([{ type: "edit_queued" }, { type: "edit_queued" }]);
    expect(b.press("ctrl-l")).toEqual([
      { type: "notice", level: "error", text: "Ctrl+L is disabled while a task is in progress." },
    ]);
  });

  test("? shows the shortcuts on an empty composer only, and any other key hides them", () => {
    const b = bench();
    b.press("?");
    expect(b.shown()[2]).toBe("  / for commands                             ! for shell commands");
    expect(b.shown().join("\n")).toContain(
      "ctrl + j for newline                       tab to submit message",
    );
    b.press("?");
    expect(b.shown()).toHaveLength(1);
    b.press("?", "a", "?");
    expect(b.shown()).toEqual(["› a?|"]);
  });

  test("the shortcuts name the keys as they are bound, and what they do now", () => {
    const b = bench();
    b.run(true);
    b.press("?");
    const { lines } = b.screen(80, { distinguishesKeys: true });
    expect(lines.join("\n")).toContain("shift + enter for newline                  tab to queue message");
    expect(lines.join("\n")).toContain("ctrl + c to interrupt");
  });
});

describe("vim's keys", () => {
  test("start where they are asked for, and say their mode", () => {
    const b = bench({ vim: true });
    expect(b.screen(40, { footer: "  model" }).lines.at(-1)).toBe("  model                    -- NORMAL --");
    b.type("iab");
    expect(b.screen(40).lines).toEqual(["› ab", "", "                           -- INSERT --"]);
    b.press("escape", "x");
    expect(b.press("enter")).toEqual([sent("a")]);
    b.type("ob");
    expect(b.press("enter")).toEqual([sent("b")]);
  });

  test("Esc leaves insert mode first, and only then interrupts", () => {
    const b = bench();
    b.run(true);
    expect(b.composer.toggleVim()).toBe("on");
    expect(b.press("escape")).toEqual([]);
    expect(b.press("escape")).toEqual([{ type: "interrupt" }]);
    expect(b.composer.toggleVim()).toBe("off");
    expect(b.press("escape")).toEqual([{ type: "interrupt" }]);
  });

  test("on an empty prompt / and ! begin a command, and ? shows the shortcuts", () => {
    const b = bench({ vim: true });
    b.type("/comp");
    expect(b.press("enter")).toMatchObject([{ type: "command", name: "compact" }]);
    b.press("escape");
    b.press("?");
    expect(b.shown().join()).toContain("/ for commands");
  });

  test("j and k walk through the history as the arrows do", () => {
    const b = bench({ vim: true, earlier: ["one", "two"] });
    b.press("k", "k");
    expect(b.text()).toBe("two");
    b.press("j");
    expect(b.text()).toBe("one");
  });
});
