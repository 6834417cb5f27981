// The items of the Responses API that make up a thread's history (agent.md 3 and 6, rollout.md 6), in the field order of the wire.

export type ContentPart =
  | { readonly type: "input_text"; readonly text: string }
  | {
      readonly type: "input_image";
      readonly image_url: string;
      readonly detail?: "low" | "high" | "auto" | "original";
    }
  | { readonly type: "output_text"; readonly text: string };

export type MessageItem = {
  readonly type: "message";
  readonly role: "developer" | "user" | "assistant" | "system";
  readonly content: readonly ContentPart[];
  /** `commentary` or `final_answer`, when the server gave one. */
  readonly phase?: string;
};

export type ReasoningItem = {
  readonly type: "reasoning";
  readonly summary: readonly { readonly type: "summary_text"; readonly text: string }[];
  readonly content: readonly { readonly type: "reasoning_text" | "text"; readonly text: string }[] | null;
  readonly encrypted_content?: string | null;
};

/** `arguments` is the model's raw text, echoed byte for byte even when it is not JSON. */
export type FunctionCallItem = {
  readonly type: "function_call";
  readonly name: string;
  readonly namespace?: string;
  readonly arguments: string;
  readonly call_id: string;
};

export type CustomToolCallItem = {
  readonly type: "custom_tool_call";
  readonly status?: string;
  readonly call_id: string;
  readonly name: string;
  readonly input: string;
};

export type ToolOutputContent = string | readonly ContentPart[];

export type FunctionCallOutputItem = {
  readonly type: "function_call_output";
  readonly call_id: string;
  readonly output: ToolOutputContent;
};

export type CustomToolCallOutputItem = {
  readonly type: "custom_tool_call_output";
  readonly call_id: string;
  readonly output: ToolOutputContent;
};

export type ToolSearchCallItem = {
  readonly type: "tool_search_call";
  readonly call_id: string | null;
  readonly status?: string;
  readonly execution: string;
  readonly arguments: unknown;
};

export type ToolSearchOutputItem = {
  readonly type: "tool_search_output";
  readonly call_id: string | null;
  readonly status: string;
  readonly execution: string;
  readonly tools: readonly unknown[];
};

export type WebSearchCallItem = {
  readonly type: "web_search_call";
  readonly id?: string;
  readonly status?: string;
  readonly action?: unknown;
};

/** Items we carry without looking inside: old files and server-side results. */
export type OpaqueItem = {
  readonly type: "local_shell_call" | "image_generation_call" | "compaction" | "context_compaction";
  readonly [field: string]: unknown;
};

export type ResponseItem =
  | MessageItem
  | ReasoningItem
  | FunctionCallItem
  | CustomToolCallItem
  | FunctionCallOutputItem
  | CustomToolCallOutputItem
  | ToolSearchCallItem
  | ToolSearchOutputItem
  | WebSearchCallItem
  | OpaqueItem;

export type ToolCallItem = FunctionCallItem | CustomToolCallItem;
