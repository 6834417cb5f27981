// Loads the parts of the MCP SDK that a client needs, at the first connection: runs without servers never pay for it.

import { once } from "../util/once";

export const loadSdk = once(async () => {
  const [client, types] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/types.js"),
  ]);
  return { Client: client.Client, ...types };
});

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;
export type SdkClient = InstanceType<Sdk["Client"]>;
