// The search for files of the folder that is worked in, opened when it is first needed.

import type { FileSearch } from "./file-search";

export type FileSearches = AsyncDisposable & { readonly of: (cwd: string) => Promise<FileSearch> };

export function createFileSearches(env: Readonly<Record<string, string | undefined>>): FileSearches {
  let open: { readonly cwd: string; readonly search: Promise<FileSearch> } | undefined;
  const close = async () => {
    const before = open;
    open = undefined;
    await (await before?.search)?.[Symbol.asyncDispose]();
  };
  const begin = async (cwd: string): Promise<FileSearch> => {
    const { openFileSearch } = await import("./file-search");
    return openFileSearch(cwd, env);
  };
  return {
    of: async (cwd) => {
      if (open?.cwd !== cwd) {
        const closed = close();
        open = { cwd, search: closed.then(() => begin(cwd)) };
      }
      return await open.search;
    },
    [Symbol.asyncDispose]: close,
  };
}
