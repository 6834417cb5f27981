// Holds the merged config against the schema and the rules between keys, and shows the file, line and value at fault (config.md 6).

import { Validator } from "@cfworker/json-schema";
import type { ConfigLayer, TomlTable } from "./config";
import { isKnownFeature } from "./features";
import { bedrockFault, providersFault, BEDROCK } from "./providers";
import { describeValue, type Fault, firstFault, firstUnknownKey } from "./reword";
import type { ConfigToml, SchemaNode } from "./schema";
import { configSchemaText } from "./schema" with { type: "macro" };
import { type PathStep, scanToml } from "./toml-scan";
import { ConfigTomlError, excerpt, isTable, locate, position, valueAt } from "./toml-text";
import { UserError } from "../util/user-error";

/** The JSON Schema of config.toml, made when the program was built. As text it costs nothing until it is read. */
export function configSchema(): SchemaNode {
  // Written by configSchemaText, whose type this is.
  return JSON.parse(configSchemaText()) as SchemaNode;
}

/**
 * The merged table as a typed config. Only what is left after merging counts; the message then shows the first layer
 * that fails by itself.
 * @param layers lowest precedence first, enabled ones only
 * @throws ConfigTomlError with the reference's first lines, then the place in the file and what is allowed
 * @throws UserError for the rules the reference checks after loading
 */
export function validateConfig(merged: TomlTable, layers: readonly ConfigLayer[]): ConfigToml {
  const fault = configFault(merged);
  if (fault !== undefined) throw faultError(fault, layers);
  // Every key of the type was just held against the schema that the type is inferred from.
  const toml = merged as ConfigToml;
  checkLateRules(toml);
  return toml;
}

/**
 * For --strict-config: every layer must be right by itself and hold only known keys.
 * @throws ConfigTomlError for the first fault or unknown key
 */
export function checkStrictly(layers: readonly ConfigLayer[]): void {
  for (const layer of layers) {
    const fault = schemaFault(layer.toml);
    if (fault !== undefined) throw faultError(fault, [layer]);
    const unknown = firstUnknownKey(configSchema(), layer.toml) ?? unknownFeature(layer.toml);
    if (unknown === undefined) continue;
    const field = `unknown configuration field \`${unknown.join(".")}\``;
    const place = placeOf(layer, unknown, true);
    if (place !== undefined) {
      throw new ConfigTomlError(`${place.position}: ${field}\n${place.excerpt}`, { positioned: true });
    }
    throw new ConfigTomlError(`${field} in -c/--config override`, { positioned: false });
  }
}

function configFault(toml: TomlTable): Fault | undefined {
  return earlyFault(toml) ?? schemaFault(toml) ?? rulesFault(toml);
}

function schemaFault(toml: TomlTable): Fault | undefined {
  const schema = schemaFor(toml);
  // The validator notes addresses on the nodes; they are ours alone, parsed for this call.
  const validator = new Validator(schema as ConstructorParameters<typeof Validator>[0], "2020-12");
  const { valid, errors } = validator.validate(toml);
  if (valid) return undefined;
  return firstFault(schema, toml) ?? { path: [], message: errors.at(-1)?.error ?? "invalid config" };
}

/** The schema of the keys that are there; walking the whole of it would cost more than all the rest of loading. */
function schemaFor(toml: TomlTable): SchemaNode {
  const whole = configSchema();
  const known = Object.entries(whole.properties ?? {}).filter(([key]) => Object.hasOwn(toml, key));
  return { ...whole, properties: Object.fromEntries(known) };
}

/** Old values that deserve better than "unknown variant". */
function earlyFault(toml: TomlTable): Fault | undefined {
  for (const [id, provider] of Object.entries(tableAt(toml, "model_providers"))) {
    if (valueAt(provider, ["wire_api"]) !== "chat") continue;
    const message =
      '`wire_api = "chat"` is no longer supported.\n' +
      'How to fix: set `wire_api = "responses"` in your provider config.\n' +
      "More info: https://github.com/openai/codex/discussions/7782";
    return { path: ["model_providers", id, "wire_api"], message };
  }
  return undefined;
}

