// Where releases of this build come from: set while it is built, since a checkout has none.

/** Put in by build.ts, from `CODEX_RELEASES_URL` and `CODEX_NPM_PACKAGE`. */
declare const RELEASES: { readonly url?: string; readonly npmPackage: string } | undefined;

/**
 * Address of a releases page in the form of GitHub's, without a slash at the end: `https://github.com/OWNER/NAME/releases`.
 * Below it lie `latest/download/FILE` and `download/vVERSION/FILE`. Undefined for a build that belongs to no release.
 */
export function releasesUrl(): string | undefined {
  return typeof RELEASES === "undefined" ? undefined : RELEASES.url;
}

/** What `npm install -g` calls this program. */
export function npmPackage(): string {
  return typeof RELEASES === "undefined" ? "codex" : RELEASES.npmPackage;
}
