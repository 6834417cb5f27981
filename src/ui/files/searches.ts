// The search for files of the folder that is worked in, opened when it is first needed.

import type { FileSearch } from "./file-search";

export type FileSearches = AsyncDisposable & { readonly of: (cwd: string) => Promise<FileSearch> };

export function createFileSearches(env: Readonly<Record<string, string | undefined>>): FileSearches {
  let open: { readonly cwd: string; readonly search: FileSearch } | undefined;
  const close = async () => {
    const before = open;
    open = undefined;
    await before?.search[Symbol.asyncDispose]();
  };
  return {
    of: async (cwd) => {
      if (open?.cwd === cwd) return open.search;
      await close();
      const { openFileSearch } = await import("./file-search");
      open = { cwd, search: openFileSearch(cwd, env) };
      return open.search;
    },
    [Symbol.asyncDispose]: close,
  };
}
