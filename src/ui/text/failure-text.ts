// What a person reads of a failed turn: the message in the server's JSON instead of the JSON. `exec` prints it as it came (agent.md 11).

/** More of a body says nothing to a person: it is a page. */
const BODY_CHARACTERS = 1000;
const JSON_IN_STATUS = /^(unexpected status \d+ [^:{]*: )(\{[\s\S]*\})(, url: [\s\S]*)$/;

/** `message` is that of `turn.failed`; a status of 400 says that it is the body of the answer. */
export function failureText(message: string, httpStatus?: number): string {
  if (httpStatus === 400) {
    const text = messageIn(message) ?? beginning(message.trim());
    return `The request was refused (HTTP 400)${text === "" ? "." : `: ${text}`}`;
  }
  const [, before = "", body = "", after = ""] = JSON_IN_STATUS.exec(message) ?? [];
  const text = messageIn(body);
  return text === null ? message : `${before}${text}${after}`;
}

/** Of `{"error":{"message":…}}`, `{"error":…}`, `{"message":…}` and `{"detail":…}`; null when there is none. */
function messageIn(body: string): string | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return null; // A server may answer with anything.
  }
  const error = field(parsed, "error");
  const found = [field(error, "message"), error, field(parsed, "message"), field(parsed, "detail")];
  return found.find((each): each is string => typeof each === "string" && each.trim() !== "") ?? null;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name]; // An object may be asked for any field.
}

function beginning(text: string): string {
  return text.length <= BODY_CHARACTERS ? text : `${text.slice(0, BODY_CHARACTERS)}…`;
}
