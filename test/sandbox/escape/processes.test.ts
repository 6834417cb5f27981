// Attacks on processes outside, on what they know, and on the one that stands for us inside.

import { join } from "node:path";
import type { Confined } from "../../support/confined";
import { processesWith } from "../../support/processes";
import { tryAll, type Probe } from "./probe";

const observer = (place: Confined) => ["process", join(place.outside, "file")];
/** What the observer says: its process id, where something to be changed lies, a descriptor, and where a secret lies. */
const at =
  (...places: readonly number[]): NonNullable<Probe["args"]> =>
  ({ target }) =>
    places.map((place) => target[place] ?? "");

function onProcess(attack: string, name: string, more: Partial<Probe> = {}): Probe {
  return {
    name,
    attack: ["processes", attack],
    observer,
    args: at(0),
    tells: /signal|memory|state/,
    says: /THE-SECRET/,
    ...more,
  };
}

tryAll("a process outside", [
  onProcess("environ", "keeps its environment to itself"),
  onProcess("memory", "keeps its memory to itself"),
  onProcess("read_vector", "is not read by a system call", { args: at(0, 3) }),
  onProcess("write_vector", "is not written by a system call", { args: at(0, 1) }),
  onProcess("write_memory", "is not written through its memory file", { args: at(0, 1) }),
  onProcess("trace", "is not traced", { args: at(0, 1) }),
  onProcess("steal_descriptor", "keeps its descriptors", { args: at(0, 2) }),
  onProcess("open_descriptors", "keeps the files behind its descriptors", { args: at(0, 2) }),
  onProcess("kill", "gets no signal"),
  onProcess("kill_group", "gets no signal for its group"),
  onProcess("kill_all", "gets no signal for everybody", { control: "an ordinary user" }),
  onProcess("kill_thread", "gets no signal for a thread"),
  onProcess("queue", "gets no queued signal"),
  onProcess("kill_by_descriptor", "gets no signal by a process descriptor"),
  onProcess("kill_by_proc_folder", "gets no signal by its folder in /proc"),
  onProcess("kill_by_input", "gets no signal from the kernel for input of ours"),
  onProcess("stop_first", "gets no signal when the first process of the namespace is attacked"),
  onProcess("limits", "keeps its limits"),
  onProcess("affinity", "keeps its processors"),
  onProcess("nice", "keeps its priority"),
  onProcess("io_priority", "keeps its priority for files"),
  onProcess("oom_score", "does not become the first to die for want of memory"),
  onProcess("rename", "keeps its settings for core files"),
]);

/** With the network the filter lets more pass: processes of the command may trace each other. */
const withNetwork: Partial<Probe> = {
  flags: () => ["-c", "sandbox_workspace_write.network_access=true"],
};

tryAll("with the network, a process outside and the first one inside", [
  onProcess("environ", "keep their environment to themselves", withNetwork),
  onProcess("memory", "keep their memory to themselves", withNetwork),
  onProcess("read_vector", "are not read by a system call", { ...withNetwork, args: at(0, 3) }),
  onProcess("write_memory", "are not written through their memory files", { ...withNetwork, args: at(0, 1) }),
  onProcess("trace", "are not traced", { ...withNetwork, args: at(0, 1) }),
  onProcess("steal_descriptor", "keep their descriptors", { ...withNetwork, args: at(0, 2) }),
  onProcess("open_descriptors", "keep the files behind their descriptors", {
    ...withNetwork,
    args: at(0, 2),
  }),
  onProcess("stop_first", "get no signal", withNetwork),
]);

tryAll("a process of the command", [
  {
    name: "does not outlive it in sessions of its own",
    attack: ["processes", "daemon"],
    args: ({ place }) => [markOf(place)],
    leaves: ({ place }) => processesWith(markOf(place)).length > 0,
    restore: ({ place }) => killAll(markOf(place)),
  },
]);

/** A length of sleep by which processes are known. */
function markOf(place: Confined): string {
  return `7777.${[...place.root].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_000_007, 7)}`;
}

function killAll(mark: string): void {
  for (const pid of processesWith(mark)) process.kill(pid, "SIGKILL");
}
