// Reads the id of a thread, in any form that a UUID has, and says in the words of the reference what is wrong with it.

export type ReadThreadId =
  /** With dashes, in lower case. */
  { readonly type: "id"; readonly id: string } | { readonly type: "invalid"; readonly reason: string };

const THREAD_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function threadIdIn(text: string): ReadThreadId {
  const lower = text.toLowerCase().replace(/^urn:uuid:/, "");
  const id = /^[0-9a-f]{32}$/.test(lower)
    ? lower.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    : lower;
  return THREAD_ID.test(id) ? { type: "id", id } : { type: "invalid", reason: fault(lower) };
}

function fault(text: string): string {
  const at = text.search(/[^0-9a-f-]/);
  if (at >= 0) {
    return `invalid character: expected an optional prefix of \`urn:uuid:\` followed by [0-9a-fA-F-], found \`${text.charAt(at)}\` at ${at + 1}`;
  }
  const length = text.replaceAll("-", "").length;
  return `invalid length: expected length 32 for simple format, found ${length}`;
}
