// The log of logins holds nothing that could be used to log in.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loginLog, withoutSecrets } from "../../src/auth/login-log";
import { tempFolder } from "../support/temp-folder";

test("secrets in addresses are taken out, other parameters stay", () => {
  expect(withoutSecrets("https://a/b?code=c1&x=1&STATE=s&token=t#id_token=i end")).toBe(
    "https://a/b?code=<redacted>&x=1&STATE=<redacted>&token=<redacted>#id_token=<redacted> end",
  );
  expect(withoutSecrets("https://a/?code_challenge=c&client_id=app")).toBe(
    "https://a/?code_challenge=c&client_id=app",
  );
});

test("it goes where log_dir says, one line an entry, and nowhere when it cannot", () => {
  using home = tempFolder({ file: "" });
  const folder = join(home.path, "logs");
  loginLog({ codexHome: home.path, toml: { log_dir: folder } })("one\ntwo");
  expect(readFileSync(join(folder, "codex-login.log"), "utf8")).toMatch(/^\S+Z one two\n$/);
  loginLog({ codexHome: join(home.path, "file"), toml: {} })("nothing to write to");
});
