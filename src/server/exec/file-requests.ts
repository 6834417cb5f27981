// The file methods that both servers for programs have: how each reads its parameters, and what it does (exec-server.md 5, app-server.md 12).

import { decodeBase64 } from "../rpc/base64";
import { boolean, path, required, string, struct, withDefault, type Decode, type Field } from "../rpc/decode";
import { INVALID_REQUEST, RpcFailure } from "../rpc/message";
import { copyPath } from "./copy";
import {
  base64Result,
  createFolder,
  entriesOf,
  metadataOf,
  readBase64,
  removePath,
  writeBytes,
} from "./files";

/** Reads parameters, and gives what is to be done. @throws RpcFailure */
export type FileRequest = (params: unknown) => () => Promise<object>;

const onePath = (name: string) => struct(name, { path: required(path) });

/** By method. @param recursive of `fs/copy`, where the servers differ */
export function fileRequests(recursive: Field<boolean>): readonly (readonly [string, FileRequest])[] {
  return [
    [
      "fs/readFile",
      request(onePath("FsReadFileParams"), async (given) => base64Result([await readBase64(given.path)])),
    ],
    [
      "fs/writeFile",
      request(
        struct("FsWriteFileParams", { path: required(path), dataBase64: required(string) }),
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
      request(
        struct("FsCreateDirectoryParams", { path: required(path), recursive: withDefault(boolean, true) }),
        async (given) => {
          await createFolder(given.path, given.recursive ? "parents" : "one");
          return {};
        },
      ),
    ],
    ["fs/getMetadata", request(onePath("FsGetMetadataParams"), (given) => metadataOf(given.path))],
    [
      "fs/readDirectory",
      request(onePath("FsReadDirectoryParams"), async (given) => ({ entries: await entriesOf(given.path) })),
    ],
    [
      "fs/remove",
      request(
        struct("FsRemoveParams", {
          path: required(path),
          recursive: withDefault(boolean, true),
          force: withDefault(boolean, true),
        }),
        async (given) => {
          await removePath(given.path, given);
          return {};
        },
      ),
    ],
    [
      "fs/copy",
      request(
        struct("FsCopyParams", { sourcePath: required(path), destinationPath: required(path), recursive }),
        async (given) => {
          await copyPath(given.sourcePath, given.destinationPath, given.recursive ? "all" : "one");
          return {};
        },
      ),
    ],
  ];
}

export function request<T>(decode: Decode<T>, run: (given: T) => Promise<object>): FileRequest {
  return (params) => {
    const given = decode(params);
    return () => run(given);
  };
}
