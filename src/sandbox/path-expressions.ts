// Regular expressions for paths, as the profile language of macOS has them (sandbox.md 3.3).

/** Matches the path and nothing else. */
export function literalExpression(path: string): string {
  return path.replaceAll(/[\\^$.|?*+()[\]{}"]/g, String.raw`\$&`);
}

/**
 * Of a pattern in the manner of Git: `*` and `?` stay within a name, `**` does not. A pattern without any of these covers
 * what lies below it too.
 */
export function globExpression(pattern: string): string {
  let expression = "";
  let plain = true;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const set = /^\[(!?)([^\]]+)\]/.exec(rest);
    plain &&= !/^[*?]/.test(rest) && set === null;
    if (rest.startsWith("**/")) {
      expression += "(.*/)?";
      at += 2;
    } else if (rest.startsWith("**")) {
      expression += ".*";
      at += 1;
    } else if (rest.startsWith("*")) expression += "[^/]*";
    else if (rest.startsWith("?")) expression += "[^/]";
    else if (set !== null) {
      expression += `[${set[1] === "!" ? "^" : ""}${set[2]}]`;
      at += set[0].length - 1;
    } else expression += literalExpression(rest.charAt(0));
  }
  return `^${expression}${plain ? "(/.*)?" : ""}$`;
}
