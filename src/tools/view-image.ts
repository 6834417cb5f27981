// view_image: puts an image file from disk in front of the model.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { HIDDEN, readable } from "../sandbox/policy";
import { osErrorText } from "../util/os-error";
import { messageOf } from "../util/user-error";
import { readArguments, stringArgument } from "./arguments";
import { imageDataUrl, type ImageDetail } from "./image-file";
import { VIEW_IMAGE_DETAIL_PARAMETERS, VIEW_IMAGE_PARAMETERS } from "./schemas";
import { functionSpec, type Tool } from "./tool";
import description from "./view-image.txt" with { type: "text" };

export const viewImage: Tool = {
  name: "view_image",
  parallel: true,
  advertise: (model) =>
    model.supportsImages
      ? functionSpec(
          "view_image",
          description,
          model.supportsImageDetailOriginal ? VIEW_IMAGE_DETAIL_PARAMETERS : VIEW_IMAGE_PARAMETERS,
        )
      : null,
  async *run(call, context) {
    if (call.type !== "function_call") return "aborted";
    if (!context.model.supportsImages)
      return "view_image is not allowed because you do not support image inputs";
    const read = readArguments(call.arguments, VIEW_IMAGE_DETAIL_PARAMETERS);
    if ("error" in read) return read.error;
    const path = resolve(context.cwd, stringArgument(read.ok, "path") ?? "");
    const problem = notAFile(path);
    if (problem !== null) return problem;
    const place = { cwd: context.cwd, env: context.environment };
    if (!readable(context.profile, place)(path)) return `unable to process image at \`${path}\`: ${HIDDEN}`;
    const detail: ImageDetail =
      stringArgument(read.ok, "detail") === "original" && context.model.supportsImageDetailOriginal
        ? "original"
        : "high";
    let url: string;
    try {
      url = await imageDataUrl(path, detail);
    } catch (error) {
      return `unable to process image at \`${path}\`: ${messageOf(error)}`;
    }
    yield { type: "item.completed", item: { type: "image_view", id: call.call_id, path } };
    const output = [{ type: "input_image", image_url: url, detail }] as const;
    return { output, response: output };
  },
};

function notAFile(path: string): string | null {
  try {
    return statSync(path).isFile() ? null : `image path \`${path}\` is not a file`;
  } catch (error) {
    return `unable to locate image at \`${path}\`: ${osErrorText(error)}`;
  }
}
