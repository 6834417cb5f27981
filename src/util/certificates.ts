// Certificate authorities that a user adds to the system's, for company proxies and gateways (config.md 16).

import { readFile } from "node:fs/promises";
import { UserError, messageOf } from "./user-error";

/**
 * The `tls` option for `fetch` when `CODEX_CA_CERTIFICATE` names a PEM bundle; empty otherwise.
 * `SSL_CERT_FILE` and the system's store need nothing from us: the runtime reads both.
 * @throws UserError when the file cannot be read or holds no certificate
 */
export async function extraCertificates(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly tls?: { readonly ca: string[] } }> {
  const path = env.CODEX_CA_CERTIFICATE;
  if (path === undefined || path === "") return {};
  let bundle: string;
  try {
    bundle = await readFile(path, "utf8");
  } catch (error) {
    throw new UserError(`CODEX_CA_CERTIFICATE: cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (certificates === null) {
    throw new UserError(`CODEX_CA_CERTIFICATE: ${path} holds no certificate in PEM form`);
  }
  // A list of our own replaces the runtime's, so the runtime's comes along. An import would embed half a megabyte of
  // bytecode for what few need: every module that this one builds on, compiled.
  const { getCACertificates } = process.getBuiltinModule("node:tls");
  return { tls: { ca: [...getCACertificates("default"), ...certificates] } };
}
