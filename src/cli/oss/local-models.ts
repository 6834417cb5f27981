// The model that each server of this machine is asked for when the user names none (agent.md 19).

/** By provider id. */
export const LOCAL_MODELS: ReadonlyMap<string, string> = new Map([
  ["ollama", "gpt-oss:20b"],
  ["lmstudio", "openai/gpt-oss-20b"],
]);
