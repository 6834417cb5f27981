// Trims Unicode White_Space, which differs from what JavaScript trims: NEL (U+0085) is white space, the BOM (U+FEFF) is not.

export function trim(text: string): string {
  const end = endOf(text);
  return text.slice(startOf(text, end), end);
}

export function trimStart(text: string): string {
  return text.slice(startOf(text, text.length));
}

export function trimEnd(text: string): string {
  return text.slice(0, endOf(text));
}

export function isBlank(text: string): boolean {
  return endOf(text) === 0;
}

function startOf(text: string, end: number): number {
  let start = 0;
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++;
  return start;
}

function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && isWhiteSpace(text.charCodeAt(end - 1))) end--;
  return end;
}

/** Every White_Space character is one UTF-16 unit. */
function isWhiteSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}
