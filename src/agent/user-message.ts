// A user's input as the message the model reads: images first, each between tags that name it, then the text (agent.md 3).

import type { ContentPart, MessageItem } from "../protocol/response-items";
import type { UserInput } from "../protocol/user-input";
import { imageDataUrl, UnsupportedImage, type ImageDetail } from "../tools/image-file";
import { messageOf } from "../util/user-error";

/** Reads local images from disk; one that cannot be read becomes a text that says so. Never throws for a bad image. */
export async function userMessage(input: readonly UserInput[], detail: ImageDetail): Promise<MessageItem> {
  const images = input.filter((part) => part.type === "image" || part.type === "local_image");
  const texts = input.filter((part) => part.type === "text");
  const content: ContentPart[] = [];
  for (const [index, image] of images.entries()) {
    content.push(
      ...(image.type === "local_image"
        ? await localImage(image.path, index + 1, detail)
        : tagged("<image>", image.url, detail)),
    );
  }
  content.push(...texts.map((part): ContentPart => ({ type: "input_text", text: part.text })));
  return { type: "message", role: "user", content };
}

/** The text of an input, as shown in session files and lists. */
export function textOf(input: readonly UserInput[]): string {
  return input.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

async function localImage(
  path: string,
  number: number,
  detail: ImageDetail,
): Promise<readonly ContentPart[]> {
  try {
    const url = await imageDataUrl(path, detail);
    return tagged(`<image name=[Image #${number}] path="${path}">`, url, detail);
  } catch (error) {
    const reason = messageOf(error);
    const text =
      error instanceof UnsupportedImage
        ? `Codex cannot attach image at \`${path}\`: ${reason}.`
        : `Codex could not read the local image at \`${path}\`: ${reason}`;
    return [{ type: "input_text", text }];
  }
}

function tagged(open: string, url: string, detail: ImageDetail): readonly ContentPart[] {
  return [
    { type: "input_text", text: open },
    { type: "input_image", image_url: url, detail },
    { type: "input_text", text: "</image>" },
  ];
}
