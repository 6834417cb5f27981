// The styles of the interface by what they mean; without colours, bold, dim and italic remain (tui.md 11).

import { Chalk } from "chalk";
import type { ColourLevel } from "./colour";

/** Puts a style around a text. */
export type Style = (text: string) => string;

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

export type Theme = {
  readonly level: ColourLevel;
  /** Weights, kept without colours. */
  readonly bold: Style;
  readonly dim: Style;
  readonly italic: Style;
  readonly underline: Style;
  readonly strike: Style;
  readonly inverse: Style;
  /** The mark before what the user said. */
  readonly userMark: Style;
  /** The tinted background of what the user said; nothing while the terminal's own colour is unknown. */
  readonly userBackground: Style;
  /** What can be chosen, typed or followed: commands, keys, the choice under the cursor. */
  readonly accent: Style;
  readonly selected: Style;
  readonly placeholder: Style;
  readonly success: Style;
  readonly warning: Style;
  readonly error: Style;
  /** Shell mode, plan mode. */
  readonly shell: Style;
  readonly plan: Style;
  readonly heading: Style;
  readonly code: Style;
  readonly link: Style;
  /** Lines of a diff with a background where there are 256 colours or more; signs and counts without. */
  readonly added: Style;
  readonly removed: Style;
  readonly addedMark: Style;
  readonly removedMark: Style;
  readonly syntax: {
    readonly keyword: Style;
    readonly string: Style;
    readonly number: Style;
    readonly comment: Style;
    readonly function: Style;
    readonly type: Style;
  };
};

/** How much of the other colour a tint takes. */
const TINT = 0.12;

/**
 * @param background what the terminal has answered so far about its own background
 * @param plain not even bold and dim, for terminals that know no sequences
 */
export function createTheme(
  level: ColourLevel,
  background: () => Rgb | undefined = () => undefined,
  plain = false,
): Theme {
  const weights = new Chalk({ level: plain ? 0 : 1 });
  const colours = new Chalk({ level: plain ? 0 : level });
  const isLight = () => lightness(background()) > 0.5;
  const onTint =
    (dark: Rgb, light: Rgb, plainStyle: Style): Style =>
    (text) => {
      if (level < 2 || background() === undefined) return plainStyle(text);
      return colours.bgRgb(...(isLight() ? light : dark))(text);
    };
  return {
    level,
    bold: weights.bold,
    dim: weights.dim,
    italic: weights.italic,
    underline: weights.underline,
    strike: weights.strikethrough,
    inverse: weights.inverse,
    userMark: weights.bold.dim,
    userBackground: (text) => {
      const own = background();
      return level < 2 || own === undefined ? text : colours.bgRgb(...tinted(own))(text);
    },
    accent: colours.cyan,
    selected: (text) => colours.cyan(weights.bold(text)),
    placeholder: weights.dim,
    success: colours.green,
    warning: colours.yellow,
    error: colours.red,
    shell: colours.magenta,
    plan: colours.magenta,
    heading: weights.bold,
    code: colours.cyan,
    link: (text) => colours.cyan(weights.underline(text)),
    added: onTint([33, 58, 43], [218, 251, 225], colours.green),
    removed: onTint([74, 34, 29], [255, 235, 233], colours.red),
    addedMark: colours.green,
    removedMark: colours.red,
    syntax: {
      keyword: colours.magenta,
      string: colours.green,
      number: colours.yellow,
      comment: weights.dim,
      function: colours.blue,
      type: colours.cyan,
    },
  };
}

function tinted(own: Rgb): Rgb {
  const towards = lightness(own) > 0.5 ? 0 : 255;
  const blend = (channel: number) => Math.round(channel + (towards - channel) * TINT);
  return [blend(own[0]), blend(own[1]), blend(own[2])];
}

/** 0 black, 1 white; an unknown colour counts as dark. */
function lightness(colour: Rgb | undefined): number {
  if (colour === undefined) return 0;
  const [red, green, blue] = colour;
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}
