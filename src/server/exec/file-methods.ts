// The `fs/` methods: their parameters and results, and the codes of what goes wrong, for the server and its helper alike (exec-server.md 5).

import { dirname, join, resolve } from "node:path";
import { homeFolder } from "../../util/home-folder";
import { osErrorText } from "../../util/os-error";
import { boolean, optional, path, required, string, struct } from "../rpc/decode";
import { INTERNAL_ERROR, INVALID_REQUEST, NOT_FOUND, RpcFailure } from "../rpc/message";
import { fileRequests, request, type FileRequest } from "./file-requests";
import { canonicalPath } from "./files";
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

const METHODS: ReadonlyMap<string, (params: unknown) => FileOperation> = new Map([
  ...fileRequests(required(boolean)).map(([name, read]) => [name, onDisk(read)] as const),
  [
    "fs/canonicalize",
    onDisk(
      request(struct("FsCanonicalizeParams", { path: required(path) }), async (given) => ({
        path: await canonicalPath(given.path),
      })),
    ),
  ],
  [
    "fs/join",
    operation(
      request(
        struct("FsJoinParams", { basePath: required(path), path: required(string) }),
        async (given) => ({
          path: resolve(given.basePath, fromHome(given.path)),
        }),
      ),
    ),
  ],
  [
    "fs/parent",
    operation(
      request(struct("FsParentParams", { path: required(path) }), async (given) => ({
        path: given.path === "/" ? null : dirname(given.path),
      })),
    ),
  ],
]);

/** Of what touches the disk a client may say in which sandbox. */
function onDisk(read: FileRequest): (params: unknown) => FileOperation {
  const around = struct("FsParams", { sandbox: optional(sandboxContext) });
  return (params) => ({ ...operation(read)(params), sandbox: around(params).sandbox });
}

function operation(read: FileRequest): (params: unknown) => FileOperation {
  return (params) => {
    const work = read(params);
    const guarded = async () => {
      try {
        return await work();
      } catch (error) {
        throw failureOf(error);
      }
    };
    return { sandbox: undefined, run: guarded };
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
