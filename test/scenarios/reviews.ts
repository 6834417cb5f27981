// Scenarios of reviews: what is asked for, how the answer is shown, and failures.

import { functionCall, httpError, message, respond } from "../support/responses-server";
import { replaced, REVIEW_LINES, SUMMARY_SETTING } from "./differences";
import type { Run, Scenario } from "./scenario";

const FINDING = {
  title: "[P1] Add one, not two",
  body: "The loop\nruns too far.",
  confidence_score: 0.9,
  priority: 1,
  code_location: { absolute_file_path: "/w/f.txt", line_range: { start: 1, end: 2 } },
};

function answer(...findings: readonly unknown[]) {
  return respond(
    message(
      JSON.stringify({
        findings,
        overall_correctness: "patch is incorrect",
        overall_explanation: "It does not work.",
        overall_confidence_score: 0.8,
      }),
    ),
  );
}

const review = (...args: readonly string[]): Run => ({ args: ["exec", "--json", "review", ...args] });

export const reviews: readonly Scenario[] = [
  {
    name: "review-custom",
    about: "a review with instructions of the user's own",
    script: [answer(FINDING)],
    runs: [review("Look at the loop.")],
    wire: true,
    differs: [REVIEW_LINES],
  },
  {
    name: "review-findings",
    about: "several findings, of a review that ran a command",
    script: [
      respond(functionCall("exec_command", { cmd: "sleep 0.2; echo hi" }, "c1")),
      answer(FINDING, { ...FINDING, title: "Second", body: "short" }),
    ],
    runs: [review("Look at the loop.")],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-none",
    about: "a review without findings",
    script: [answer()],
    runs: [review("Look at the loop.")],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-text",
    about: "an answer that is no review is shown as it is",
    script: [respond(message("looks good"))],
    runs: [review("--uncommitted")],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-human",
    about: "people get the review on stdout",
    script: [answer(FINDING)],
    runs: [{ args: ["exec", "review", "--uncommitted"] }],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-commit-human",
    about: "people are told which commit is reviewed",
    script: [answer()],
    runs: [
      {
        args: [
          "exec",
          "review",
          "--commit",
          "0123456789abcdef0123456789abcdef01234567",
          "--title",
          "A title",
        ],
      },
    ],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-base-human",
    about: "people are told which branch is compared with",
    script: [answer()],
    runs: [{ args: ["exec", "review", "--base", "main"] }],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-stdin",
    about: "instructions on standard input",
    script: [answer()],
    runs: [{ ...review("-"), stdin: "Look at the loop.\n" }],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-fails",
    about: "a review that the server refuses",
    script: [httpError(400, "no")],
    runs: [review("--uncommitted")],
    differs: [REVIEW_LINES],
  },
  {
    name: "review-nothing",
    about: "a review of nothing in particular",
    runs: [review()],
  },
  {
    name: "review-conflict",
    about: "a review of two things at once",
    runs: [review("--uncommitted", "--base", "main")],
    differs: [
      replaced("usage line of an error about flags that exclude each other", [
        "codex exec review --uncommitted [PROMPT]",
        "codex exec review [OPTIONS] [PROMPT]",
      ]),
    ],
  },
  {
    name: "review-model",
    about: "a model of its own for reviews",
    settings: 'review_model = "gpt-5.4"',
    script: [answer()],
    runs: [review("Look at the loop.")],
    differs: [REVIEW_LINES, SUMMARY_SETTING],
  },
];
