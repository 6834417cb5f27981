// Tells whether this process is to be one of the tools inside the executable instead of `codex` (cli.md 13).

/** Base names of argv[0] under which the executable is the stand-alone patch command. */
export const APPLY_PATCH_NAMES: readonly string[] = ["apply_patch", "applypatch"];
export const APPLY_PATCH_FLAG = "--codex-run-as-apply-patch";
export const PATCH_HELPER_FLAG = "--codex-run-as-patch-helper";
export const FILE_HELPER_FLAG = "--codex-run-as-fs-helper";

/** `args` are the words for the tool. */
export type EmbeddedTool =
  | { readonly type: "apply_patch"; readonly args: readonly string[] }
  | { readonly type: "apply_patch_flag"; readonly args: readonly string[] }
  | { readonly type: "patch_helper" }
  | { readonly type: "file_helper" };

/** `argv0` is the name the process was started by, which in a compiled executable is not its path. */
export function embeddedTool(argv0: string, argv: readonly string[]): EmbeddedTool | undefined {
  const name = argv0.replace(/^.*[\\/]/, "").replace(/\.exe$/i, "");
  if (APPLY_PATCH_NAMES.includes(name)) return { type: "apply_patch", args: argv };
  if (argv[0] === APPLY_PATCH_FLAG) return { type: "apply_patch_flag", args: argv.slice(1) };
  if (argv[0] === PATCH_HELPER_FLAG) return { type: "patch_helper" };
  if (argv[0] === FILE_HELPER_FLAG) return { type: "file_helper" };
  return undefined;
}
