// Talks that were recorded with the reference, replayed against the compiled executable; ids, folders and times made the same.

import { describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODEX, sandboxBox, type Box } from "../../support/harness";

/** `>` is sent, and `<` is what comes before the next is sent, up to the last of it; `~` is the same in any order. */
const TALKS: Readonly<Record<string, string>> = {
  "stdin, long poll and termination": `
> {"id":5,"method":"initialize","params":{"clientName":"probe"}}
< {"id":5,"result":{"sessionId":"SESSION"}}
> {"method":"initialized","params":{}}
> {"id":17,"method":"process/start","params":{"processId":"p2","argv":["cat"],"cwd":"B","env":{"PATH":"/usr/bin:/bin"},"tty":false,"pipeStdin":true,"arg0":null}}
< {"id":17,"result":{"processId":"p2"}}
> {"id":18,"method":"process/write","params":{"processId":"p2","chunk":"aGVsbG8K"}}
~ {"id":18,"result":{"status":"accepted"}}
~ {"method":"process/output","params":{"processId":"p2","seq":1,"stream":"stdout","chunk":"aGVsbG8K"}}
> {"id":19,"method":"process/read","params":{"processId":"p2","afterSeq":0,"waitMs":1000}}
< {"id":19,"result":{"chunks":[{"seq":1,"stream":"stdout","chunk":"aGVsbG8K"}],"nextSeq":2,"exited":false,"exitCode":null,"closed":false,"failure":null}}
> {"id":37,"method":"process/terminate","params":{"processId":"p2"}}
~ {"id":37,"result":{"running":true}}
~ {"method":"process/exited","params":{"processId":"p2","seq":2,"exitCode":-1}}
~ {"method":"process/closed","params":{"processId":"p2","seq":3}}
> {"id":39,"method":"process/read","params":{"processId":"p2","afterSeq":3,"waitMs":1500}}
< {"id":39,"result":{"chunks":[],"nextSeq":4,"exited":true,"exitCode":-1,"closed":true,"failure":null}}
`,
  "the handshake, and what is out of order": `
> {
< {"error":{"code":-32600,"message":"failed to parse JSON-RPC message from exec-server stdio: EOF while parsing an object at line 1 column 1"},"id":-1}
> []
< {"error":{"code":-32600,"message":"failed to parse JSON-RPC message from exec-server stdio: data did not match any variant of untagged enum JSONRPCMessage"},"id":-1}
> {"id":1,"method":"initialize","params":{}}
< {"error":{"code":-32602,"message":"missing field \`clientName\`"},"id":1}
> {"id":1,"method":"initialize"}
< {"error":{"code":-32602,"message":"invalid type: null, expected struct InitializeParams"},"id":1}
> {"id":1,"method":"bogus/method"}
< {"error":{"code":-32601,"message":"exec-server stub does not implement \`bogus/method\` yet"},"id":1}
> {"id":1,"method":"environment/info"}
< {"error":{"code":-32600,"message":"client must call initialize before using environment info methods"},"id":1}
> {"id":"x","method":"initialize","params":{"clientName":"probe","resumeSessionId":"nope"}}
< {"error":{"code":-32600,"message":"unknown session id nope"},"id":"x"}
> {"id":"x","method":"initialize","params":{"clientName":"probe"},"jsonrpc":"2.0","extra":1}
< {"id":"x","result":{"sessionId":"SESSION"}}
> {"id":2,"method":"fs/readFile","params":{"path":"/etc/hostname"}}
< {"error":{"code":-32600,"message":"client must send initialized before using filesystem methods"},"id":2}
> {"id":2,"method":"initialize","params":{"clientName":"probe"}}
< {"error":{"code":-32600,"message":"initialize may only be sent once per connection"},"id":2}
`,
  files: `
> {"id":5,"method":"initialize","params":{"clientName":"probe"}}
< {"id":5,"result":{"sessionId":"SESSION"}}
> {"method":"initialized","params":{}}
> {"id":52,"method":"fs/getMetadata","params":{"path":"B/ws/sl"}}
< {"id":52,"result":{"isDirectory":false,"isFile":true,"isSymlink":true,"createdAtMs":0,"modifiedAtMs":TIME}}
> {"id":75,"method":"fs/join","params":{"basePath":"B/ws","path":"../x/./y"}}
< {"id":75,"result":{"path":"B/x/y"}}
> {"id":77,"method":"fs/parent","params":{"path":"/"}}
< {"id":77,"result":{"path":null}}
> {"id":78,"method":"fs/createDirectory","params":{"path":"B/ws/sl"}}
< {"error":{"code":-32603,"message":"File exists (os error 17)"},"id":78}
> {"id":85,"method":"fs/writeFile","params":{"path":"B/ws/r.txt","dataBase64":"QQ==","sandbox":READ_ONLY}}
< {"error":{"code":-32603,"message":"Read-only file system (os error 30)"},"id":85}
> {"id":86,"method":"fs/writeFile","params":{"path":"B/ws/r.txt","dataBase64":"QQ==","sandbox":WORKSPACE}}
< {"id":86,"result":{}}
> {"id":87,"method":"fs/writeFile","params":{"path":"B/ws/sl","dataBase64":"QQ==","sandbox":WORKSPACE}}
< {"error":{"code":-32603,"message":"Read-only file system (os error 30)"},"id":87}
> {"id":88,"method":"fs/writeFile","params":{"path":"B/ws/hl3","dataBase64":"QkIK","sandbox":WORKSPACE}}
< {"id":88,"result":{}}
> {"id":89,"method":"fs/readFile","params":{"path":"B/out/p.txt"}}
< {"id":89,"result":{"dataBase64":"QkIK"}}
> {"id":90,"method":"fs/writeFile","params":{"path":"B/ws/.codex/x","dataBase64":"","sandbox":WORKSPACE}}
< {"error":{"code":-32603,"message":"Read-only file system (os error 30)"},"id":90}
> {"id":91,"method":"fs/createDirectory","params":{"path":"B/ws/.git","sandbox":WORKSPACE}}
< {"id":91,"result":{}}
> {"id":92,"method":"fs/remove","params":{"path":"B/out/o.txt","sandbox":WORKSPACE}}
< {"error":{"code":-32603,"message":"Read-only file system (os error 30)"},"id":92}
> {"id":93,"method":"fs/canonicalize","params":{"path":"B/ws/sl","sandbox":WORKSPACE}}
< {"id":93,"result":{"path":"B/out/o.txt"}}
`,
};

