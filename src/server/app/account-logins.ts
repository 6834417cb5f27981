// Logins to ChatGPT that wait for a person: in the browser, or with a code; a new one ends the one before (app-server.md 9).

import { loginLog } from "../../auth/login-log";
import { allowedWorkspaces } from "../../auth/restrictions";
import type { LoginResult, SignInOptions } from "../../auth/sign-in";
import type { AuthStore } from "../../auth/store";
import type { Config } from "../../config/config";
import { INTERNAL_ERROR, RpcFailure } from "../rpc/message";

export type LoginPlace = {
  readonly config: Config;
  readonly store: AuthStore;
  readonly asker: Pick<SignInOptions, "env" | "originator">;
};

export type BegunLogin = {
  readonly loginId: string;
  /** For the client: where the person has to go. */
  readonly result: object;
  /** Resolves with what went wrong; null when the person has signed in. */
  readonly ended: Promise<string | null>;
};

/** Disposing of it ends the one that waits. */
export type AccountLogins = AsyncDisposable & {
  /** @throws RpcFailure when there is no place to send the person to */
  readonly begin: (kind: "chatgpt" | "chatgptDeviceCode", place: LoginPlace) => Promise<BegunLogin>;
  /** Whether it was waiting. */
  readonly cancel: (loginId: string) => boolean;
  readonly cancelAll: () => void;
};

const NOT_COMPLETED = "Login was not completed";

export function accountLogins(): AccountLogins {
  const waiting = new Map<string, { readonly abort: AbortController; readonly ended: Promise<unknown> }>();
  const cancelAll = () => {
    for (const { abort } of waiting.values()) abort.abort();
  };
  return {
    cancelAll,
    cancel(loginId) {
      const found = waiting.get(loginId.toLowerCase());
      found?.abort.abort();
      return found !== undefined;
    },
    async begin(kind, { config, store, asker }) {
      cancelAll();
      await Promise.all([...waiting.values()].map(({ ended }) => ended));
      const loginId = crypto.randomUUID();
      const abort = new AbortController();
      const shown = Promise.withResolvers<object>();
      const options: SignInOptions = {
        ...asker,
        store,
        workspaces: allowedWorkspaces(config.toml),
        signal: abort.signal,
        log: loginLog(config),
        issuer: asker.env["CODEX_APP_SERVER_LOGIN_ISSUER"],
      };
      const result =
        kind === "chatgpt"
          ? inBrowser(options, loginId, shown.resolve)
          : withCode(options, loginId, shown.resolve);
      const ended = result.then((outcome) => errorOf(kind, outcome)).finally(() => waiting.delete(loginId));
      waiting.set(loginId, { abort, ended });
      const begun = await Promise.race([shown.promise, ended]);
      if (typeof begun === "string" || begun === null) {
        throw new RpcFailure(INTERNAL_ERROR, begun ?? NOT_COMPLETED);
      }
      return { loginId, result: begun, ended };
    },
    async [Symbol.asyncDispose]() {
      cancelAll();
      await Promise.all([...waiting.values()].map(({ ended }) => ended));
    },
  };
}

/** The client shows the address; a browser is its to open. */
async function inBrowser(
  options: SignInOptions,
  loginId: string,
  shown: (result: object) => void,
): Promise<LoginResult> {
  const { browserLogin } = await import("../../auth/login-browser");
  return await browserLogin({
    ...options,
    openBrowser: async () => true,
    onUrl: (authUrl) => shown({ type: "chatgpt", loginId, authUrl }),
  });
}

async function withCode(
  options: SignInOptions,
  loginId: string,
  shown: (result: object) => void,
): Promise<LoginResult> {
  const { deviceLogin } = await import("../../auth/device-login");
  return await deviceLogin({
    ...options,
    onCode: ({ url, code }) =>
      shown({ type: "chatgptDeviceCode", loginId, verificationUrl: url, userCode: code }),
  });
}

function errorOf(kind: "chatgpt" | "chatgptDeviceCode", result: LoginResult): string | null {
  const prefix = kind === "chatgpt" ? "Login server error: " : "";
  switch (result.type) {
    case "signed_in":
      return null;
    case "cancelled":
      return prefix + NOT_COMPLETED;
    case "failed":
      return prefix + result.message;
    default:
      return result satisfies never;
  }
}
