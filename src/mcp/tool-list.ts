// The tools of a server: all pages of its list, read with tolerance, so that one odd tool does not cost the others.

export type McpTool = {
  /** As the server calls it. */
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string;
  /** JSON Schema of the arguments, as the server gave it. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly annotations: ToolAnnotations;
  /** Whether the model may see it: servers keep some tools for user interfaces. */
  readonly forModel: boolean;
  /** Whether it can be called only as a task. */
  readonly isTask: boolean;
};

export type ToolAnnotations = {
  readonly readOnlyHint: boolean | undefined;
  readonly destructiveHint: boolean | undefined;
  readonly openWorldHint: boolean | undefined;
};

/** Of one list. What a server says beyond these is not asked for. */
const MAX_PAGES = 200;
const MAX_ENTRIES = 20_000;

/** Asks for one page. */
export type PageRequest = (cursor: string | undefined) => Promise<Readonly<Record<string, unknown>>>;

/** The entries of every page of a list, e.g. of `tools` or `resources`. Ends at a cursor that comes again. */
export async function allPages(key: string, request: PageRequest): Promise<readonly unknown[]> {
  const entries: unknown[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES && entries.length < MAX_ENTRIES; page++) {
    const result = await request(cursor);
    const found = result[key];
    if (Array.isArray(found)) entries.push(...(found as readonly unknown[]));
    const { nextCursor } = result;
    if (typeof nextCursor !== "string" || seen.has(nextCursor)) break;
    seen.add(nextCursor);
    cursor = nextCursor;
  }
  return entries.slice(0, MAX_ENTRIES);
}

/** What can be used of a list of tools; the first of two with the same name counts. */
export function toolsOf(entries: readonly unknown[]): readonly McpTool[] {
  const tools = new Map<string, McpTool>();
  for (const entry of entries) {
    const tool = toolOf(entry);
    if (tool !== undefined && !tools.has(tool.name)) tools.set(tool.name, tool);
  }
  return [...tools.values()];
}

function toolOf(entry: unknown): McpTool | undefined {
  if (!isRecord(entry) || typeof entry.name !== "string" || entry.name === "") return undefined;
  const annotations = isRecord(entry.annotations) ? entry.annotations : {};
  return {
    name: entry.name,
    title: text(entry.title) ?? text(annotations.title),
    description: text(entry.description) ?? "",
    inputSchema: isRecord(entry.inputSchema) ? entry.inputSchema : {},
    annotations: {
      readOnlyHint: flag(annotations.readOnlyHint),
      destructiveHint: flag(annotations.destructiveHint),
      openWorldHint: flag(annotations.openWorldHint),
    },
    forModel: isForModel(entry._meta),
    isTask: isRecord(entry.execution) && entry.execution.taskSupport === "required",
  };
}

function isForModel(meta: unknown): boolean {
  const ui = isRecord(meta) ? meta.ui : undefined;
  const visibility = isRecord(ui) ? ui.visibility : undefined;
  return !Array.isArray(visibility) || visibility.includes("model");
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}
