// The text of `auth.json`: read whichever release wrote it, written so that every release can read it (login-notify.md 1).

import { positionText, readJson } from "../util/json-reader";
import { accountClaims, jwtPayload } from "./jwt";

export type AuthMode = "apikey" | "chatgpt" | "chatgptAuthTokens" | "agentIdentity" | "personalAccessToken";

export type AuthTokens = {
  /** A JWT; its payload can be decoded. */
  readonly idToken: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accountId: string | undefined;
};

type Json = Readonly<Record<string, unknown>>;

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
  /** All of it, fields that we do not know included: they are kept when the tokens are renewed. */
  readonly json: Json;
};

/** There is something, and it is of no use. */
export type InvalidAuth = { readonly type: "invalid"; readonly message: string };

const MODES: readonly AuthMode[] = [
  ...(["apikey", "chatgpt", "chatgptAuthTokens", "agentIdentity", "personalAccessToken"] as const),
];
/** In the order in which they are written. */
const FIELDS = [
  ...["auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh", "agent_identity", "personal_access_token"],
];
const TEXT_FIELDS = FIELDS.filter((field) => field !== "tokens");

/** Reads the text of `auth.json`: unknown fields are passed over, fields of a wrong type make it invalid. */
export function parseAuth(text: string): StoredAuth | InvalidAuth {
  const node = readJson(text);
  if (node.type === "error") {
    return { type: "invalid", message: `${node.problem} at ${positionText(text, node.at)}` };
  }
  const json = node.value;
  if (!isRecord(json)) return { type: "invalid", message: "auth.json does not hold a JSON object" };
  const wrong = TEXT_FIELDS.find((field) => !isOptionalString(json[field]));
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
    json,
  };
}

/** The text as it is kept: `pretty` in the file, `compact` in a keyring. */
export function renderAuth({ json }: StoredAuth, form: "pretty" | "compact"): string {
  const known = FIELDS.flatMap((field) => {
    const value = json[field] ?? null;
    return value === null && field !== "OPENAI_API_KEY" ? [] : [[field, value] as const];
  });
  const others = Object.entries(json).filter(([field]) => !FIELDS.includes(field));
  return JSON.stringify(Object.fromEntries([...known, ...others]), null, form === "pretty" ? 2 : undefined);
}

export function apiKeyAuth(key: string): StoredAuth {
  return made({ auth_mode: "apikey", OPENAI_API_KEY: key });
}

/** Written without a mode: that is how the reference tells them. */
export function personalTokenAuth(token: string): StoredAuth {
  return made({ personal_access_token: token });
}

/** A new login. @param apiKey what the id token could be exchanged for */
export function chatgptAuth(
  tokens: Omit<AuthTokens, "accountId">,
  apiKey: string | undefined,
  now: Date,
): StoredAuth {
  return made({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: apiKey ?? null,
    tokens: {
      id_token: tokens.idToken,
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken,
      account_id: accountClaims(tokens.idToken).accountId ?? null,
    },
    last_refresh: now.toISOString(),
  });
}

/** The same login with new tokens, of which a server need not send all; nothing else changes (login-notify.md 6). */
export function renewedAuth(auth: StoredAuth, fresh: Partial<AuthTokens>, now: Date): StoredAuth {
  const old = isRecord(auth.json["tokens"]) ? auth.json["tokens"] : {};
  return made({
    ...auth.json,
    tokens: {
      ...old,
      ...(fresh.idToken !== undefined && { id_token: fresh.idToken }),
      ...(fresh.accessToken !== undefined && { access_token: fresh.accessToken }),
      ...(fresh.refreshToken !== undefined && { refresh_token: fresh.refreshToken }),
    },
    last_refresh: now.toISOString(),
  });
}

/** @throws Error for tokens that could not be read back */
function made(json: Json): StoredAuth {
  const auth = parseAuth(JSON.stringify(json));
  if (auth.type === "invalid") throw new Error(auth.message);
  return auth;
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

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

function optionalString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function hasSameTokens({ tokens: one }: StoredAuth, { tokens: other }: StoredAuth): boolean {
  return one?.accessToken === other?.accessToken && one?.refreshToken === other?.refreshToken;
}
