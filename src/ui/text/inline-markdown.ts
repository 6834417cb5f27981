// Renders the words of Markdown (emphasis, code, links, entities) with the styles of a theme; blocks are the business of others.

import { fileURLToPath } from "node:url";
import type { Theme } from "../terminal/theme";

export type InlineOptions = {
  readonly theme: Theme;
  /** Whether the terminal is sent links that can be followed (OSC 8). */
  readonly hyperlinks: boolean;
  /** Absolute; files below it are named relative to it. */
  readonly cwd: string;
};

/** Keeps Bun from seeing a heading, a list or a quote in words that are none; no foreign text holds it. */
const GUARD = "\x01";
const NO_BLOCKS = { noHtmlBlocks: true, noHtmlSpans: true, autolinks: { url: true }, tables: false } as const;

/** `text`, free of control characters, is the inside of a paragraph, a heading or a cell. Line breaks stay. */
export function inlineMarkdown(text: string, options: InlineOptions): string {
  if (!SPECIAL.test(text)) return text;
  const { theme } = options;
  const guarded = text.replace(/^[ \t]+|( {2,}|\\)$/gm, "").replace(BLOCK_START, (start) => GUARD + start);
  const styled = Bun.markdown.render(
    guarded,
    {
      strong: theme.bold,
      emphasis: theme.italic,
      strikethrough: theme.strike,
      codespan: theme.code,
      link: (label, { href }) => link(label, href, options),
      image: (label, { src }) => link(label === "" ? src : label, src, options),
    },
    NO_BLOCKS,
  );
  return styled.replaceAll(GUARD, "");
}

/** Letters without which a text has nothing to render. */
const SPECIAL = /[*_`[\]<&~\\!]|:\/\/| {2}$/m;

/** What would begin a block, or be one, at the start of a line. */
const BLOCK_START = /^(?:#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|\d+[.)](?=\s|$)|```|~~~|\[|(?:[-*_=][ \t]*)+$)/gm;

function link(label: string, target: string, { theme, hyperlinks, cwd }: InlineOptions): string {
  const file = localFile(target);
  if (file !== undefined) return theme.code(relativeTo(cwd, file));
  const plain = Bun.stripANSI(label).replaceAll(GUARD, "");
  const shown = plain === "" ? target : label;
  if (!/^(https?|mailto):/i.test(target)) return shown === target ? shown : `${shown} (${target})`;
  if (hyperlinks) return `\x1b]8;;${asciiOnly(target)}\x1b\\${theme.link(shown)}\x1b]8;;\x1b\\`;
  const said = plain === target || plain === "" || `mailto:${plain}` === target;
  return said ? theme.link(shown) : `${shown} (${theme.link(target)})`;
}

/** The path with `:line` when the target is a file of this machine; undefined for anything else. */
function localFile(target: string): string | undefined {
  if (/^file:\/\//i.test(target)) return fromFileUrl(target);
  if (target === "" || /^([a-z][a-z0-9+.-]+:(?!\d)|#|\/\/)/i.test(target)) return undefined;
  return withLine(decoded(target));
}

function fromFileUrl(target: string): string | undefined {
  try {
    const url = new URL(target);
    const { hash } = url;
    url.hash = "";
    return withLine(fileURLToPath(url) + hash);
  } catch {
    // No path of this system: shown as the address that it is.
    return undefined;
  }
}

/** `#L12` and `#L12C3` say the same as `:12`. */
function withLine(path: string): string {
  return path.replace(/#L(\d+)(?:C\d+)?(-L?\d+)?.*$/, ":$1");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that is only that.
    return text;
  }
}

function relativeTo(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

function asciiOnly(target: string): string {
  return target.replace(/[^\x21-\x7e]+/gu, (part) => encodeURIComponent(part.toWellFormed()));
}
