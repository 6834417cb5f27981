// What the tokens of a ChatGPT login say of the account; nothing is verified, that is the server's work (login-notify.md 5).

type Claims = Readonly<Record<string, unknown>>;

export type AccountClaims = {
  readonly email: string | undefined;
  /** As in the token; `planName` words it for people. */
  readonly plan: string | undefined;
  readonly userId: string | undefined;
  /** The workspace. */
  readonly accountId: string | undefined;
  readonly isFedramp: boolean;
  readonly organizationId: string | undefined;
  readonly projectId: string | undefined;
  /** The owner of an organisation that has not been set up yet. */
  readonly needsSetup: boolean;
};

const AUTH = "https://api.openai.com/auth";
const PROFILE = "https://api.openai.com/profile";

const PLAN_NAMES: Readonly<Record<string, string>> = {
  free: "Free",
  go: "Go",
  plus: "Plus",
  pro: "Pro",
  prolite: "Pro Lite",
  team: "Team",
  self_serve_business_usage_based: "Self Serve Business Usage Based",
  business: "Business",
  enterprise_cbp_usage_based: "Enterprise CBP Usage Based",
  enterprise: "Enterprise",
  hc: "Enterprise",
  edu: "Edu",
  education: "Edu",
};

/** The payload of a JWT, not verified; undefined if the text is none. */
export function jwtPayload(jwt: string): Claims | undefined {
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

/** What a token says of its account; nothing where it is no JWT. */
export function accountClaims(jwt: string): AccountClaims {
  const claims = jwtPayload(jwt) ?? {};
  const auth = recordOf(claims[AUTH]);
  return {
    email: textOf(claims["email"]) ?? textOf(recordOf(claims[PROFILE])["email"]),
    plan: textOf(auth["chatgpt_plan_type"]),
    userId: textOf(auth["chatgpt_user_id"]) ?? textOf(auth["user_id"]),
    accountId: textOf(auth["chatgpt_account_id"]),
    isFedramp: auth["chatgpt_account_is_fedramp"] === true,
    organizationId: textOf(auth["organization_id"]),
    projectId: textOf(auth["project_id"]),
    needsSetup: auth["completed_platform_onboarding"] !== true && auth["is_org_owner"] === true,
  };
}

/** When a token runs out, in milliseconds since the epoch; undefined when it does not say. */
export function expiryOf(jwt: string): number | undefined {
  const seconds = jwtPayload(jwt)?.["exp"];
  return typeof seconds === "number" ? seconds * 1000 : undefined;
}

/** `plus` → `Plus`; a plan that is not known is shown as it is. */
export function planName(plan: string): string {
  const key = plan.toLowerCase();
  return Object.hasOwn(PLAN_NAMES, key) ? (PLAN_NAMES[key] ?? plan) : plan;
}

function recordOf(value: unknown): Claims {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
