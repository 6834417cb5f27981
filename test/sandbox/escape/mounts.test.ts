// Attacks on the mounts that keep files from being written, and on the namespaces that hold them.

import { join } from "node:path";
import type { Confined } from "../../support/confined";
import { tryAll, type Probe } from "./probe";

const WAYS = [
  ["remount", "is not remounted"],
  ["set_attributes", "does not lose its attribute"],
  ["clone_tree", "is not got round by a copy of the mount tree"],
  ["bind", "is not got round by another bind mount"],
  ["bind_parent", "is not got round by a bind mount of what is above it"],
  ["unmount", "is not unmounted"],
  ["overlay", "is not got round by an overlay"],
  ["reconfigure", "is not changed with its whole file system"],
  ["change_root", "is not left for another root"],
  ["other_namespaces", "is not left for the namespaces of another process"],
  ["parent_namespaces", "is not left for the namespaces above"],
] as const;
/** What the rights of a nested user namespace may help with. */
const NESTED = WAYS.filter(([attack]) => attack !== "other_namespaces");

/** Without rights these do not even get at a file that is writable. */
const NEEDS_RIGHTS: readonly string[] = ["clone_tree", "bind", "bind_parent", "reconfigure"];

const TARGETS = [
  ["a file outside", (place: Confined) => join(place.outside, "file")],
  ["the git settings", (place: Confined) => join(place.workspace, ".git/config")],
] as const;

for (const [what, path] of TARGETS) {
  tryAll(`the mount that keeps ${what} from being written`, [
    ...WAYS.map(([attack, name]): Probe => ({
      name,
      attack: ["mounts", attack],
      ...(NEEDS_RIGHTS.includes(attack) && { control: "root" }),
      ownMounts: true,
      args: ({ place }) => [path(place), place.tmp],
    })),
    ...NESTED.map(([attack, name]): Probe => ({
      name: `${name} in a user namespace of the command's own`,
      attack: ["mounts", "nested"],
      ownMounts: true,
      args: ({ place }) => [attack, path(place), place.tmp],
    })),
    {
      name: "holds two user namespaces further down",
      attack: ["mounts", "nested_twice"],
      ownMounts: true,
      args: ({ place }) => ["remount", path(place), place.tmp],
    },
  ]);
}
