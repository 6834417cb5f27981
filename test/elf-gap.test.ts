// What Bun leaves of zeros in a Linux executable is taken out of it; whether it still runs, every end-to-end test shows.

import { expect, test } from "bun:test";
import { withoutGap } from "../.ci/release/elf-gap";
import { CODEX } from "./support/harness";

test.skipIf(process.platform !== "linux")("the built executable has no gap", async () => {
  const file = Buffer.from(await Bun.file(CODEX).arrayBuffer());
  expect(withoutGap(file)).toBe(file);
});

test("a file that is no executable stays as it is", () => {
  const text = Buffer.from(
    "#!/bin/sh\n# long enough to be looked at: nothing here is a header of an executable file\n",
  );
  expect(withoutGap(text)).toBe(text);
});

test.skipIf(process.platform !== "linux")(
  "an executable that was not compiled by Bun stays as it is",
  async () => {
    const shell = Buffer.from(await Bun.file("/bin/sh").arrayBuffer());
    expect(withoutGap(shell)).toBe(shell);
  },
);
