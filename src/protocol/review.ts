// A review: what is to be looked at, and what the reviewing model answers (agent.md 14), as written to session files.

export type ReviewTarget =
  | { readonly type: "uncommittedChanges" }
  | { readonly type: "baseBranch"; readonly branch: string }
  | { readonly type: "commit"; readonly sha: string; readonly title: string | null }
  | { readonly type: "custom"; readonly instructions: string };

export type ReviewFinding = {
  readonly title: string;
  readonly body: string;
  /** 0 to 1. */
  readonly confidence_score: number;
  /** 0 is the most urgent, 3 the least. */
  readonly priority: number;
  readonly code_location: {
    readonly absolute_file_path: string;
    /** Lines from 1, both included. */
    readonly line_range: { readonly start: number; readonly end: number };
  };
};

export type ReviewOutput = {
  readonly findings: readonly ReviewFinding[];
  readonly overall_correctness: string;
  readonly overall_explanation: string;
  /** 0 to 1. */
  readonly overall_confidence_score: number;
};
