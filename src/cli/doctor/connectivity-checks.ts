// What `codex doctor` looks at on the network: proxies, certificates, and whether the model provider answers.

import { baseUrlFor } from "../../auth/credentials";
import { extraCertificates } from "../../util/certificates";
import { messageOf } from "../../util/user-error";
import { configOf, isFinding, type Check, type Finding, type Subject } from "./check";

export const CONNECTIVITY_CHECKS: readonly Check[] = [
  { id: "network.env", category: "Connectivity", name: "network", look: network },
  { id: "network.provider_reachability", category: "Connectivity", name: "reachability", look: reachability },
];

/** Some of these are set in either case. */
const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const CERTIFICATE_VARIABLES = ["CODEX_CA_CERTIFICATE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"];
/** An answer of any kind within this time means that the provider can be reached. */
const ANSWER_MS = 5_000;

async function network({ env }: Subject): Promise<Finding> {
  const set = [...VARIABLES, ...CERTIFICATE_VARIABLES].filter((name) => (env[name] ?? "") !== "");
  const details = Object.fromEntries(set.map((name) => [name, withoutPassword(env[name] ?? "")]));
  try {
    await extraCertificates(env);
  } catch (error) {
    return {
      status: "fail",
      summary: messageOf(error),
      details,
      remediation: "Let CODEX_CA_CERTIFICATE name a readable PEM file, or unset it.",
    };
  }
  return {
    status: "ok",
    summary: set.length === 0 ? "no proxy and no certificates of its own" : set.join(", "),
    details,
  };
}

async function reachability(subject: Subject): Promise<Finding> {
  const config = configOf(subject);
  if (isFinding(config)) return config;
  const url = baseUrlFor(config.provider, undefined);
  const details = { provider: config.modelProviderId, url };
  try {
    const tls = await extraCertificates(subject.env);
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { status } = await fetch(url, { method: "HEAD", redirect: "manual", signal, ...tls });
    return {
      status: "ok",
      summary: `${new URL(url).host} answers`,
      details: { ...details, status: String(status) },
    };
  } catch (error) {
    return {
      status: "fail",
      summary: `${url} cannot be reached: ${messageOf(error)}`,
      details,
      remediation: "Check the network, HTTPS_PROXY, and for a company's certificates CODEX_CA_CERTIFICATE.",
    };
  }
}

/** Proxy addresses may hold a password. */
function withoutPassword(value: string): string {
  return value.replace(/\/\/[^@/]*@/, "//***@");
}
