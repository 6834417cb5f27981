// What a transport and a connection are to each other.

/** A text, or one that is too long to be copied more than need be: its pieces, in ASCII, which whoever sends it may use up. */
export type Message = string | readonly Uint8Array<ArrayBuffer>[];

export type Wire = {
  /** Sends one message, in the order of the calls; resolves when there is room for more, or nobody left to read it. */
  readonly send: (message: Message) => Promise<void>;
  /** Ends the connection from our side. */
  readonly hangUp: () => void;
  /** How errors name it. */
  readonly name: string;
};

export type Connection = {
  /** Resolves when it has been dealt with. A connection with too much to do is ended. */
  readonly receive: (message: string) => Promise<void>;
  /** For a message that could not be read. */
  readonly refuse: (reason: string) => Promise<void>;
  /** The other side is gone. Resolves when what it began has ended. */
  readonly ended: () => Promise<void>;
};

/** In characters, or in bytes, which are as many. */
export function lengthOf(message: Message): number {
  return typeof message === "string"
    ? message.length
    : message.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
