// The flags of `codex login` and `codex logout`, for the command table (cli.md 5).

import { OVERRIDE_FLAGS } from "../grammar/shared-flags";
import type { CommandSpec } from "../grammar/spec";

export const LOGIN: CommandSpec = {
  name: "login",
  about: "Sign in",
  more: "Without options, in the browser with a ChatGPT account.",
  flags: [
    ...OVERRIDE_FLAGS,
    {
      name: "with-api-key",
      help: "Read an API key from stdin, as in `printenv OPENAI_API_KEY | codex login --with-api-key`",
    },
    {
      name: "with-access-token",
      help: "Read an access token from stdin, as in `printenv CODEX_ACCESS_TOKEN | codex login --with-access-token`",
    },
    {
      name: "device-auth",
      help: "Sign in with a browser on any machine, where a code from here is entered",
    },
    {
      name: "api-key",
      value: { name: "API_KEY", optional: true },
      hidden: true,
      help: "No longer supported: others could read the key. Use `--with-api-key`",
    },
    {
      name: "experimental_issuer",
      value: { name: "URL" },
      hidden: true,
      help: "Where to sign in, with `--device-auth`",
    },
    {
      name: "experimental_client-id",
      value: { name: "CLIENT_ID" },
      hidden: true,
      help: "As which client to sign in, with `--device-auth`",
    },
  ],
  positionals: [],
  commands: [
    {
      name: "status",
      about: "Who is signed in; the exit code is 1 when nobody is",
      flags: [],
      positionals: [],
      commands: [],
      load: () => import("./status"),
    },
  ],
  load: () => import("./login"),
};

export const LOGOUT: CommandSpec = {
  name: "logout",
  about: "Sign out: revoke the login and forget it",
  flags: OVERRIDE_FLAGS,
  positionals: [],
  commands: [],
  load: () => import("./logout"),
};