/** Rules that one value cannot show by itself. The table has passed the schema. */
function rulesFault(toml: TomlTable): Fault | undefined {
  for (const key of ["model_reasoning_effort", "plan_mode_reasoning_effort"]) {
    if (toml[key] === "") return { path: [key], message: "reasoning_effort must not be empty" };
  }
  const workspace = toml["forced_chatgpt_workspace_id"];
  if (typeof workspace === "string" && workspace.includes(",")) {
    const list = workspace.split(",").map((id) => JSON.stringify(id.trim()));
    const message =
      "forced_chatgpt_workspace_id must be a single workspace ID string or a TOML list of strings; " +
      "comma-separated strings are not supported. Use " +
      `\`forced_chatgpt_workspace_id = [${list.join(", ")}]\` instead.`;
    return { path: ["forced_chatgpt_workspace_id"], message };
  }
  const providers = providersFault(tableAt(toml, "model_providers"));
  if (providers !== undefined)
    return { path: providerPath(providers), shownPath: ["model_providers"], message: providers };
  for (const [name, server] of Object.entries(tableAt(toml, "mcp_servers"))) {
    const fault = isTable(server) ? serverFault(server) : undefined;
    if (fault !== undefined) {
      return {
        path: ["mcp_servers", name, ...fault.path],
        shownPath: ["mcp_servers", name],
        message: fault.message,
      };
    }
  }
  return keymapFault(valueAt(toml, ["tui", "keymap"]));
}

function providerPath(message: string): readonly PathStep[] {
  const reserved = /IDs: `([^`]+)`/.exec(message)?.[1];
  const own = /^model_providers\.(.+?): /.exec(message)?.[1];
  const id = reserved ?? own;
  return id === undefined ? ["model_providers"] : ["model_providers", id];
}

const ONLY_STDIO = ["args", "env", "env_vars", "cwd"];
const ONLY_HTTP = [
  ...["url", "bearer_token_env_var", "http_headers", "http_headers_helper", "env_http_headers"],
  ...["oauth", "oauth_resource"],
];

function serverFault(
  server: TomlTable,
): { readonly path: readonly PathStep[]; readonly message: string } | undefined {
  const isStdio = Object.hasOwn(server, "command");
  if (!isStdio && !Object.hasOwn(server, "url")) return { path: [], message: "invalid transport" };
  const transport = isStdio ? "stdio" : "streamable_http";
  const foreign = ["bearer_token", ...(isStdio ? ONLY_HTTP : ONLY_STDIO)].find((key) =>
    Object.hasOwn(server, key),
  );
  if (foreign !== undefined)
    return { path: [foreign], message: `${foreign} is not supported for ${transport}` };
  const variables: readonly unknown[] = Array.isArray(server["env_vars"]) ? server["env_vars"] : [];
  const sources = variables.map((variable) => valueAt(variable, ["source"]));
  const source = sources.find((name) => name !== undefined && name !== "local" && name !== "remote");
  if (source !== undefined) {
    return {
      path: ["env_vars"],
      message: `unsupported env_vars source \`${String(source)}\`; expected \`local\` or \`remote\``,
    };
  }
  const negative = ["startup_timeout_sec", "tool_timeout_sec"].find((key) => Number(server[key] ?? 0) < 0);
  return negative === undefined
    ? undefined
    : { path: [negative], message: "cannot convert float seconds to Duration: value is negative" };
}

const KEY_NAMES =
  /^(enter|return|esc|escape|tab|backspace|delete|del|home|end|page-?up|pgup|page-?down|pgdn|up|down|left|right|space|minus|f([1-9]|1\d|2[0-4])|[!-,.-~])$/i;
const MODIFIERS = /^(?:(?:ctrl|control)-|(?:alt|option)-|shift-)*/i;

function keymapFault(keymap: unknown): Fault | undefined {
  for (const [context, actions] of Object.entries(isTable(keymap) ? keymap : {})) {
    for (const [action, binding] of Object.entries(isTable(actions) ? actions : {})) {
      const keys: readonly unknown[] = Array.isArray(binding) ? binding : [binding];
      const wrong = keys.find((key) => typeof key !== "string" || !isKey(key));
      if (wrong === undefined) continue;
      return {
        path: ["tui", "keymap", context, action],
        message: "data did not match any variant of untagged enum KeybindingsSpec",
        help: `a key like "ctrl-g", "alt-enter", "page-down" or "f2", or a list of keys; ${JSON.stringify(wrong)} is none`,
      };
    }
  }
  return undefined;
}

