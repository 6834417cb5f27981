// Tells by a single line of Markdown what it begins or goes on with.

export const FENCE = /^(`{3,}|~{3,})\s*([^`]*)$/;
export const RULE = /^(?:-[ \t]*){3,}$|^(?:\*[ \t]*){3,}$|^(?:_[ \t]*){3,}$/;
export const MARKER = /^([-+*]|(\d{1,9})[.)])(?:\s{1,4}(?=\S)|\s*$)/;

/** Whether a line after those of a paragraph is no part of it. A number other than 1 may be one of the text. */
export function beginsBlock(line: string, inList: boolean): boolean {
  const text = line.trimStart();
  if (/^#{1,6}\s/.test(text) || FENCE.test(text) || RULE.test(text) || text.startsWith(">")) return true;
  const marker = MARKER.exec(text);
  return marker !== null && (inList || marker[2] === undefined || marker[2] === "1") && text !== marker[0];
}

/** The text behind `>`, or undefined when there is none. */
export function quoted(line: string): string | undefined {
  return /^\s*> ?(.*)$/.exec(line)?.[1];
}

export function leadingCells(line: string): number {
  return line.length - line.trimStart().length;
}

export function withoutIndent(line: string, width: number): string {
  return line.slice(Math.min(width, line.length - line.trimStart().length));
}

/** Whether no emphasis or code is open at the end of a text, as far as counting can tell. */
export function balanced(text: string): boolean {
  return ["`", "**", "__", "~~"].every((mark) => text.split(mark).length % 2 === 1);
}
