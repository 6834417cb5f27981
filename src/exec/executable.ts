// Where a program may be found by its name.

/** What execvp takes when the environment has no PATH. */
const DEFAULT_PATH = "/bin:/usr/bin";

/** Paths to try in order; a name with a slash is a path already, relative to the command's own folder. */
export function executableCandidates(name: string, path: string | undefined): readonly string[] {
  if (name === "") return [];
  if (name.includes("/")) return [name];
  return (path ?? DEFAULT_PATH).split(":").map((folder) => `${folder === "" ? "." : folder}/${name}`);
}
