// A user's input as the message the model reads, and back: images first, each between tags that name it, then the text (agent.md 3).

import type { ContentPart, MessageItem, ResponseItem } from "../protocol/response-items";
import type { UserInput } from "../protocol/user-input";
import { imageDataUrl, UnsupportedImage, type ImageDetail } from "../tools/image-file";
import { isUserPrompt, isSummary } from "../rollout/user-messages";
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

/** What the user said and a history still holds, oldest first. Images are paths, or addresses. */
export function userMessages(
  history: readonly ResponseItem[],
): readonly { readonly text: string; readonly images: readonly string[] }[] {
  return history
    .filter(isUserPrompt)
    .filter((item) => !isSummary(item))
    .map(({ content }) => ({
      text: content
        .flatMap((part) => (part.type === "input_text" && !isImageTag(part.text) ? [part.text] : []))
        .join("\n\n"),
      images: content.flatMap((part, index) => {
        if (part.type !== "input_image") return [];
        const tag = content[index - 1];
        const path = tag?.type === "input_text" ? IMAGE_PATH.exec(tag.text)?.[1] : undefined;
        return [path ?? part.image_url];
      }),
    }));
}

const IMAGE_PATH = /^<image name=\[Image #\d+\] path="(.*)">$/;

function isImageTag(text: string): boolean {
  return text === "<image>" || text === "</image>" || IMAGE_PATH.test(text);
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
