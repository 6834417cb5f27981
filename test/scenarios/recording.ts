// Where recordings are kept and how they are written.

import { join } from "node:path";
import type { Json } from "./normalise";
import type { Transcript } from "./transcript";

const FOLDER = join(import.meta.dir, "recorded");
/** A value that fits is written on one line. */
const LINE_CHARACTERS = 140;

/** The recording of our own for a scenario that differs as a whole. */
export function ownName(name: string): string {
  return `${name}.ours`;
}

/** Undefined for a scenario that was never recorded. */
export async function readRecording(name: string): Promise<Transcript | undefined> {
  const file = Bun.file(path(name));
  return (await file.exists()) ? ((await file.json()) as Transcript) : undefined; // written by writeRecording
}

export async function writeRecording(name: string, transcript: Transcript): Promise<void> {
  await Bun.write(path(name), `${written(transcript, "")}\n`);
}

function path(name: string): string {
  return join(FOLDER, `${name}.json`);
}

function written(value: Json, indent: string): string {
  const compact = JSON.stringify(value);
  if (value === null || typeof value !== "object" || indent.length + compact.length <= LINE_CHARACTERS)
    return compact;
  const deeper = `${indent} `;
  const [open, inner, close] = Array.isArray(value)
    ? ["[", value.map((each: Json) => written(each, deeper)), "]"]
    : [
        "{",
        Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${written(each, deeper)}`),
        "}",
      ];
  return `${open}\n${deeper}${inner.join(`,\n${deeper}`)}\n${indent}${close}`;
}
