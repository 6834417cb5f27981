// Reads `auth.json`, the stored login, whichever release wrote it (login-notify.md 1).

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../util/user-error";

export type AuthMode = "apikey" | "chatgpt" | "chatgptAuthTokens" | "agentIdentity" | "personalAccessToken";

export type AuthTokens = {
  /** A JWT; its payload can be decoded. */
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accountId: string | undefined;
};

export type StoredAuth = {
  readonly type: "stored";
  /** As the file says, or inferred for files of older releases. */
  readonly mode: AuthMode;
  readonly apiKey: string | undefined;
  readonly tokens: AuthTokens | undefined;
  /** RFC 3339, as stored. */
  readonly lastRefresh: string | undefined;
  readonly agentIdentity: string | undefined;
  readonly personalAccessToken: string | undefined;
};

/** There is a file, and it is of no use. */
export type InvalidAuth = { readonly type: "invalid"; readonly message: string };

const MODES: readonly AuthMode[] = [
  ...(["apikey", "chatgpt", "chatgptAuthTokens", "agentIdentity", "personalAccessToken"] as const),
];

export function authFile(codexHome: string): string {
  return join(codexHome, "auth.json");
}

/** The stored login; undefined when nobody is signed in. Never throws. */
export function readAuth(codexHome: string): StoredAuth | InvalidAuth | undefined {
  const file = authFile(codexHome);
  try {
    return parseAuth(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    return { type: "invalid", message: messageOf(error) };
  }
}

/** Reads the text of `auth.json`: unknown fields are passed over, fields of a wrong type make it invalid. */
export function parseAuth(text: string): StoredAuth | InvalidAuth {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { type: "invalid", message: messageOf(error) };
  }
  if (!isRecord(json)) return { type: "invalid", message: "auth.json does not hold a JSON object" };
  const fields = ["auth_mode", "OPENAI_API_KEY", "last_refresh", "agent_identity", "personal_access_token"];
  const wrong = fields.find((field) => !isOptionalString(json[field]));
  if (wrong !== undefined) return { type: "invalid", message: `\`${wrong}\` is not a string` };
  const tokens =
    json["tokens"] === undefined || json["tokens"] === null ? undefined : readTokens(json["tokens"]);
  if (typeof tokens === "string") return { type: "invalid", message: tokens };
  const apiKey = optionalString(json["OPENAI_API_KEY"]);
  const personalAccessToken = optionalString(json["personal_access_token"]);
  const named = optionalString(json["auth_mode"]);
  const mode =
    named === undefined ? inferMode(apiKey, personalAccessToken) : MODES.find((one) => one === named);
  if (mode === undefined) return { type: "invalid", message: `unknown \`auth_mode\` \`${named}\`` };
  if (mode === "apikey" && apiKey === undefined) {
    return { type: "invalid", message: "API key auth is missing a key." };
  }
  return {
    type: "stored",
    mode,
    apiKey,
    tokens,
    lastRefresh: optionalString(json["last_refresh"]),
    agentIdentity: optionalString(json["agent_identity"]),
    personalAccessToken,
  };
}

/** The payload of a JWT, not verified; undefined if the text is none. */
export function jwtPayload(jwt: string): Readonly<Record<string, unknown>> | undefined {
  const parts = jwt.split(".");
  const [, payload] = parts;
  if (parts.length !== 3 || parts.includes("") || payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return isRecord(claims) ? claims : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function inferMode(apiKey: string | undefined, personalAccessToken: string | undefined): AuthMode {
  if (personalAccessToken !== undefined) return "personalAccessToken";
  return apiKey === undefined ? "chatgpt" : "apikey";
}

/** The tokens, or what is wrong with them. */
function readTokens(value: unknown): AuthTokens | string {
  if (!isRecord(value)) return "`tokens` is not an object";
  const { id_token: idToken, access_token: accessToken, refresh_token: refreshToken } = value;
  if (typeof idToken !== "string" || jwtPayload(idToken) === undefined)
    return "`tokens.id_token` is not a JWT";
  if (typeof accessToken !== "string") return "`tokens.access_token` is not a string";
  if (typeof refreshToken !== "string") return "`tokens.refresh_token` is not a string";
  return { idToken, accessToken, refreshToken, accountId: optionalString(value["account_id"]) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

function optionalString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
