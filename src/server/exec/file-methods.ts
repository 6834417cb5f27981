// The `fs/` methods: their parameters and results, and the codes of what goes wrong, for the server and its helper alike (exec-server.md 5).

import { dirname, join, resolve } from "node:path";
import { homeFolder } from "../../util/home-folder";
import { osErrorText } from "../../util/os-error";
import { decodeBase64 } from "../rpc/base64";
import { copyPath } from "./copy";
import {
  boolean,
  optional,
  path,
  required,
  string,
  struct,
  withDefault,
  type Decode,
  type Field,
} from "../rpc/decode";
import {
  base64Result,
  canonicalPath,
  createFolder,
  entriesOf,
  metadataOf,
  readBase64,
  removePath,
  writeBytes,
} from "./files";
import { INTERNAL_ERROR, INVALID_REQUEST, NOT_FOUND, RpcFailure } from "../rpc/message";
import { sandboxContext, type SandboxContext } from "./sandbox-context";

export type FileOperation = {
  readonly sandbox: SandboxContext | undefined;
  /** In this process. @throws RpcFailure */
  readonly run: () => Promise<object>;
};

/** Undefined for a method that is none of these. @throws RpcFailure for faulty parameters */
export function fileOperation(method: string, params: unknown): FileOperation | undefined {
  return METHODS.get(method)?.(params);
}

const sandbox: Field<SandboxContext | undefined> = optional(sandboxContext);

const METHODS: ReadonlyMap<string, (params: unknown) => FileOperation> = new Map([
  [
    "fs/readFile",
    operation(struct("FsReadFileParams", { path: required(path), sandbox }), async (given) =>
      base64Result([await readBase64(given.path)]),
    ),
  ],
  [
    "fs/writeFile",
    operation(
      struct("FsWriteFileParams", { path: required(path), dataBase64: required(string), sandbox }),
      async (given) => {
        const decoded = decodeBase64(given.dataBase64);
        if (decoded.type === "invalid") {
          const message = `fs/writeFile requires valid base64 dataBase64: ${decoded.reason}`;
          throw new RpcFailure(INVALID_REQUEST, message);
        }
        await writeBytes(given.path, decoded.bytes);
        return {};
      },
    ),
  ],
  [
    "fs/createDirectory",
    operation(
      struct("FsCreateDirectoryParams", {
        path: required(path),
        recursive: withDefault(boolean, true),
        sandbox,
      }),
      async (given) => {
        await createFolder(given.path, given.recursive ? "parents" : "one");
        return {};
      },
    ),
  ],
  [
    "fs/getMetadata",
    operation(struct("FsGetMetadataParams", { path: required(path), sandbox }), (given) =>
      metadataOf(given.path),
    ),
  ],
  [
    "fs/readDirectory",
    operation(struct("FsReadDirectoryParams", { path: required(path), sandbox }), async (given) => ({
      entries: await entriesOf(given.path),
    })),
  ],
  [
    "fs/remove",
    operation(
      struct("FsRemoveParams", {
        path: required(path),
        recursive: withDefault(boolean, true),
        force: withDefault(boolean, true),
        sandbox,
      }),
      async (given) => {
        await removePath(given.path, given);
        return {};
      },
    ),
  ],
  [
    "fs/copy",
    operation(
      struct("FsCopyParams", {
        sourcePath: required(path),
        destinationPath: required(path),
        recursive: required(boolean),
        sandbox,
      }),
      async (given) => {
        await copyPath(given.sourcePath, given.destinationPath, given.recursive ? "all" : "one");
        return {};
      },
    ),
  ],
  [
    "fs/canonicalize",
    operation(struct("FsCanonicalizeParams", { path: required(path), sandbox }), async (given) => ({
      path: await canonicalPath(given.path),
    })),
  ],
  [
    "fs/join",
    operation(
      struct("FsJoinParams", { basePath: required(path), path: required(string) }),
      async (given) => ({ path: resolve(given.basePath, fromHome(given.path)) }),
    ),
  ],
  [
    "fs/parent",
    operation(struct("FsParentParams", { path: required(path) }), async (given) => ({
      path: given.path === "/" ? null : dirname(given.path),
    })),
  ],
]);

function operation<T extends { readonly path: string } | { readonly sourcePath: string }>(
  decode: Decode<T & { readonly sandbox?: SandboxContext | undefined }>,
  run: (params: T) => Promise<object>,
): (params: unknown) => FileOperation {
  return (params) => {
    const given = decode(params);
    const guarded = async () => {
      try {
        return await run(given);
      } catch (error) {
        throw failureOf(error);
      }
    };
    return { sandbox: given.sandbox, run: guarded };
  };
}

/** Not found, refused, and the rest. */
function failureOf(error: unknown): unknown {
  if (error instanceof RpcFailure || !(error instanceof Error && "code" in error)) return error;
  return new RpcFailure(codeOf(error.code), osErrorText(error), { cause: error });
}

function codeOf(code: unknown): number {
  switch (code) {
    case "ENOENT":
      return NOT_FOUND;
    case "EACCES":
    case "EPERM":
    case "EINVAL":
      return INVALID_REQUEST;
    default:
      return INTERNAL_ERROR;
  }
}

function fromHome(text: string): string {
  if (text === "~") return homeFolder();
  return text.startsWith("~/") ? join(homeFolder(), text.slice(2)) : text;
}
