// The parameters of the function tools as JSON Schema, in the form the model is shown (agent.md 4.2).

const SANDBOX_PERMISSIONS = {
  type: "string",
  enum: ["use_default", "require_escalated"],
  description:
    "`use_default` (the default) runs the command under the current sandbox. `require_escalated` asks the user to let this one command run outside it; only where the permissions instructions invite you to.",
} as const;

const JUSTIFICATION = {
  type: "string",
  description:
    "With `require_escalated` only: one short question to the user that says what the command is for and can be answered with yes or no.",
} as const;

const PREFIX_RULE = {
  type: "array",
  items: { type: "string" },
  description:
    'With `require_escalated` only: the first words of the command, offered to the user as a rule that allows all commands beginning with them from now on. Narrow, and useful again, e.g. ["npm", "install"].',
} as const;

const LOGIN = {
  type: "boolean",
  description: "Whether the shell is a login shell, which reads the user's profile. Default true.",
} as const;

const WORKDIR = {
  type: "string",
  description:
    "The directory to run in, absolute or relative to the working directory of the turn, which is the default.",
} as const;

const MAX_OUTPUT_TOKENS = {
  type: "number",
  description:
    "About how many tokens of output to return; of longer output the middle is left out. Default 10000, which is also the most.",
} as const;

export const EXEC_COMMAND_PARAMETERS = {
  type: "object",
  properties: {
    cmd: { type: "string", description: "The command line, as one would type it into the shell." },
    justification: JUSTIFICATION,
    login: LOGIN,
    max_output_tokens: MAX_OUTPUT_TOKENS,
    prefix_rule: PREFIX_RULE,
    sandbox_permissions: SANDBOX_PERMISSIONS,
    shell: { type: "string", description: "The shell program to use instead of the user's own." },
    tty: {
      type: "boolean",
      description:
        "Whether the command gets a terminal, which it needs if you want to write to it later. Default false: plain pipes, and nothing to read on stdin.",
    },
    workdir: WORKDIR,
    yield_time_ms: {
      type: "number",
      description:
        "How many milliseconds to wait for the command to end before returning what there is. 250 to 30000, default 10000.",
    },
  },
  required: ["cmd"],
  additionalProperties: false,
} as const;

export const WRITE_STDIN_PARAMETERS = {
  type: "object",
  properties: {
    chars: {
      type: "string",
      description:
        "What to write, control characters included (a line ends with \\n, Ctrl-C is \\u0003). Empty, the default, only waits and reads.",
    },
    max_output_tokens: MAX_OUTPUT_TOKENS,
    session_id: { type: "number", description: "The session id that `exec_command` returned." },
    yield_time_ms: {
      type: "number",
      description:
        "How many milliseconds to wait for output: 250 to 30000 after writing, default 250; at least 5000 with empty `chars`.",
    },
  },
  required: ["session_id"],
  additionalProperties: false,
} as const;

export const SHELL_COMMAND_PARAMETERS = {
  type: "object",
  properties: {
    command: { type: "string", description: "The command line, as one would type it into the shell." },
    justification: JUSTIFICATION,
    login: LOGIN,
    prefix_rule: PREFIX_RULE,
    sandbox_permissions: SANDBOX_PERMISSIONS,
    timeout_ms: {
      type: "number",
      description: "After how many milliseconds the command is killed. Default 10000.",
    },
    workdir: WORKDIR,
  },
  required: ["command"],
  additionalProperties: false,
} as const;

export const UPDATE_PLAN_PARAMETERS = {
  type: "object",
  properties: {
    explanation: { type: "string", description: "Why the plan changed, in one sentence, if it did." },
    plan: {
      type: "array",
      description: "All steps, in order.",
      items: {
        type: "object",
        properties: {
          status: {
            type: "string",
            enum: ["pending", "in_progress", "completed"],
            description: "How far this step is.",
          },
          step: { type: "string", description: "What will be done, in a few words." },
        },
        required: ["step", "status"],
        additionalProperties: false,
      },
    },
  },
  required: ["plan"],
  additionalProperties: false,
} as const;

const IMAGE_PATH = {
  type: "string",
  description: "The image file, absolute or relative to the working directory.",
} as const;

export const VIEW_IMAGE_PARAMETERS = {
  type: "object",
  properties: { path: IMAGE_PATH },
  required: ["path"],
  additionalProperties: false,
} as const;

/** For models that can take an image in its original size. */
export const VIEW_IMAGE_DETAIL_PARAMETERS = {
  type: "object",
  properties: {
    detail: {
      type: "string",
      enum: ["high", "original"],
      description:
        "`high`, the default, scales large images down. `original` keeps every pixel, for small print and exact positions.",
    },
    path: IMAGE_PATH,
  },
  required: ["path"],
  additionalProperties: false,
} as const;

export const REQUEST_USER_INPUT_PARAMETERS = {
  type: "object",
  properties: {
    questions: {
      type: "array",
      description: "One to three questions, shown in this order.",
      items: {
        type: "object",
        properties: {
          header: { type: "string", description: "A title of one or two words, at most 12 characters." },
          id: { type: "string", description: "A name for the answer, in snake_case, unique in this call." },
          options: {
            type: "array",
            description:
              "Two or three alternatives that exclude each other, the recommended one first. A free answer is always offered as well; do not list one.",
            items: {
              type: "object",
              properties: {
                description: { type: "string", description: "What choosing this leads to, in one sentence." },
                label: { type: "string", description: "The choice, in one to five words." },
              },
              required: ["label", "description"],
              additionalProperties: false,
            },
          },
          question: { type: "string", description: "The question, in one sentence." },
        },
        required: ["id", "header", "question", "options"],
        additionalProperties: false,
      },
    },
  },
  required: ["questions"],
  additionalProperties: false,
} as const;

export const LIST_MCP_RESOURCES_PARAMETERS = {
  type: "object",
  properties: {
    cursor: { type: "string", description: "Where the page before ended; only with `server`." },
    server: { type: "string", description: "Name of the MCP server; all servers without it." },
  },
  additionalProperties: false,
} as const;

export const READ_MCP_RESOURCE_PARAMETERS = {
  type: "object",
  properties: {
    server: { type: "string", description: "Name of the MCP server, as it was listed." },
    uri: { type: "string", description: "URI of the resource, as it was listed." },
  },
  required: ["server", "uri"],
  additionalProperties: false,
} as const;

export const TOOL_SEARCH_PARAMETERS = {
  type: "object",
  properties: {
    limit: { type: "number", description: "How many tools to find at most. Default 8." },
    query: {
      type: "string",
      description: "A few words that the tool's name or description are likely to have.",
    },
  },
  required: ["query"],
  additionalProperties: false,
} as const;

export const GET_GOAL_PARAMETERS = {
  type: "object",
  properties: {},
  required: [],
  additionalProperties: false,
} as const;

export const CREATE_GOAL_PARAMETERS = {
  type: "object",
  properties: {
    objective: {
      type: "string",
      description: "What is to be reached, concrete enough that it can be checked. At most 4000 characters.",
    },
    token_budget: {
      type: "integer",
      description: "How many tokens may be used for it, if the user has set a limit.",
    },
  },
  required: ["objective"],
  additionalProperties: false,
} as const;

export const UPDATE_GOAL_PARAMETERS = {
  type: "object",
  properties: {
    status: { type: "string", enum: ["complete", "blocked"], description: "Why the pursuit ends." },
  },
  required: ["status"],
  additionalProperties: false,
} as const;
