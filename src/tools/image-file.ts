// An image file as the `data:` URL that a request carries, scaled to what a model looks at.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { osErrorText } from "../util/os-error";

/** Larger sides are scaled down to this, in pixels. */
const MAX_IMAGE_SIDE = 2048;
/** Files over this many bytes are not read into a request. */
const MAX_IMAGE_BYTES = 64 * 1_048_576;

/** The file could be read, and is none of the kinds of image that models take. */
export class UnsupportedImage extends Error {}

export type ImageDetail = "high" | "original";

/** A `data:` URL of the file; scaled to fit when larger than the model looks at, byte for byte otherwise. Throws with the reason. */
export async function imageDataUrl(path: string, detail: ImageDetail): Promise<string> {
  const bytes = readBytes(path);
  const type = imageType(bytes);
  if (type === undefined) throw new UnsupportedImage(`unsupported image \`${typeByName(path)}\``);
  if (detail === "original") return dataUrl(type, bytes);
  const image = new Bun.Image(bytes);
  const { width, height } = await image.metadata();
  if (Math.max(width, height) <= MAX_IMAGE_SIDE) return dataUrl(type, bytes);
  const scaled = image.resize(MAX_IMAGE_SIDE, MAX_IMAGE_SIDE, { fit: "inside" });
  return type === "image/jpeg"
    ? dataUrl(type, await scaled.jpeg().bytes())
    : dataUrl("image/png", await scaled.png().bytes());
}

function readBytes(path: string): Uint8Array<ArrayBuffer> {
  let fd: number;
  try {
    // Non-blocking: opening a pipe would wait for its writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Error(osErrorText(error), { cause: error });
  }
  try {
    const status = fstatSync(fd);
    if (!status.isFile()) throw new Error("it is not a file");
    if (status.size > MAX_IMAGE_BYTES) throw new Error(`the file is larger than ${MAX_IMAGE_BYTES} bytes`);
    return new Uint8Array(readFileSync(fd));
  } catch (error) {
    throw new Error(osErrorText(error), { cause: error });
  } finally {
    closeSync(fd);
  }
}

function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}

/** What the file pretends to be. */
function typeByName(path: string): string {
  const [type = ""] = Bun.file(path).type.split(";");
  return type === "application/octet-stream" ? "unknown" : type;
}

/** By the file's first bytes, whatever its name says. */
function imageType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF8")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  return undefined;
}
