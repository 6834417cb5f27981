// The Homebrew cask of a release: where its two archives for macOS are, and what is in them.

export type CaskOptions = {
  readonly version: string;
  /** As in src/cli/update/release-channel.ts. */
  readonly releases: string;
  /** SHA-256 of the archives, hexadecimal. */
  readonly arm64: string;
  readonly x64: string;
};

export function cask({ version, releases, arm64, x64 }: CaskOptions): string {
  const home = releases.replace(/\/releases$/, "");
  return `cask "codex" do
  arch arm: "arm64", intel: "x64"

  version "${version}"
  sha256 arm:   "${arm64}",
         intel: "${x64}"

  url "${releases}/download/v#{version}/codex-darwin-#{arch}.tar.gz"
  name "Codex"
  desc "Coding agent for the terminal"
  homepage "${home}"

  livecheck do
    url :url
    strategy :github_latest
  end

  binary "codex"
  manpage "codex.1"

  zap trash: "~/.codex"
end
`;
}
