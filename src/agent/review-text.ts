// A review as text: how it is asked for, what the reviewer's answer says, and how that is shown (agent.md 14, exec.md 10).

import type { ReviewFinding, ReviewOutput, ReviewTarget } from "../protocol/review";
import basePrompt from "./review-base.md" with { type: "text" };
import commitPrompt from "./review-commit.md" with { type: "text" };
import uncommittedPrompt from "./review-uncommitted.md" with { type: "text" };

const NO_ANSWER = "Reviewer failed to output a response.";
/** How much of a commit's id is shown. */
const SHORT_SHA = 7;

/** What the reviewer is asked. */
export function reviewPrompt(target: ReviewTarget): string {
  switch (target.type) {
    case "uncommittedChanges":
      return uncommittedPrompt.trim();
    case "baseBranch":
      return filled(basePrompt, { branch: target.branch, quoted: quoted(target.branch) });
    case "commit": {
      const commit = target.title === null ? target.sha : `${target.sha} ("${target.title}")`;
      return filled(commitPrompt, { commit, quoted: quoted(target.sha) });
    }
    case "custom":
      return target.instructions;
    default:
      return target satisfies never;
  }
}

/** What the user is shown to have asked for. */
export function reviewHint(target: ReviewTarget): string {
  switch (target.type) {
    case "uncommittedChanges":
      return "current changes";
    case "baseBranch":
      return `changes against '${target.branch}'`;
    case "commit": {
      const commit = `commit ${target.sha.slice(0, SHORT_SHA)}`;
      return target.title === null ? commit : `${commit}: ${target.title}`;
    }
    case "custom":
      return target.instructions;
    default:
      return target satisfies never;
  }
}

/**
 * Reads the reviewer's last message: JSON, or JSON with something around it. Fields that are missing get the least telling
 * value; what is no review at all is all explanation, so that nothing a model said is lost.
 */
export function parseReview(answer: string): ReviewOutput {
  const embedded = answer.slice(Math.max(0, answer.indexOf("{")), answer.lastIndexOf("}") + 1);
  const review = readReview(answer) ?? readReview(embedded);
  return (
    review ?? {
      findings: [],
      overall_correctness: "",
      overall_explanation: answer,
      overall_confidence_score: 0,
    }
  );
}

/** Explanation, then the findings, each with its place and its body below. */
export function renderReview(review: ReviewOutput): string {
  const explanation = review.overall_explanation.trim();
  const findings = review.findings.map(findingText);
  const heading = findings.length === 1 ? "Review comment:" : "Full review comments:";
  const sections = [
    ...(explanation === "" ? [] : [explanation]),
    ...(findings.length === 0 ? [] : [heading, ...findings]),
  ];
  return sections.length === 0 ? NO_ANSWER : sections.join("\n\n");
}

function findingText(finding: ReviewFinding): string {
  const { absolute_file_path: path, line_range: range } = finding.code_location;
  const place = path === "" ? "" : ` — ${path}:${range.start}-${range.end}`;
  const body = finding.body.trimEnd();
  const lines = body === "" ? [] : body.split("\n").map((line) => `  ${line}`);
  return [`- ${finding.title}${place}`, ...lines].join("\n");
}

/** The texts are files with `{name}` in them. */
function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.trim().replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** As one word of a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./@^~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

type Json = Readonly<Record<string, unknown>>;

/** Undefined for text that is not JSON, and for JSON that is no review. */
function readReview(text: string): ReviewOutput | undefined {
  const json = parsed(text);
  if (!isObject(json)) return undefined;
  const { findings, overall_explanation: explanation } = json;
  if (!Array.isArray(findings) && typeof explanation !== "string") return undefined;
  const list: readonly unknown[] = Array.isArray(findings) ? findings : [];
  const read = list.map(readFinding);
  return {
    findings: read.filter((finding) => finding !== undefined),
    overall_correctness: textAt(json, "overall_correctness"),
    overall_explanation: textAt(json, "overall_explanation"),
    overall_confidence_score: numberAt(json, "overall_confidence_score"),
  };
}

function readFinding(json: unknown): ReviewFinding | undefined {
  if (!isObject(json)) return undefined;
  const title = textAt(json, "title");
  const body = textAt(json, "body");
  if (title === "" && body === "") return undefined;
  const place = objectAt(json, "code_location");
  const range = objectAt(place, "line_range");
  const start = Math.max(1, Math.trunc(numberAt(range, "start")));
  return {
    title,
    body,
    confidence_score: numberAt(json, "confidence_score"),
    priority: Math.trunc(numberAt(json, "priority")),
    code_location: {
      absolute_file_path: textAt(place, "absolute_file_path"),
      line_range: { start, end: Math.max(start, Math.trunc(numberAt(range, "end"))) },
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textAt(json: Json, name: string): string {
  const value = json[name];
  return typeof value === "string" ? value : "";
}

function numberAt(json: Json, name: string): number {
  const value = json[name];
  return typeof value === "number" ? value : 0;
}

function objectAt(json: Json, name: string): Json {
  const value = json[name];
  return isObject(value) ? value : {};
}
