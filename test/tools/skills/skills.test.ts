// Skills: where they are found, what the model is told of them, and when it gets the whole text.

import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { findSkills } from "../../../src/tools/skills/discover";
import { skillsSection, skillTexts } from "../../../src/tools/skills/mention";
import { message, respond } from "../../support/responses-server";
import { scripted } from "../../support/exec-run";
import { newTexts, textsOf, threadBox } from "../../support/thread-box";
import { tempFolder } from "../../support/temp-folder";

const skill = (name: string, description = `About ${name}.`) =>
  `---\nname: ${name}\ndescription: ${description}\n---\n\nThe text of ${name}.\n`;

const answers = (count: number) => Array.from({ length: count }, (_, n) => respond(message(`answer ${n}`)));

describe("the search", () => {
  test("looks in the repository, at the user's and at the system's, outermost repository folder last but cwd", async () => {
    using folder = tempFolder({
      "home/skills/mine/SKILL.md": skill("mine"),
      "home/skills/.system/bundled/SKILL.md": skill("bundled"),
      "repo/.codex/skills/a/SKILL.md": skill("a"),
      "repo/.agents/skills/b/SKILL.md": skill("b"),
      "repo/sub/.agents/skills/group/c/SKILL.md": skill("c"),
      "repo/other/.agents/skills/d/SKILL.md": skill("d"),
    });
    const place = {
      codexHome: join(folder.path, "home"),
      cwd: join(folder.path, "repo/sub"),
      projectRoot: join(folder.path, "repo"),
    };
    const found = (toml: Parameters<typeof findSkills>[0]["toml"]) =>
      findSkills({ ...place, toml }).skills.filter(({ path }) => path.startsWith(folder.path));
    expect(found({}).map(({ name, scope }) => `${name} ${scope}`)).toEqual([
      "a repo",
      "mine user",
      "bundled system",
      "b repo",
      "c repo",
    ]);
    expect(found({ skills: { bundled: { enabled: false } } }).map(({ name }) => name)).not.toContain(
      "bundled",
    );
    const off = found({
      skills: {
        config: [
          { name: "mine", enabled: false },
          { path: join(place.cwd, "../.agents/skills/b/SKILL.md"), enabled: false },
        ],
      },
    });
    expect(off.filter(({ enabled }) => !enabled).map(({ name }) => name)).toEqual(["mine", "b"]);
  });

  test("follows links, once, and tells of files that are no skills", async () => {
    using folder = tempFolder({
      "real/one/SKILL.md": skill("one"),
      "home/skills/bad/SKILL.md": "no front matter",
      "home/skills/nameless/SKILL.md": "---\ndescription: x\n---\n",
      "home/skills/broken/SKILL.md": "---\nname: [\n---\n",
      "home/skills/.hidden/SKILL.md": skill("hidden"),
      "cwd/x": "",
    });
    mkdirSync(join(folder.path, "home/skills/links"));
    symlinkSync(join(folder.path, "real/one"), join(folder.path, "home/skills/links/one"));
    symlinkSync(join(folder.path, "home/skills"), join(folder.path, "home/skills/loop"));
    const cwd = join(folder.path, "cwd");
    const found = findSkills({ codexHome: join(folder.path, "home"), cwd, projectRoot: cwd, toml: {} });
    expect(found.skills.filter(({ path }) => path.startsWith(folder.path)).map(({ name }) => name)).toEqual([
      "one",
    ]);
    expect(found.problems.map((problem) => problem.replace(/^.*?: /, "")).sort()).toEqual([
      "`name` is missing",
      "it does not begin with front matter between lines of `---`",
      expect.stringContaining("its front matter cannot be read"),
    ]);
  });
});

