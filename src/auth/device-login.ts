// Signs in with a code that the user types into a browser on any machine (login-notify.md 4.4).

import { messageOf } from "../util/user-error";
import { askIssuer, isText } from "./issuer";
import {
  checkWorkspace,
  clientIdOf,
  exchangeCode,
  issuerOf,
  keepLogin,
  type LoginResult,
  type SignInOptions,
} from "./sign-in";

export type DeviceLoginOptions = SignInOptions & {
  /** Shows the user what to do; called once. */
  readonly onCode: (shown: { readonly url: string; readonly code: string }) => void | Promise<void>;
};

const VALID_MS = 15 * 60_000;
/** The issuer names its own interval; a poll without any pause would be an attack. */
const LEAST_INTERVAL_MS = 100;

type DeviceCode = { readonly id: string; readonly userCode: string; readonly intervalMs: number };
type DeviceGrant = { readonly code: string; readonly verifier: string };

/** Resolves when the user has signed in or has not; failures are values. An aborted signal cancels. */
export async function deviceLogin(options: DeviceLoginOptions): Promise<LoginResult> {
  const base = issuerOf(options);
  try {
    const device = await requestCode(base, options);
    options.log?.(`a device code was issued by ${base}`);
    await options.onCode({ url: `${base}/codex/device`, code: device.userCode });
    const grant = await pollForGrant(base, device, options);
    const tokens = await exchangeCode(
      { ...grant, redirectUri: `${base}/deviceauth/callback` },
      options,
    ).catch((error: unknown) => {
      throw new Error(`device code exchange failed: ${messageOf(error)}`, { cause: error });
    });
    checkWorkspace(tokens.idToken, options.workspaces);
    const result = await keepLogin(tokens, undefined, options);
    options.log?.("signed in");
    return result;
  } catch (error) {
    options.log?.(`failed: ${messageOf(error)}`);
    if (options.signal.aborted) return { type: "cancelled" };
    return { type: "failed", message: messageOf(error) };
  }
}

async function requestCode(base: string, options: SignInOptions): Promise<DeviceCode> {
  const { signal } = options;
  const url = `${base}/api/accounts/deviceauth/usercode`;
  const answer = await askIssuer({ url, json: { client_id: clientIdOf(options) }, signal }, options);
  if (answer.status === 404) {
    throw new Error(
      "device code login is not enabled for this Codex server. Use the browser login or verify the server URL.",
    );
  }
  if (!answer.ok) throw new Error(`device code request failed with status ${answer.statusText}`);
  const { device_auth_id: id, user_code: code, usercode, interval = "0" } = answer.fields;
  const userCode = isText(code) ? code : usercode;
  const seconds = isText(interval) && interval.trim() !== "" ? Number(interval) : Number.NaN;
  if (!isText(id) || !isText(userCode) || !(seconds >= 0)) {
    throw new Error("the issuer did not send a device code that can be used");
  }
  return { id, userCode, intervalMs: Math.max(LEAST_INTERVAL_MS, seconds * 1000) };
}

async function pollForGrant(base: string, device: DeviceCode, options: SignInOptions): Promise<DeviceGrant> {
  const { signal } = options;
  const until = performance.now() + VALID_MS;
  const json = { device_auth_id: device.id, user_code: device.userCode };
  for (;;) {
    const answer = await askIssuer({ url: `${base}/api/accounts/deviceauth/token`, json, signal }, options);
    if (answer.ok) return grantOf(answer.fields);
    if (answer.status !== 403 && answer.status !== 404) {
      throw new Error(`device auth failed with status ${answer.statusText}`);
    }
    if (performance.now() + device.intervalMs > until) {
      throw new Error("device auth timed out after 15 minutes");
    }
    await pause(device.intervalMs, signal);
  }
}

function grantOf(fields: Readonly<Record<string, unknown>>): DeviceGrant {
  const { authorization_code: code, code_verifier: verifier } = fields;
  if (isText(code) && isText(verifier)) return { code, verifier };
  throw new Error("the issuer did not send an authorization code");
}

/** @throws Error when the signal fires */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const timer = setTimeout(ended.resolve, ms);
  signal.addEventListener("abort", () => ended.resolve(), { once: true });
  try {
    if (!signal.aborted) await ended.promise;
  } finally {
    clearTimeout(timer);
  }
  signal.throwIfAborted();
}
