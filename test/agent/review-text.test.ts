// What a reviewer may answer, and what is made of it.

import { describe, expect, test } from "bun:test";
import { parseReview, renderReview, reviewHint, reviewPrompt } from "../../src/agent/review-text";

const FINDING = {
  title: "[P1] Close the file",
  body: "It stays open\n\nfor ever.\n",
  confidence_score: 0.9,
  priority: 1,
  code_location: { absolute_file_path: "/w/f.txt", line_range: { start: 1, end: 2 } },
};
const REVIEW = {
  findings: [FINDING],
  overall_correctness: "patch is incorrect",
  overall_explanation: "One leak.",
  overall_confidence_score: 0.8,
};

describe("an answer", () => {
  test("is JSON, alone or with something around it", () => {
    const json = JSON.stringify(REVIEW);
    for (const answer of [json, `Here: ${json} Done.`, `\`\`\`json\n${json}\n\`\`\``]) {
      expect(parseReview(answer)).toEqual(REVIEW);
    }
  });

  test("that is something else is all explanation", () => {
    for (const answer of ["looks good", "{", "} {", "[1]", '{"a":1}', "null", ""]) {
      expect(parseReview(answer)).toEqual({
        findings: [],
        overall_correctness: "",
        overall_explanation: answer,
        overall_confidence_score: 0,
      });
    }
  });

  test("may lack fields", () => {
    const findings = [
      { title: "A", body: "b", priority: null },
      { title: "B", code_location: { absolute_file_path: "/f", line_range: { start: 7 } } },
      { confidence_score: 1 },
      "C",
    ];
    const review = parseReview(JSON.stringify({ findings }));
    expect(review.findings.map(({ title, code_location }) => ({ title, ...code_location }))).toEqual([
      { title: "A", absolute_file_path: "", line_range: { start: 1, end: 1 } },
      { title: "B", absolute_file_path: "/f", line_range: { start: 7, end: 7 } },
    ]);
    expect(renderReview(review)).toBe("Full review comments:\n\n- A\n  b\n\n- B — /f:7-7");
  });
});

describe("shown", () => {
  test("are the explanation and the finding, its body indented", () => {
    expect(renderReview(REVIEW)).toBe(
      "One leak.\n\nReview comment:\n\n- [P1] Close the file — /w/f.txt:1-2\n  It stays open\n  \n  for ever.",
    );
  });

  test("are several findings under another heading", () => {
    const text = renderReview({ ...REVIEW, overall_explanation: " ", findings: [FINDING, FINDING] });
    expect(text).toStartWith("Full review comments:\n\n- [P1]");
    expect(text.match(/^- /gm)).toHaveLength(2);
  });

  test("is the lack of any answer", () => {
    expect(renderReview(parseReview(""))).toBe("Reviewer failed to output a response.");
  });
});

describe("a request", () => {
  test("names what is to be reviewed, quoted for a shell", () => {
    expect(reviewPrompt({ type: "uncommittedChanges" })).toContain("untracked");
    expect(reviewPrompt({ type: "baseBranch", branch: "a/main" })).toContain("git merge-base HEAD a/main");
    const hostile = reviewPrompt({ type: "baseBranch", branch: "x; rm $HOME" });
    expect(hostile).toContain("git merge-base HEAD 'x; rm $HOME'");
    expect(reviewPrompt({ type: "commit", sha: "abc", title: "{quoted}" })).toStartWith(
      'Review what commit abc ("{quoted}") changed.',
    );
    expect(reviewPrompt({ type: "custom", instructions: "as I say" })).toBe("as I say");
  });

  test("has a short form for people", () => {
    expect(reviewHint({ type: "uncommittedChanges" })).toBe("current changes");
    expect(reviewHint({ type: "baseBranch", branch: "main" })).toBe("changes against 'main'");
    expect(reviewHint({ type: "commit", sha: "0123456789", title: null })).toBe("commit 0123456");
    expect(reviewHint({ type: "commit", sha: "0123456789", title: "T" })).toBe("commit 0123456: T");
  });
});
