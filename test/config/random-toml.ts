// Random TOML documents in every spelling the language has, from a seed.

/** Numbers from 0 up to, not including, `below`; the same for the same seed. */
export type Random = (below: number) => number;

export function random(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export function pick<T>(next: Random, items: readonly [T, ...T[]]): T {
  return items[next(items.length)] ?? items[0];
}

/** Most of them are valid; a few repeat a key. */
export function randomToml(next: Random): string {
  const newline = pick(next, ["\n", "\n", "\r\n"]);
  const lines: string[] = [];
  const body = (names: string) => {
    for (let count = next(4); count > 0; count--) {
      if (next(4) === 0) lines.push(pick(next, ["", "# a comment", '  # = [not] "a" key', "\t"]));
      const dots = next(4) === 0 ? `.${key(next, names)}` : "";
      lines.push(
        `${pick(next, ["", "", "  "])}${key(next, names)}${dots}${pick(next, [" = ", "=", "  =\t"])}${value(next, newline, 0)}${pick(next, ["", "", " # why", "  "])}`,
      );
    }
  };
  body("abcd");
  for (let count = next(5); count > 0; count--) {
    const path = Array.from({ length: 1 + next(3) }, () => key(next, "efghij")).join(
      pick(next, [".", ".", " . "]),
    );
    const isArray = next(4) === 0;
    lines.push(
      ...(next(2) === 0 ? [""] : []),
      `${isArray ? "[[" : "["}${path}${isArray ? "]]" : "]"}${pick(next, ["", " # table"])}`,
    );
    body("klmno");
  }
  return `${lines.join(newline)}${next(5) === 0 ? "" : newline}`;
}

function key(next: Random, names: string): string {
  const letter = names[next(names.length)] ?? "z";
  return pick(next, [
    letter,
    letter,
    letter,
    `${letter}-1`,
    `"${letter}.q"`,
    `'${letter} \\'`,
    `"\\u00e9${letter}"`,
    `1${letter}`,
  ]);
}

function value(next: Random, newline: string, depth: number): string {
  const kind = next(depth > 2 ? 7 : 10);
  if (kind < 3) return text(next, newline);
  if (kind < 5)
    return pick(next, ["0", "-17", "+1_000", "0xDEAD", "0o17", "0b101", "9007199254740993", "true", "false"]);
  if (kind < 6) return pick(next, ["1.5", "-0.0", "6e2", "1_0.2_5E-3", "inf", "-nan"]);
  if (kind < 7)
    return pick(next, [
      "1979-05-27",
      "07:32:00",
      "07:32",
      "1979-05-27T07:32:00Z",
      "1979-05-27 07:32:00.25-07:00",
    ]);
  const items = (one: () => string): string => {
    const spaced = pick(next, ["", " ", `${newline}  `, ` # in${newline}\t`]);
    const list = Array.from({ length: next(4) }, one);
    const comma = list.length > 0 && next(3) === 0 ? "," : "";
    return `${spaced}${list.join(`,${spaced}`)}${comma}${spaced}`;
  };
  if (kind < 9) return `[${items(() => value(next, newline, depth + 1))}]`;
  const letters = ["p", "q", "r", "s", "t"];
  return `{${items(() => `${letters.shift() ?? "z"}${next(5) === 0 ? ".u" : ""} = ${value(next, newline, depth + 1)}`)}}`;
}

function text(next: Random, newline: string): string {
  return pick(next, [
    ...([
      '""',
      '"plain"',
      '"a # \\" \\\\ b"',
      '"\\u00e9\\U0001F600\\x41\\e"',
      "''",
      "'C:\\x'",
      "'a # \"'",
    ] as const),
    ...([
      `"""${newline}two${newline}lines"""`,
      '"""a ""quoted"" b"""""',
      `"""a \\${newline}   b \\" """`,
    ] as const),
    ...([`'''${newline}it''s = [x]${newline}'''`, "'''q'''''", '"日本語 é"'] as const),
  ]);
}
