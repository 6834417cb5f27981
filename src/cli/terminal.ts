// What is known about the terminals behind our streams, without paying for it where there is none.

/** Columns of text that goes to a file or a pipe. */
const WIDTH_WITHOUT_TERMINAL = 100;

/** The width of the terminal on stdout. `process.stdout` takes 3 ms to set up, so only a terminal is asked. */
export async function stdoutColumns(): Promise<number> {
  if (!(await mayBeTerminal(1))) return WIDTH_WITHOUT_TERMINAL;
  return process.stdout.columns ?? WIDTH_WITHOUT_TERMINAL;
}

/** 0 is stdin, 1 stdout, 2 stderr. `node:tty` takes 3 ms to load, so it is asked only about what may be one. */
export async function isTerminal(fd: 0 | 1 | 2): Promise<boolean> {
  // Windows knows by itself, and does not tell about streams that are no files.
  if (process.platform !== "win32" && !(await mayBeTerminal(fd))) return false;
  const { isatty } = await import("node:tty");
  return isatty(fd);
}

/** Terminals are character devices, and so is /dev/null, which is where the streams of many scripts lead. */
async function mayBeTerminal(fd: 0 | 1 | 2): Promise<boolean> {
  const stream = await Bun.file(fd).stat();
  return stream.isCharacterDevice() && stream.rdev !== (await Bun.file("/dev/null").stat()).rdev;
}