test("links that lead in a circle keep no session from beginning, and no other skill from being found", async () => {
  await using run = await scripted(answers(1), { files: { ".agents/skills/good/SKILL.md": skill("good") } });
  const skills = join(run.box.workspace, ".agents/skills");
  symlinkSync("round", join(skills, "round"));
  mkdirSync(join(skills, "bad"));
  symlinkSync("SKILL.md", join(skills, "bad/SKILL.md"));
  const { exitCode } = await run.exec(["go"]);
  expect(exitCode).toBe(0);
  expect(run.server.requests[0]?.text).toContain("About good.");
});

describe("the list", () => {
  const many = Array.from({ length: 200 }, (_, n) => ({
    ...{
      name: `s${n}`,
      description: "d".repeat(100),
      path: `/s${n}/SKILL.md`,
      scope: "user" as const,
      enabled: true,
    },
  }));

  test("is cut where it would take too much of the context, and says so", () => {
    const section = skillsSection(many, 50_000) ?? "";
    expect(section).toStartWith("<skills_instructions>");
    expect(section).toContain("- s0: ddd");
    expect(section).toMatch(/- and \d+ more, which do not fit in this list/);
    expect(section.length).toBeLessThan(50_000 * 0.02 * 4 + 1500);
    expect(skillsSection([], 50_000)).toBeNull();
  });

  test("names of two skills are ambiguous, disabled ones are not there", () => {
    const [first, second] = many;
    if (first === undefined || second === undefined) throw new Error("unreachable");
    const twice = [first, { ...second, name: first.name }];
    expect(skillTexts([{ type: "text", text: "use $s0" }], twice)).toEqual([]);
    expect(skillTexts([{ type: "skill", name: "s0", path: second.path }], twice)).toHaveLength(1);
    expect(skillTexts([{ type: "text", text: "use $s0" }], [{ ...first, enabled: false }])).toEqual([]);
  });
});

describe("a prompt", () => {
  const files = {
    ".agents/skills/greet/SKILL.md": skill("greet"),
    ".agents/skills/other/SKILL.md": skill("other"),
  };

  test("that names a skill is followed by its text, for that turn", async () => {
    await using it = await threadBox(answers(2), { files });
    await it.turn("please $greet them, and $greet again, not $nobody");
    const texts = textsOf(it.server.requests[0]);
    expect(texts.some((text) => text.includes("- greet: About greet. (file: "))).toBe(true);
    const path = join(it.box.workspace, ".agents/skills/greet/SKILL.md");
    expect(texts.at(-1)).toBe(
      `<skill>\n<name>greet</name>\n<path>${path}</path>\n${skill("greet").trimEnd()}\n</skill>`,
    );
    expect(texts.filter((text) => text.startsWith("<skill>"))).toHaveLength(1);
    await it.turn("more");
    expect(newTexts(it.server, 1)).toEqual(["answer 0", "more"]);
    expect(it.thread.userMessages().map(({ text }) => text)).toHaveLength(2);
    expect(it.thread.skills().map(({ name }) => name)).toEqual(["greet", "other"]);
  });

  test("of exec does the same", async () => {
    await using it = await scripted(answers(1), { files });
    await it.exec(["do $other"]);
    expect(textsOf(it.server.requests[0]).at(-1)).toStartWith("<skill>\n<name>other</name>");
  });

  test("needs no skill that cannot be used, which people are told", async () => {
    await using it = await threadBox(answers(1), { files: { ".agents/skills/bad/SKILL.md": "no" } });
    expect((await it.thread.events().next()).value).toMatchObject({
      type: "warning",
      message: expect.stringContaining("bad/SKILL.md: it does not begin with front matter"),
    });
    await it.turn("hi");
    expect(textsOf(it.server.requests[0]).join("\n")).not.toContain("<skills_instructions>");
  });

  test("has no list where that is switched off, and the text all the same", async () => {
    await using it = await threadBox(answers(1), { files, settings: "skills.include_instructions = false" });
    await it.turn("do $greet");
    const texts = textsOf(it.server.requests[0]);
    expect(texts.join("\n")).not.toContain("<skills_instructions>");
    expect(texts.at(-1)).toStartWith("<skill>");
  });
});
