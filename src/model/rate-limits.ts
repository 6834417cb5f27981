// The rate limits that the server reports in the headers of a response (agent.md 2), in the form clients and session files use.

export type RateLimitWindow = {
  readonly used_percent: number;
  readonly window_minutes: number | null;
  /** Unix seconds. */
  readonly resets_at: number | null;
};

export type RateLimits = {
  readonly limit_id: string;
  readonly limit_name: string | null;
  readonly primary: RateLimitWindow | null;
  readonly secondary: RateLimitWindow | null;
  readonly credits: {
    readonly has_credits: boolean;
    readonly unlimited: boolean;
    readonly balance: string | null;
  } | null;
  readonly individual_limit: null;
  readonly plan_type: string | null;
  readonly rate_limit_reached_type: string | null;
};

/** The limits of every family that the headers name; the `codex` family is always there, and last. */
export function rateLimits(headers: Headers): readonly RateLimits[] {
  const families = new Set<string>();
  for (const name of headers.keys()) {
    const family = /^x-(.+)-primary-used-percent$/.exec(name)?.[1];
    if (family !== undefined && family !== "codex") families.add(family);
  }
  return [...families, "codex"].map((family) => limitsOf(family, headers));
}

function limitsOf(family: string, headers: Headers): RateLimits {
  const credits = headers.get("x-codex-credits-has-credits");
  const own = family === "codex";
  return {
    limit_id: family.replaceAll("-", "_"),
    limit_name: headers.get(`x-${family}-limit-name`),
    primary: windowOf(`x-${family}-primary`, headers),
    secondary: windowOf(`x-${family}-secondary`, headers),
    credits:
      own && credits !== null
        ? {
            has_credits: isTrue(credits),
            unlimited: isTrue(headers.get("x-codex-credits-unlimited")),
            balance: headers.get("x-codex-credits-balance"),
          }
        : null,
    individual_limit: null,
    plan_type: null,
    rate_limit_reached_type: own ? headers.get("x-codex-rate-limit-reached-type") : null,
  };
}

function windowOf(prefix: string, headers: Headers): RateLimitWindow | null {
  const used = numberOf(headers.get(`${prefix}-used-percent`));
  if (used === null) return null;
  return {
    used_percent: used,
    window_minutes: numberOf(headers.get(`${prefix}-window-minutes`)),
    resets_at: numberOf(headers.get(`${prefix}-reset-at`)),
  };
}

function numberOf(value: string | null): number | null {
  const number = value === null || value.trim() === "" ? NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function isTrue(value: string | null): boolean {
  return value?.toLowerCase() === "true" || value === "1";
}
