// `fs/copy`: files into files, links as links, folders into folders (exec-server.md 5).

import { lstat, mkdir, readdir, readlink, realpath, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { copyFile, isMissing } from "./files";
import { INVALID_REQUEST, RpcFailure } from "../rpc/message";

/** @throws RpcFailure for what cannot be copied, and the system's error */
export async function copyPath(source: string, destination: string, depth: "one" | "all"): Promise<void> {
  const found = await lstat(source);
  if (found.isSymbolicLink()) return await copyLink(source, destination);
  if (found.isFile()) return await copyFile(source, destination);
  if (!found.isDirectory()) {
    throw refusal("fs/copy only supports regular files, directories, and symlinks");
  }
  if (depth === "one") throw refusal("fs/copy requires recursive: true when sourcePath is a directory");
  const [from, to] = [await realpath(source), await canonicalPlace(destination)];
  if (to === from || to.startsWith(from === "/" ? from : `${from}/`)) {
    throw refusal("fs/copy cannot copy a directory to itself or one of its descendants");
  }
  await copyFolder(source, destination);
}

/** What is neither file, folder nor link is left out. */
async function copyFolder(source: string, destination: string): Promise<void> {
  const waiting = [{ from: source, to: destination }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    await mkdir(next.to, { recursive: true });
    for (const entry of await readdir(next.from, { withFileTypes: true })) {
      const pair = { from: join(next.from, entry.name), to: join(next.to, entry.name) };
      if (entry.isDirectory()) waiting.push(pair);
      else if (entry.isSymbolicLink()) await copyLink(pair.from, pair.to);
      else if (entry.isFile()) await copyFile(pair.from, pair.to);
    }
  }
}

async function copyLink(source: string, destination: string): Promise<void> {
  await symlink(await readlink(source), destination);
}

/** Where it is, or would be: the part of the path that exists made real. */
export async function canonicalPlace(path: string): Promise<string> {
  const names: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(await realpath(at), ...names);
    } catch (error) {
      if (!isMissing(error) || at === dirname(at)) throw error;
    }
    names.unshift(basename(at));
  }
}

function refusal(message: string): RpcFailure {
  return new RpcFailure(INVALID_REQUEST, message);
}
