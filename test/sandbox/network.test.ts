// Off, on, or loopback alone: what a command can talk to in each, on every rung.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone, everyRung } from "../support/confined";

const canTry = process.platform === "linux" && Bun.which("python3") !== null;
/** Not the first on PATH: an ordinary user may not reach what is installed for us alone. */
const PYTHON = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
const LOOPBACK = ["-c", "sandbox_workspace_write.loopback_access=true"];
const NETWORK = ["-c", "sandbox_workspace_write.network_access=true"];

/** A server and its client, both of the command's own. */
const AMONG_THEMSELVES = `
import socket, threading
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    with socket.socket(family) as server:
        server.bind((address, 0)); server.listen()
        threading.Thread(target=lambda: server.accept()[0].sendall(b"hello")).start()
        with socket.create_connection(server.getsockname()[:2]) as client: assert client.recv(5) == b"hello"
    with socket.socket(family, socket.SOCK_DGRAM) as one, socket.socket(family, socket.SOCK_DGRAM) as two:
        one.bind((address, 0)); two.sendto(b"hello", one.getsockname()); assert one.recv(5) == b"hello"
assert socket.if_nameindex() == [(1, "lo")]
assert socket.getaddrinfo("127.0.0.1", 80)
print("fine")`;

/** Tells for each address whether it could be reached. */
const REACH = `
import socket, sys
for address in sys.argv[1:]:
    host, _, port = address.rpartition(":")
    try:
        if host == "unix": socket.socket(socket.AF_UNIX).connect(port)
        else: socket.create_connection((host, int(port)), 2)
        print("reached")
    except OSError as error: print("refused")`;

describe.skipIf(!canTry)("with loopback alone", () => {
  for (const who of everyone()) {
    for (const rung of everyRung().filter((rung) => rung !== "landlock")) {
      test(`processes of a command talk to each other (${rung}, ${who})`, async () => {
        using box = confined(who, rung);
        const result = await box.run("workspace-write", [PYTHON, "-c", AMONG_THEMSELVES], {
          flags: LOOPBACK,
        });
        expect(result.stdout, result.stderr).toBe("fine\n");
      });
    }
  }

  for (const rung of everyRung()) {
    test(`they reach nobody outside, on loopback or by a path (${rung})`, async () => {
      using box = confined("the user", rung);
      using server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
      using local = Bun.listen({ unix: join(box.outside, "socket"), socket: { data() {} } });
      const addresses = [`127.0.0.1:${server.port}`, `unix:${local.unix}`];
      const reach = (flags: readonly string[]) =>
        box.run("workspace-write", [PYTHON, "-c", REACH, ...addresses], { flags });
      expect((await reach(LOOPBACK)).stdout).toBe("refused\nrefused\n");
      expect((await reach([])).stdout).toBe("refused\nrefused\n");
      expect((await reach(NETWORK)).stdout).toBe("reached\nreached\n");
    });
  }

  test("the command is told that it has no network", async () => {
    using box = confined();
    const print = ["sh", "-c", "echo $CODEX_SANDBOX_NETWORK_DISABLED"];
    expect((await box.run("workspace-write", print, { flags: LOOPBACK })).stdout).toBe("1\n");
  });
});
