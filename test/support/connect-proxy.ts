// A proxy as companies have them: opens tunnels (CONNECT), all of which end at one port of this machine.

import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export type ConnectProxy = AsyncDisposable & {
  readonly url: string;
  /** `host:port` of every tunnel that was asked for. */
  readonly tunnels: readonly string[];
};

export async function startConnectProxy(port: number): Promise<ConnectProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.once("data", (head) => {
      tunnels.push(/^CONNECT (\S+)/.exec(head.toString("latin1"))?.[1] ?? "?");
      const target = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(target).pipe(client);
      });
      sockets.add(target);
      for (const socket of [client, target]) socket.on("error", () => socket.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${own}`,
    tunnels,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
