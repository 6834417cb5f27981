// Why a server could not be reached, in a few words, with what to do where something can be done.

import { messageOf } from "../util/user-error";

type Environment = Readonly<Record<string, string | undefined>>;

const NO_ROUTE: readonly string[] = ["EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EADDRNOTAVAIL"];
const CERTIFICATE = /CERT|SELF_SIGNED|certificate/;

/** One line without its full stop. `env` says whether a proxy is set for the scheme of `url`, which then may be to blame. */
export function networkCause(thrown: unknown, url: string, env: Environment): string {
  const cause = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
  const code = codeOf(cause);
  const place = URL.canParse(url) ? new URL(url) : null;
  const proxy = place === null ? null : proxyVariable(place, env);
  const look = proxy === null ? "check the address" : `check the address, and the proxy that ${proxy} names`;
  if (isLookup(cause, code)) return notFound(cause, proxy);
  if (NO_ROUTE.includes(code)) return "there is no way to that address; check the network connection";
  if (CERTIFICATE.test(`${code} ${messageOf(cause)}`)) return untrusted(cause);
  switch (code) {
    case "ECONNREFUSED":
      return `connection refused; ${isLoopback(place) && proxy === null ? "check that the server runs, and the address" : look}`;
    case "ECONNRESET":
    case "EPIPE":
      return "the connection was closed before an answer came";
    case "ETIMEDOUT":
      return `the connection timed out; ${look}`;
    case "EPROTO":
      return "the TLS handshake failed; check that the server speaks HTTPS at that address";
    default:
      return ownWords(cause);
  }
}

function notFound(cause: unknown, proxy: string | null): string {
  const host = /^getaddrinfo \w+ (\S+)$/.exec(messageOf(cause))?.[1];
  const what = host === undefined ? "the host name was not found" : `no host is called ${host}`;
  const where = proxy === null ? "the address" : `the address, ${proxy}`;
  return `${what}; check ${where} and the network connection`;
}

function untrusted(cause: unknown): string {
  return `${ownWords(cause)}; if you trust it, name its authority's certificate in CODEX_CA_CERTIFICATE`;
}

function isLookup(cause: unknown, code: string): boolean {
  const call = cause instanceof Error && "syscall" in cause ? cause.syscall : undefined;
  return call === "getaddrinfo" || code === "ENOTFOUND" || code === "EAI_AGAIN";
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
}

/** The runtime's message without its code in front and without advice for programmers behind. */
function ownWords(cause: unknown): string {
  const [first = ""] = messageOf(cause)
    .replace(/^[A-Z][A-Z0-9_]+: /, "")
    .split(/\. |\n/);
  const words = first.replace(/\.$/, "").trim();
  return words === "" ? "the connection failed" : words;
}

function proxyVariable(url: URL, env: Environment): string | null {
  const name = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const set = [name, name.toLowerCase()].find((each) => (env[each] ?? "") !== "");
  return set === undefined || isExempt(url.hostname, env["NO_PROXY"] ?? env["no_proxy"] ?? "") ? null : set;
}

/** The usual meaning of NO_PROXY: names with all that ends in them, and `*`. */
function isExempt(host: string, list: string): boolean {
  return list
    .split(",")
    .map((each) => each.trim().replace(/:\d+$/, "").replace(/^\./, ""))
    .some((each) => each !== "" && (each === "*" || host === each || host.endsWith(`.${each}`)));
}

function isLoopback(url: URL | null): boolean {
  return url !== null && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
}
