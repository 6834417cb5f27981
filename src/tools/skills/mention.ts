// Skills in the prompt: the list that every thread begins with, and the whole text of those that a prompt names (agent.md 17).

import { readFileSync } from "node:fs";
import type { Skill } from "../../protocol/thread";
import type { UserInput } from "../../protocol/user-input";
import { messageOf } from "../../util/user-error";
import sectionText from "./skills-section.txt" with { type: "text" };

/** Of the context window, for the list. */
const LIST_SHARE = 0.02;
const BYTES_PER_TOKEN = 4;

/** The section of the developer message; null when no skill is enabled. @param contextWindow in tokens */
export function skillsSection(skills: readonly Skill[], contextWindow: number): string | null {
  const lines = skills
    .filter(({ enabled }) => enabled)
    .map(({ name, description, path }) => `- ${name}: ${description} (file: ${path})`);
  if (lines.length === 0) return null;
  const budget = contextWindow * LIST_SHARE * BYTES_PER_TOKEN;
  const list = withinBudget(lines, budget).join("\n");
  const text = sectionText.trim().replace("{skills}", () => list);
  return `<skills_instructions>\n${text}\n</skills_instructions>`;
}

/** What follows the user's message: one text for each skill that it names or carries, in that order, each once. */
export function skillTexts(input: readonly UserInput[], skills: readonly Skill[]): readonly string[] {
  const enabled = skills.filter((skill) => skill.enabled);
  const chosen = input.flatMap((part) => {
    if (part.type === "skill") return enabled.filter(({ path }) => path === part.path);
    return part.type === "text" ? namedIn(part.text, enabled) : [];
  });
  const byName = new Map(chosen.toReversed().map((skill) => [skill.name, skill]));
  return [...new Set(chosen.map(({ name }) => name))].flatMap((name) => {
    const skill = byName.get(name);
    return skill === undefined ? [] : [skillText(skill)];
  });
}

/** `$name`, where exactly one skill has that name. */
function namedIn(text: string, skills: readonly Skill[]): readonly Skill[] {
  const names = [...text.matchAll(/\$([A-Za-z0-9][\w:-]*)/g)].map((match) => match[1]);
  return names.flatMap((name) => {
    const found = skills.filter((skill) => skill.name === name);
    return found.length === 1 ? found : [];
  });
}

function skillText({ name, path }: Skill): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trimEnd();
  } catch (error) {
    text = `This skill cannot be read: ${messageOf(error)}`;
  }
  return `<skill>\n<name>${name}</name>\n<path>${path}</path>\n${text}\n</skill>`;
}

function withinBudget(lines: readonly string[], budget: number): readonly string[] {
  let used = 0;
  const count = lines.findIndex((line) => (used += Buffer.byteLength(line) + 1) > budget);
  if (count < 0) return lines;
  return [...lines.slice(0, count), `- and ${lines.length - count} more, which do not fit in this list`];
}