function isKey(text: string): boolean {
  const modifiers = MODIFIERS.exec(text)?.[0] ?? "";
  const names = modifiers
    .toLowerCase()
    .replaceAll("control", "ctrl")
    .replaceAll("option", "alt")
    .split("-")
    .slice(0, -1);
  return new Set(names).size === names.length && KEY_NAMES.test(text.slice(modifiers.length));
}

/** What the reference checks after loading, and shows as `Error: ...`. */
function checkLateRules(toml: ConfigToml): void {
  if (toml.profile !== undefined) {
    throw new UserError(
      `legacy \`profile = "${toml.profile}"\` config is no longer supported; ` +
        `use \`--profile ${toml.profile}\` with \`${toml.profile}.config.toml\` instead`,
    );
  }
  if (toml.experimental_thread_store_endpoint !== undefined) {
    throw new UserError(
      "`experimental_thread_store_endpoint` is no longer supported; remove it from config.toml",
    );
  }
  for (const key of ["max_threads", "max_depth", "job_max_runtime_seconds"] as const) {
    if (toml.agents?.[key] === 0) throw new UserError(`agents.${key} must be at least 1`);
  }
  const bedrock = toml.model_providers?.[BEDROCK];
  const fault = bedrock === undefined ? undefined : bedrockFault(bedrock);
  if (fault !== undefined) throw new UserError(fault);
}

function unknownFeature(toml: TomlTable): readonly PathStep[] | undefined {
  const name = Object.keys(tableAt(toml, "features")).find((key) => !isKnownFeature(key));
  return name === undefined ? undefined : ["features", name];
}

function tableAt(toml: TomlTable, key: string): TomlTable {
  const table = valueAt(toml, [key]);
  return isTable(table) ? table : {};
}

function faultError(merged: Fault, layers: readonly ConfigLayer[]): ConfigTomlError {
  const own = layers.map((layer) => ({ layer, fault: configFault(layer.toml) })).find(({ fault }) => fault);
  const fault = own?.fault ?? merged;
  const holds = (layer: ConfigLayer) => valueAt(layer.toml, fault.path) !== undefined;
  const layer = own?.layer ?? layers.findLast(holds);
  const place = layer && placeOf(layer, fault.path, fault.marksKey ?? false);
  const message = place === undefined ? fault.message : withRawNumber(fault.message, layer, fault.path);
  const where =
    place !== undefined
      ? `\n${place.position}\n${place.excerpt}\n`
      : layer?.source.type === "session_flags"
        ? "\nin a -c/--config override\n"
        : "";
  const help = fault.help === undefined ? "" : `${where === "" ? "\n" : ""}allowed: ${fault.help}\n`;
  return new ConfigTomlError(`${message}\nin \`${shownPath(fault)}\`\n${where}${help}`, {
    positioned: false,
  });
}

/** Indices are left out, features are named as a whole, and the form of an approval policy is no step. */
function shownPath(fault: Fault): string {
  const steps = (fault.shownPath ?? fault.path).filter((step) => typeof step === "string");
  if (steps[0] === "features") return "features";
  return steps
    .filter((step, index) => !(steps[0] === "approval_policy" && index === 1 && step === "granular"))
    .join(".");
}

/** `1.0` is a whole number once parsed, but not what the user wrote. */
function withRawNumber(message: string, layer: ConfigLayer | undefined, path: readonly PathStep[]): string {
  const value = layer && valueAt(layer.toml, path);
  if (typeof value !== "number" || layer?.text === undefined) return message;
  const span = locate(scanToml(layer.text), path)?.node;
  const raw = span && layer.text.slice(span.start, span.end);
  return message.replace(describeValue(value), describeValue(value, raw));
}

function placeOf(
  layer: ConfigLayer,
  path: readonly PathStep[],
  marksKey: boolean,
): { readonly position: string; readonly excerpt: string } | undefined {
  if (layer.text === undefined || layer.source.type === "session_flags") return undefined;
  const found = locate(scanToml(layer.text), path);
  const span = (marksKey ? found?.entry?.keySpan : undefined) ?? found?.span ?? { start: 0, end: 1 };
  const inHeader = found?.entry === undefined && found?.section.header !== undefined;
  const start = inHeader && marksKey ? span.start + 1 : span.start;
  return {
    position: position(layer.text, start, layer.source.file),
    excerpt: excerpt(layer.text, { start, end: inHeader && marksKey ? span.end - 1 : span.end }),
  };
}
