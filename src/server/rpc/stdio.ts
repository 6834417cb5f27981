// A server over stdin and stdout: one client, one message a line (exec-server.md 1, app-server.md 1).

import { lengthOf, type Connection, type Message, type Wire } from "./wire";

/** A longer line is refused, and not kept. */
const LINE_BYTES = 268_435_456;
const LINE_FEED = 0x0a;
/** What nobody has read yet; more waits. */
const UNREAD_CHARACTERS = 1_048_576;
/** Lines that are read ahead while one is being dealt with: so that the end of the input is seen meanwhile. */
const READ_AHEAD_CHARACTERS = 16_777_216;

export type Pipes = {
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when the system has taken it; rejects when nobody reads any more. */
  readonly write: (text: string | Uint8Array) => Promise<void>;
};

/** Resolves with the end of the input, or when the client has broken the rules. */
export async function serveStdio(
  { input, write }: Pipes,
  served: { readonly name: string; readonly connect: (wire: Wire) => Connection },
): Promise<void> {
  const over = Promise.withResolvers<void>();
  let written: Promise<void> = Promise.resolve();
  let unread = 0;
  const connection = served.connect({
    name: `JSON-RPC message from ${served.name} stdio`,
    async send(message) {
      const length = lengthOf(message);
      unread += length;
      written = written.then(() => writeLine(write, message)).catch(over.resolve);
      const done = written.then(() => {
        unread -= length;
      });
      if (unread > UNREAD_CHARACTERS) await Promise.race([done, over.promise]);
    },
    hangUp: over.resolve,
  });
  await Promise.race([receiveAll(input, connection), over.promise]);
  await connection.ended();
  await Promise.race([written, over.promise]);
}

async function writeLine(write: Pipes["write"], message: Message): Promise<void> {
  if (typeof message === "string") return await write(`${message}\n`);
  for (const piece of message) await write(piece);
  await write("\n");
}

async function receiveAll(input: AsyncIterable<Uint8Array>, { receive, refuse }: Connection): Promise<void> {
  let ahead = 0;
  for await (const line of boundedLines(input)) {
    if (line === undefined) {
      await refuse(`the line is longer than ${LINE_BYTES} bytes`);
      continue;
    }
    if (line.trim() === "") continue;
    ahead += line.length;
    const done = receive(line).then(() => {
      ahead -= line.length;
    });
    if (ahead > READ_AHEAD_CHARACTERS) await done;
  }
}

/** Lines without their ends; undefined for one that is too long. A last one without an end was cut off. */
async function* boundedLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined, void> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      const tooLong = held + end - from > LINE_BYTES;
      yield tooLong ? undefined : Buffer.concat([...pieces, chunk.subarray(from, end)]).toString("utf8");
      pieces = [];
      held = 0;
      from = end + 1;
    }
    held += chunk.byteLength - from;
    if (held > LINE_BYTES) pieces = [];
    else if (from < chunk.byteLength) pieces.push(chunk.slice(from));
  }
}
