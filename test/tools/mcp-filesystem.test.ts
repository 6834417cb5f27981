// The file server of the protocol's authors: every tool that it lists is called from a turn, and does its work.

import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { itemsOf, outputOf, scripted } from "../support/exec-run";
import { done, message, respond } from "../support/responses-server";
import { tempFolder } from "../support/temp-folder";

const PROGRAM = join(
  import.meta.dir,
  "../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js",
);

/** For each tool by the name the model has for it, in the order in which they are to run. */
function argumentsIn(folder: string): Readonly<Record<string, object>> {
  const file = join(folder, "notes.txt");
  return {
    read_file: { path: file },
    read_text_file: { path: file, head: 1 },
    read_media_file: { path: join(folder, "dot.png") },
    read_multiple_files: { paths: [file] },
    write_file: { path: join(folder, "written.txt"), content: "by a tool" },
    edit_file: { path: file, edits: [{ oldText: "first", newText: "1st" }], dryRun: false },
    create_directory: { path: join(folder, "made") },
    list_directory: { path: folder },
    list_directory_with_sizes: { path: folder },
    directory_tree: { path: folder },
    move_file: { source: join(folder, "old.txt"), destination: join(folder, "new.txt") },
    search_files: { path: folder, pattern: "*.txt" },
    get_file_info: { path: file },
    list_allowed_directories: {},
  };
}

test("every tool of server-filesystem can be called", async () => {
  using folder = tempFolder();
  const root = join(folder.path, "files");
  mkdirSync(root);
  writeFileSync(join(root, "notes.txt"), "first\nsecond\n");
  writeFileSync(join(root, "old.txt"), "to be moved");
  writeFileSync(join(root, "dot.png"), Buffer.from("iVBORw0KGgo=", "base64"));
  const known = argumentsIn(root);
  let offered: readonly string[] = [];
  await using run = await scripted(
    ({ body }, index) => {
      if (index > 0) return respond(message("done"));
      const space = body.tools.find((tool) => tool["name"] === "mcp__files");
      offered = ((space?.["tools"] ?? []) as readonly { name: string }[]).map(({ name }) => name);
      const calls = Object.entries(known).map(([name, given]) =>
        done({
          ...{ type: "function_call", name, namespace: "mcp__files" },
          ...{ arguments: JSON.stringify(given), call_id: name },
        }),
      );
      return respond(...calls);
    },
    {
      provider:
        `\n[mcp_servers.files]\ncommand = "node"\nargs = [${JSON.stringify(PROGRAM)}, ${JSON.stringify(root)}]\n` +
        'default_tools_approval_mode = "approve"\n',
    },
  );
  const { events, exitCode } = await run.exec(["go"]);
  expect(exitCode).toBe(0);
  expect(Object.keys(known).toSorted()).toEqual(offered.toSorted());
  const items = itemsOf(events, "item.completed").filter(({ type }) => type === "mcp_tool_call");
  expect(items.filter(({ status }) => status !== "completed")).toEqual([]);
  expect(items).toHaveLength(offered.length);
  const output = (name: string) => outputOf(run.server.requests[1], name);
  expect(output("read_text_file")).toContain("first");
  expect(output("search_files")).toContain("notes.txt");
  expect(readFileSync(join(root, "written.txt"), "utf8")).toBe("by a tool");
  expect(readFileSync(join(root, "notes.txt"), "utf8")).toBe("1st\nsecond\n");
  expect(["made", "new.txt", "old.txt"].map((name) => existsSync(join(root, name)))).toEqual([
    ...[true, true, false],
  ]);
}, 60_000);