const ROOT = '{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}';
const PROJECT = '{"path":{"type":"special","value":{"kind":"project_roots"}},"access":"write"}';
const sandbox = (entries: string) =>
  `{"permissions":{"type":"managed","file_system":{"type":"restricted","entries":[${entries}]},"network":"restricted"},` +
  '"cwd":"B/ws","windowsSandboxLevel":"disabled","windowsSandboxPrivateDesktop":false,"useLegacyLandlock":false}';

/** One thing that is sent, and what comes for it. */
type Step = { readonly sent: string; readonly come: readonly string[]; readonly anyOrder: boolean };

function stepsOf(talk: string): readonly Step[] {
  const steps: { sent: string; come: string[]; anyOrder: boolean }[] = [];
  for (const line of talk.trim().split("\n")) {
    const step = steps.at(-1);
    if (line.startsWith("> ") || step === undefined) {
      steps.push({ sent: line.slice(2), come: [], anyOrder: false });
      continue;
    }
    step.come.push(line.slice(2));
    step.anyOrder ||= line.startsWith("~");
  }
  return steps;
}

describe("a talk recorded with the reference", () => {
  for (const [name, talk] of Object.entries(TALKS)) {
    test(`goes the same way: ${name}`, async () => {
      await using box = await sandboxBox();
      const folder = prepare(box);
      const child = Bun.spawn([CODEX, "exec-server", "--listen", "stdio"], {
        cwd: folder,
        env: { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome },
        stdin: "pipe",
        stdout: "pipe",
        stderr: "inherit",
      });
      const lines = linesOf(child.stdout);
      for (const { sent, come, anyOrder } of stepsOf(talk)) {
        const whole = sent
          .replace("READ_ONLY", sandbox(ROOT))
          .replace("WORKSPACE", sandbox(`${ROOT},${PROJECT}`));
        void child.stdin.write(`${whole.replaceAll('"B', `"${folder}`)}\n`);
        void child.stdin.flush();
        const got: string[] = [];
        while (got.length < come.length) got.push(normal((await lines.next()).value ?? "the end", folder));
        expect(anyOrder ? got.toSorted() : got).toEqual(anyOrder ? come.toSorted() : [...come]);
      }
      void child.stdin.end();
      expect(await child.exited).toBe(0);
      expect((await lines.next()).done).toBe(true);
    });
  }
});

/** A workspace, and a folder beside it that a symbolic and a hard link lead to. */
function prepare(box: Box): string {
  const folder = join(box.home, "b");
  for (const name of ["ws", "out"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["o.txt", "p.txt"]) writeFileSync(join(folder, "out", name), "data\n");
  symlinkSync(join(folder, "out", "o.txt"), join(folder, "ws", "sl"));
  linkSync(join(folder, "out", "p.txt"), join(folder, "ws", "hl3"));
  return folder;
}

function normal(line: string, folder: string): string {
  return line
    .replaceAll(folder, "B")
    .replace(/"sessionId":"[0-9a-f]{8}-[0-9a-f-]{27}"/, '"sessionId":"SESSION"')
    .replace(/"modifiedAtMs":\d{13}/, '"modifiedAtMs":TIME');
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
