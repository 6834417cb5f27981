// Asks a server of this machine, which answers at once or not at all.

/** A local server that takes longer is not running. */
const ANSWER_MS = 5_000;

export type LocalAnswer =
  | { readonly type: "json"; readonly json: unknown }
  /** It answered, but not with what was asked for; `status` is such as `404 Not Found`. */
  | { readonly type: "refused"; readonly status: string }
  | { readonly type: "unreachable" };

/** Never throws. */
export async function askLocal(url: string): Promise<LocalAnswer> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
  } catch {
    // Refused, reset or silent: for the user it is all the same, nobody is there.
    return { type: "unreachable" };
  }
  try {
    const text = await response.text();
    if (response.ok) return { type: "json", json: JSON.parse(text) as unknown };
  } catch {
    // A body that breaks off or is not JSON is an answer of something else than we look for.
    return { type: "refused", status: "an answer that cannot be read" };
  }
  return { type: "refused", status: `${response.status} ${response.statusText}`.trimEnd() };
}

/** The texts under `field` in the objects of the list under `list`: `{"models":[{"name":"a"}]}`. */
export function namesIn(json: unknown, list: string, field: string): readonly string[] {
  const entries = isObject(json) ? json[list] : undefined;
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown) => {
    const name = isObject(entry) ? entry[field] : undefined;
    return typeof name === "string" ? [name] : [];
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
