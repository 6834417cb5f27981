// Following a path through links, by hand: where it ends, and which links had a say.

import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { followPath } from "../../src/sandbox/links";
import { tempFolder } from "../support/temp-folder";

test("a path without links leads to itself", () => {
  using box = tempFolder({ "a/b/file": "" });
  const path = join(box.path, "a/b/file");
  expect(followPath(path)).toEqual({ real: path, links: [] });
  expect(followPath("/")).toEqual({ real: "/", links: [] });
});

test("links are told in the order in which they are met, those in targets too", () => {
  using box = tempFolder({ "real/deep/file": "" });
  const at = (name: string) => join(box.path, name);
  mkdirSync(at("links"));
  symlinkSync(at("links/second"), at("first"));
  symlinkSync("../real/./deep/../deep", at("links/second"));
  expect(followPath(at("first/file"))).toEqual({
    real: at("real/deep/file"),
    links: [at("first"), at("links/second")],
  });
});

test("what is missing, below a file or without an end leads nowhere, and its links are told", () => {
  using box = tempFolder({ file: "" });
  const at = (name: string) => join(box.path, name);
  symlinkSync("nowhere", at("dangling"));
  symlinkSync("loop", at("loop"));
  expect(followPath(at("missing/deeper"))).toEqual({ real: undefined, links: [] });
  expect(followPath(at("file/deeper"))).toEqual({ real: undefined, links: [] });
  expect(followPath(at("dangling"))).toEqual({ real: undefined, links: [at("dangling")] });
  expect(followPath(at("loop")).real).toBeUndefined();
});
