// Plan mode: what the model is told of it, and the plan that it proposes taken out of what it says (agent.md 5, config.md 7.1).

import type { CollaborationMode } from "../protocol/thread";
import texts from "./plan-mode.md" with { type: "text" };

const OPEN = "<proposed_plan>";
const CLOSE = "</proposed_plan>";

/** The section of the developer message. */
export function collaborationSection(mode: CollaborationMode): string {
  const section = texts.split(/^# /m).find((part) => part.startsWith(`${mode}\n`));
  if (section === undefined) throw new Error(`there is no text about the mode "${mode}"`);
  return `<collaboration_mode>\n${section.slice(mode.length).trim()}\n</collaboration_mode>`;
}

/** A piece of a message: of what is said, or of the plan. */
export type PlanPart = { readonly type: "said" | "plan"; readonly text: string };

export type PlanFilter = {
  /** What is certain by now of the text so far, in order. */
  readonly write: (delta: string) => readonly PlanPart[];
  /** The rest: an unfinished line, and a plan that was not closed. */
  readonly end: () => readonly PlanPart[];
};

/** Tells the plan from the rest while the text arrives. A tag counts where it is alone on its line. */
export function planFilter(): PlanFilter {
  let line = "";
  let inPlan = false;

  /** Hands on what can no longer become a tag. */
  const take = (whole: boolean): readonly PlanPart[] => {
    const tag = inPlan ? CLOSE : OPEN;
    const mayBeTag = tag.startsWith(line.trim()) && (!whole || line.trim() === tag);
    if (whole && mayBeTag) {
      inPlan = !inPlan;
      line = "";
      return [];
    }
    if (mayBeTag || line === "") return [];
    const part: PlanPart = { type: inPlan ? "plan" : "said", text: line };
    line = "";
    return [part];
  };

  return {
    write(delta) {
      const parts: PlanPart[] = [];
      const pieces = delta.split(/(?<=\n)/);
      for (const piece of pieces) {
        line += piece;
        parts.push(...take(piece.endsWith("\n")));
      }
      return joined(parts);
    },
    end: () => joined(line.trim() === "" ? [] : take(true)),
  };
}

/** A finished message: what is said, and the plan; null without one. */
export function splitPlan(text: string): { readonly said: string; readonly plan: string | null } {
  const filter = planFilter();
  const parts = [...filter.write(text), ...filter.end()];
  const of = (type: PlanPart["type"]) =>
    parts
      .filter((part) => part.type === type)
      .map((part) => part.text)
      .join("");
  const hasPlan = parts.some(({ type }) => type === "plan");
  return hasPlan ? { said: of("said").trim(), plan: of("plan").trim() } : { said: text, plan: null };
}

function joined(parts: readonly PlanPart[]): readonly PlanPart[] {
  const result: PlanPart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.type === part.type) result[result.length - 1] = { ...part, text: last.text + part.text };
    else result.push(part);
  }
  return result;
}
