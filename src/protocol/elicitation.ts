// A question that an MCP server puts to the user in the middle of a call (mcp.md 12).

export type Elicitation = {
  readonly server: string;
  /** For the person who is asked. */
  readonly message: string;
  /** A form to fill in, by a JSON Schema, or an address to open. */
  readonly request:
    | { readonly mode: "form"; readonly schema: Readonly<Record<string, unknown>> }
    | { readonly mode: "url"; readonly url: string; readonly elicitationId: string };
  /** The server's own notes, to be passed on. */
  readonly meta: Readonly<Record<string, unknown>>;
};

export type FormValue = string | number | boolean | string[];
