// The names under which the model sees servers and their tools: a namespace for each server, safe and never ambiguous (mcp.md 7).

import type { McpConnection } from "./connection";
import { isToolEnabled, type McpServerConfig } from "./server-config";
import type { McpTool } from "./tool-list";

export type McpNamespace = {
  /** E.g. `mcp__docs`. */
  readonly name: string;
  readonly description: string;
  readonly server: McpServerConfig;
  /** Sorted by the name that the model sees. */
  readonly tools: readonly NamedTool[];
};

export type NamedTool = { readonly name: string; readonly tool: McpTool; readonly connection: McpConnection };

/** Namespace and tool, with two characters between them. */
const MAX_NAME = 64;
const SEPARATOR = 2;
const HASH_DIGITS = 12;
const SUFFIX = 1 + HASH_DIGITS;

/** @param prefixed whether namespaces begin with `mcp__` */
export function mcpNamespaces(
  connections: readonly McpConnection[],
  { prefixed }: { readonly prefixed: boolean },
): readonly McpNamespace[] {
  const wished = connections.map((connection) => namespaceName(connection.config.name, prefixed));
  return connections
    .map((connection, index) => {
      const { config } = connection;
      const wish = wished[index] ?? "";
      const identity = `${config.name}\0${config.name}\0`;
      const isShared = wished.filter((name) => name === wish).length > 1;
      const name = isShared ? `${wish}_${hash(identity)}` : wish;
      const tools = connection.tools.filter((tool) => tool.forModel && isToolEnabled(config, tool.name));
      const named = namedTools(shortNamespace(name), identity, tools);
      return {
        name: shortNamespace(name),
        description: connection.instructions,
        server: config,
        tools: named.map((one) => ({ ...one, connection })),
      };
    })
    .filter(({ tools }) => tools.length > 0);
}

/** Only ASCII letters, digits and `_`; never empty. */
export function sanitised(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/gu, "_") || "_";
}

function namespaceName(server: string, prefixed: boolean): string {
  const name = sanitised(server);
  return !prefixed || name.startsWith("mcp__") ? name : `mcp__${name}`;
}

/** One so long that no tool fits in beside it is cut until a bare hash does. */
function shortNamespace(name: string): string {
  return name.slice(0, MAX_NAME - SUFFIX - SEPARATOR);
}

function namedTools(
  namespace: string,
  identity: string,
  tools: readonly McpTool[],
): readonly Omit<NamedTool, "connection">[] {
  const wished = Map.groupBy(tools, (tool) => sanitised(tool.name));
  const taken = new Set<string>();
  const named = [...wished].flatMap(([wish, sharers]) =>
    sharers.map((tool) => {
      const raw = `${identity}\0${tool.name}\0${tool.name}`;
      const name = freeName(namespace, wish, raw, { hashed: sharers.length > 1, taken });
      taken.add(name);
      return { name, tool };
    }),
  );
  return named.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function freeName(
  namespace: string,
  wish: string,
  identity: string,
  { hashed, taken }: { readonly hashed: boolean; readonly taken: ReadonlySet<string> },
): string {
  const room = MAX_NAME - namespace.length - SEPARATOR;
  if (!hashed && wish.length <= room && !taken.has(wish)) return wish;
  for (let attempt = 0; ; attempt++) {
    const suffix = `_${hash(attempt === 0 ? identity : `${identity}\0${attempt}`)}`;
    const name = wish.slice(0, Math.max(0, room - SUFFIX)) + suffix;
    if (!taken.has(name)) return name;
  }
}

function hash(text: string): string {
  return Bun.CryptoHasher.hash("sha1", text, "hex").slice(0, HASH_DIGITS);
}
