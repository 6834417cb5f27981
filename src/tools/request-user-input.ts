// request_user_input: a question of the model to the person in front of it, possible only where the mode of work provides for it.

import { REQUEST_USER_INPUT_PARAMETERS } from "./schemas";
import description from "./request-user-input.txt" with { type: "text" };
import { functionSpec, type Tool } from "./tool";

export const requestUserInput: Tool = {
  name: "request_user_input",
  parallel: false,
  advertise: (_model, config) =>
    config.toml.tools?.experimental_request_user_input?.enabled === false
      ? null
      : functionSpec("request_user_input", description, REQUEST_USER_INPUT_PARAMETERS),
  // The default mode has no questions (agent.md 8); an async generator, like every tool, that yields nothing.
  async *run(call) {
    yield* [];
    return call.type === "function_call" ? "request_user_input is unavailable in Default mode" : "aborted";
  },
};
