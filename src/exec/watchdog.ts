// Makes sure that process groups outside a sandbox die with us, even by SIGKILL: a shell that waits for our pipe to close.

import { closeSync } from "node:fs";
import { once } from "../util/once";
import { awaitChild, makePipe } from "./libc";
import { writeNow } from "./streams";
import script from "./watchdog.sh" with { type: "text" };

/** From now on the group is killed when this process is gone. Returns how to call that off, for when the group has ended. */
export function watchGroup(group: number): () => void {
  if (process.platform === "win32") return () => {};
  const pipe = watchdog();
  writeNow(pipe, `+ ${group}\n`);
  return () => writeNow(pipe, `- ${group}\n`);
}

/** Started with the first group; it ends when this process does, however that comes. */
const watchdog = once((): number => {
  const { read, write } = makePipe();
  const shell = Bun.spawn(["/bin/sh", "-c", script], {
    stdio: [read, "ignore", "ignore"],
    detached: true,
    env: {},
    cwd: "/",
  });
  shell.unref();
  closeSync(read);
  process.once("exit", () => {
    closeSync(write);
    awaitChild(shell.pid);
  });
  return write;
});
