// What is known about the terminal behind stdout, without paying for it where there is none.

/** Columns of text that goes to a file or a pipe. */
const WIDTH_WITHOUT_TERMINAL = 100;

/** The width of the terminal on stdout. `process.stdout` takes 3 ms to set up, so only a terminal is asked. */
export async function stdoutColumns(): Promise<number> {
  const stdout = await Bun.stdout.stat();
  if (!stdout.isCharacterDevice()) return WIDTH_WITHOUT_TERMINAL;
  return process.stdout.columns ?? WIDTH_WITHOUT_TERMINAL;
}
