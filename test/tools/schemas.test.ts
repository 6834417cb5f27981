// The shape every advertised tool schema keeps: alphabetical, closed, described.

import { describe, expect, test } from "bun:test";
import * as schemas from "../../src/tools/schemas";

type Schema = {
  readonly type: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
};

const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  EXEC_COMMAND_PARAMETERS: {
    cmd: "string",
    justification: "string",
    login: "boolean",
    max_output_tokens: "number",
    prefix_rule: "array",
    sandbox_permissions: "string",
    shell: "string",
    tty: "boolean",
    workdir: "string",
    yield_time_ms: "number",
  },
  WRITE_STDIN_PARAMETERS: {
    chars: "string",
    max_output_tokens: "number",
    session_id: "number",
    yield_time_ms: "number",
  },
  LIST_MCP_RESOURCES_PARAMETERS: { cursor: "string", server: "string" },
  READ_MCP_RESOURCE_PARAMETERS: { server: "string", uri: "string" },
  TOOL_SEARCH_PARAMETERS: { limit: "number", query: "string" },
  SHELL_COMMAND_PARAMETERS: {
    command: "string",
    justification: "string",
    login: "boolean",
    prefix_rule: "array",
    sandbox_permissions: "string",
    timeout_ms: "number",
    workdir: "string",
  },
  UPDATE_PLAN_PARAMETERS: { explanation: "string", plan: "array" },
  VIEW_IMAGE_PARAMETERS: { path: "string" },
  VIEW_IMAGE_DETAIL_PARAMETERS: { detail: "string", path: "string" },
  REQUEST_USER_INPUT_PARAMETERS: { questions: "array" },
  GET_GOAL_PARAMETERS: {},
  CREATE_GOAL_PARAMETERS: { objective: "string", token_budget: "integer" },
  UPDATE_GOAL_PARAMETERS: { status: "string" },
};

describe("tool parameters", () => {
  test("are the properties and types that models and clients know", () => {
    const types = Object.entries<Schema>(schemas).map(([name, schema]) => [
      name,
      Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, value]) => [key, value.type])),
    ]);
    expect(Object.fromEntries(types)).toEqual(TYPES);
  });

  for (const [name, schema] of Object.entries<Schema>(schemas)) {
    test(`${name} lists its properties alphabetically, describes each, and admits no others`, () => {
      for (const object of objectsIn(schema)) {
        const names = Object.keys(object.properties ?? {});
        expect(names).toEqual([...names].sort());
        expect(object.additionalProperties).toBe(false);
        expect((object.required ?? []).filter((required) => !names.includes(required))).toEqual([]);
        const undescribed = Object.entries(object.properties ?? {}).filter(([, value]) => !value.description);
        expect(undescribed).toEqual([]);
      }
    });
  }
});

function objectsIn(schema: Schema): readonly Schema[] {
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  return [...(schema.type === "object" ? [schema] : []), ...inner.flatMap(objectsIn)];
}
