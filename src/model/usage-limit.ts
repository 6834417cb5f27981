// What to tell a user whose plan is used up: what the plan can do about it, and when it works again (agent.md 11).

const USAGE_PAGE = "https://chatgpt.com/codex/settings/usage";

/** Plans that can do something, and what. Any other plan only hears when to try again. */
const ADVICE: Readonly<Record<string, string>> = {
  plus: `Upgrade to Pro (https://chatgpt.com/explore/pro), visit ${USAGE_PAGE} to purchase more credits`,
  pro: `Visit ${USAGE_PAGE} to purchase more credits`,
  free: "Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus),",
  go: "Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus),",
  team: "To get more access now, send a request to your admin",
  business: "To get more access now, send a request to your admin",
};

/**
 * @param error the `error` object of the 429: `plan_type`, and `resets_at` in Unix seconds
 * @param headers may hold a message of the day in place of the advice
 */
export function usageLimitText(
  error: Readonly<Record<string, unknown>>,
  headers: Headers,
  now: Date,
): string {
  const plan = typeof error.plan_type === "string" ? error.plan_type.toLowerCase() : "";
  const offer = headers.get("x-codex-promo-message");
  const advice = offer === null ? ADVICE[plan] : `${offer},`;
  const resets = typeof error.resets_at === "number" ? new Date(error.resets_at * 1000) : null;
  const when = resets === null ? "later" : `at ${localTime(resets, now)}`;
  const retry = advice === undefined ? `Try again ${when}.` : `${advice} or try again ${when}.`;
  return `You've hit your usage limit. ${retry}`;
}

/** `3:05 PM` when that is today, else `Nov 23rd, 2026 10:40 AM`; local time. */
export function localTime(time: Date, now: Date): string {
  const clock = `${time.getHours() % 12 || 12}:${String(time.getMinutes()).padStart(2, "0")} ${time.getHours() < 12 ? "AM" : "PM"}`;
  if (time.toDateString() === now.toDateString()) return clock;
  return `${MONTHS[time.getMonth()]} ${ordinal(time.getDate())}, ${time.getFullYear()} ${clock}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function ordinal(day: number): string {
  const teen = day >= 11 && day <= 13;
  return `${day}${(teen ? undefined : { 1: "st", 2: "nd", 3: "rd" }[day % 10]) ?? "th"}`;
}
