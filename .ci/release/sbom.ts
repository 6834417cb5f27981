// The bill of materials of a release: every package inside the executable, and the runtime, in CycloneDX 1.6.

type LockedPackage = {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
};

export type Release = {
  readonly version: string;
  /** Of the commit. */
  readonly commit: string;
  /** Of the commit, ISO 8601. */
  readonly date: string;
};

/**
 * @param lock content of package-lock.json: what is not only for development is inside
 * @param runtime version of Bun
 */
export function billOfMaterials(lock: string, runtime: string, { version, commit, date }: Release): string {
  const { packages } = JSON.parse(lock) as { packages: Readonly<Record<string, LockedPackage>> };
  const libraries = Object.entries(packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(([path, each]) => component(path.slice(path.lastIndexOf("node_modules/") + 13), each));
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: date,
      component: {
        type: "application",
        name: "codex",
        version,
        purl: `pkg:generic/codex@${version}`,
        properties: [{ name: "commit", value: commit }],
      },
    },
    components: [
      {
        type: "platform",
        name: "bun",
        version: runtime,
        purl: `pkg:npm/bun@${runtime}`,
        licenses: licence("MIT"),
      },
      ...libraries.toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component(name: string, { version = "", license, integrity }: LockedPackage) {
  const [algorithm, digest] = integrity?.split("-") ?? [];
  return {
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    ...(license !== undefined && { licenses: licence(license) }),
    ...(algorithm === "sha512" &&
      digest !== undefined && {
        hashes: [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }],
      }),
  };
}

function licence(id: string) {
  return /[ ()]/.test(id) ? [{ expression: id }] : [{ license: { id } }];
}
