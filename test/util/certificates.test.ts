// A certificate bundle of the user's is added to what the runtime trusts already.

import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { getCACertificates, rootCertificates } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extraCertificates } from "../../src/util/certificates";

async function withBundle(content: string) {
  const folder = await mkdtemp(join(tmpdir(), "bundle-"));
  const path = join(folder, "ca.pem");
  try {
    await writeFile(path, content);
    return await extraCertificates({ CODEX_CA_CERTIFICATE: path });
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("CODEX_CA_CERTIFICATE", () => {
  test("unset or empty changes nothing", async () => {
    expect(await extraCertificates({})).toEqual({});
    expect(await extraCertificates({ CODEX_CA_CERTIFICATE: "" })).toEqual({});
  });

  test("adds every certificate of the bundle to the runtime's own, text between them ignored", async () => {
    const [one = "", two = ""] = rootCertificates;
    const { tls } = await withBundle(`# company\n${one}\n# the other\n${two}\n`);
    expect(tls?.ca.slice(0, -2)).toEqual(getCACertificates("default"));
    expect(tls?.ca.slice(-2).map((pem) => pem.trim())).toEqual([one.trim(), two.trim()]);
  });

  test("that names no readable bundle is an error that says so", async () => {
    expect(extraCertificates({ CODEX_CA_CERTIFICATE: "/nonexistent.pem" })).rejects.toThrow(
      "CODEX_CA_CERTIFICATE: cannot read /nonexistent.pem",
    );
    expect(withBundle("not a certificate")).rejects.toThrow("holds no certificate in PEM form");
  });
});
