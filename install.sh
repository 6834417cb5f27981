#!/bin/sh
# Installs codex for one user: from a release, from a checkout, or from a file; also removes it again. POSIX sh.
#
# The whole script is functions, and its last line starts them: a download that breaks off does nothing.
set -eu
[ -z "${ZSH_VERSION:-}" ] || emulate sh

# A release names itself here; CODEX_RELEASES_URL in the environment wins.
RELEASES='@RELEASES_URL@'
MIN_NODE=18

usage() {
  cat <<'USAGE'
Installs codex, one executable file.

Usage: install.sh [--version VERSION] [--prefix DIR]
       install.sh --from-source [--prefix DIR]
       install.sh --from FILE [--prefix DIR]
       install.sh --uninstall [--prefix DIR]

  --version VERSION  that release (0.139.0) instead of the newest
  --prefix DIR       the folder to put the executable into (default: ~/.local/bin)
  --from-source      build the checkout that this script lies in; needs Node.js 18 or newer with npm
  --from FILE        install this executable
  --uninstall        remove the executable; settings and sessions in ~/.codex are kept
  --help             show this text

CODEX_RELEASES_URL names the releases page to download from; HTTPS_PROXY and the like are honoured.
USAGE
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

misuse() {
  printf 'install.sh: %s\nTry install.sh --help.\n' "$*" >&2
  exit 2
}

main() {
  prefix=''
  from=''
  version=''
  action=download
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix | --from | --version)
        [ $# -ge 2 ] && [ -n "$2" ] || misuse "$1 needs a value"
        option "$1" "$2"
        shift
        ;;
      --prefix=?* | --from=?* | --version=?*) option "${1%%=*}" "${1#*=}" ;;
      --from-source) action=build ;;
      --uninstall) action=uninstall ;;
      -h | --help) usage && exit 0 ;;
      *) misuse "unknown argument: $1" ;;
    esac
    shift
  done
  [ -n "${HOME:-}" ] || [ -n "$prefix" ] || fail 'HOME is not set; say where to install with --prefix DIR'
  # Releases of one user's own lie in the home folder of codex, with a link to the newest; elsewhere there is just a file.
  linked=no
  if [ -z "$prefix" ]; then
    prefix=$HOME/.local/bin
    linked=yes
  fi
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  case $from in '' | /*) ;; *) from=$PWD/$from ;; esac
  kept=${CODEX_HOME:-${HOME:-}/.codex}/packages/standalone/releases
  target=$prefix/codex
  partial=''
  unpacked=''
  trap 'clean' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  "$action"
}

option() {
  case $1 in
    --prefix) prefix=$2 ;;
    --from) from=$2 action=copy ;;
    --version) version=${2#v} ;;
  esac
}

clean() {
  [ -z "$partial" ] || rm -rf "$partial"
  [ -z "$unpacked" ] || rm -rf "$unpacked"
}

# From a release: finds out what fits this system, downloads it, checks its sum.
download() {
  releases=${CODEX_RELEASES_URL:-$RELEASES}
  case $releases in
    @*) fail 'this copy of install.sh belongs to no release: set CODEX_RELEASES_URL, or build with --from-source' ;;
  esac
  system=$(system_name)
  require tar 'unpacking needs tar'
  require gzip 'unpacking needs gzip'
  case $version in
    '') page=$releases/latest/download ;;
    *[!0-9A-Za-z.-]*) misuse "not a version: $version" ;;
    *) page=$releases/download/v$version ;;
  esac
  archive=codex-$system.tar.gz
  unpacked=$(mktemp -d "${TMPDIR:-/tmp}/codex-install.XXXXXX") || fail 'cannot make a temporary folder; set TMPDIR'
  say "Downloading $archive"
  fetch "$page/SHA256SUMS" "$unpacked/SHA256SUMS"
  fetch "$page/$archive" "$unpacked/$archive"
  wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$unpacked/SHA256SUMS")
  [ -n "$wanted" ] || fail "$page/SHA256SUMS does not name $archive; nothing was installed"
  found=$(sha256 "$unpacked/$archive")
  [ "$found" = "$wanted" ] ||
    fail "$archive is damaged (SHA-256 is $found and should be $wanted); nothing was installed. Try again."
  (cd "$unpacked" && gzip -dc "$archive" | tar -xf - codex) || fail "$archive cannot be unpacked; nothing was installed"
  place "$unpacked/codex"
}

# linux-x64, linux-arm64-musl, darwin-arm64: as the files of a release are called.
system_name() {
  kernel=$(uname -s)
  machine=$(uname -m)
  case $machine in
    x86_64 | amd64) processor=x64 ;;
    aarch64 | arm64) processor=arm64 ;;
    *) fail "there is no release for this processor ($machine): x86-64 and 64-bit ARM are supported" ;;
  esac
  case $kernel in
    Linux)
      libc=''
      if is_musl; then
        libc=-musl
        has_library libstdc++.so.6 && has_library libgcc_s.so.1 ||
          fail 'codex needs the libraries libstdc++ and libgcc; on Alpine: apk add libstdc++ libgcc'
      fi
      if [ "$processor" = x64 ] && [ -r /proc/cpuinfo ] && ! grep -qw sse4_2 /proc/cpuinfo; then
        fail 'this processor lacks SSE4.2, which codex needs (processors since 2009 have it)'
      fi
      printf 'linux-%s%s\n' "$processor" "$libc"
      ;;
    Darwin)
      # A shell under Rosetta sees another processor than there is.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then processor=arm64; fi
      printf 'darwin-%s\n' "$processor"
      ;;
    MINGW* | MSYS* | CYGWIN*) fail 'on Windows, use install.ps1 in PowerShell, or install inside WSL' ;;
    *) fail "there is no release for $kernel: Linux, macOS and Windows are supported" ;;
  esac
}

is_musl() {
  for loader in /lib64/ld-linux-*.so.* /lib/ld-linux-*.so.*; do
    [ -e "$loader" ] && return 1
  done
  for loader in /lib/ld-musl-*.so.1; do
    [ -e "$loader" ] && return 0
  done
  return 1
}

has_library() {
  for folder in /lib /usr/lib /usr/local/lib; do
    [ -e "$folder/$1" ] && return 0
  done
  return 1
}

require() {
  command -v "$1" >/dev/null 2>&1 || fail "$2, and there is none on PATH"
}

# Address, file. An answer other than the file is an error.
fetch() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL --retry 2 -o "$2" "$1" || fail "cannot download $1 (curl says why above); nothing was installed"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1" || fail "cannot download $1; nothing was installed"
  else
    fail 'downloading needs curl or wget, and there is neither on PATH'
  fi
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 -r "$1" | cut -d ' ' -f 1
  else
    fail 'checking the download needs sha256sum, shasum or openssl, and there is none on PATH'
  fi
}

# From the checkout around this script.
build() {
  linked=no
  checkout=$(cd "$(dirname "$0")" && pwd)
  [ -f "$checkout/build.ts" ] && [ -f "$checkout/package.json" ] ||
    fail 'run this script from a checkout of the codex repository'
  require node "building needs Node.js $MIN_NODE or newer"
  require npm 'building needs npm'
  node -e "process.exit(parseInt(process.versions.node, 10) >= $MIN_NODE ? 0 : 1)" ||
    fail "building needs Node.js $MIN_NODE or newer; node is $(node --version)"
  say "Building in $checkout"
  (cd "$checkout" && npm run --silent build) || fail 'the build failed; see above'
  place "$checkout/dist/codex"
}

copy() {
  linked=no
  [ -f "$from" ] || fail "there is no executable at $from"
  place "$from"
}

# Puts an executable into its place: written beside it, tried, then renamed, so that at no moment there is half of one.
place() {
  [ ! -d "$target" ] || fail "$target is a folder; choose another --prefix"
  mkdir -p "$prefix" || fail "cannot create $prefix; choose another --prefix"
  partial=$prefix/.codex.$$.partial
  if [ "$linked" = yes ]; then
    mkdir -p "$kept" || fail "cannot create $kept"
    partial=$kept/.$$.partial
    mkdir "$partial"
    tried=$partial/codex
  else
    tried=$partial
  fi
  cp "$1" "$tried" || fail "cannot write $tried; is the disk full?"
  chmod 755 "$tried"
  installed=$("$tried" --version </dev/null) ||
    fail "the executable does not run here ($(uname -s) $(uname -m)), or $(dirname "$tried") is mounted noexec; nothing was installed"
  if [ "$linked" = yes ]; then link; else mv -f "$partial" "$target"; fi
  partial=''
  say "Installed $installed as $target"
  advise
}

# A folder for every release, and a link to the newest. What runs now keeps its file until the release after this one.
link() {
  release=$kept/${installed##* }
  if [ -e "$release" ]; then
    # The same version again: the old file goes away under another name, in case it is running.
    mv -f "$release/codex" "$release/.codex.old" 2>/dev/null || true
    mv -f "$partial/codex" "$release/codex"
    rm -rf "$partial" "$release/.codex.old"
  else
    mv "$partial" "$release"
  fi
  before=$(readlink "$target" 2>/dev/null || true)
  ln -s "$release/codex" "$prefix/.codex.$$.link"
  mv -f "$prefix/.codex.$$.link" "$target"
  for old in "$kept"/*; do
    [ "$old" = "$release" ] || [ "$old/codex" = "$before" ] || rm -rf "$old"
  done
}

# What stands between the user and typing `codex`.
advise() {
  case :${PATH:-}: in
    *:"$prefix":*)
      first=$(command -v codex || true)
      if [ "$first" = "$target" ]; then
        say 'Try it: codex demo'
      else
        say "Note: typing codex runs $first, which stands before $prefix on PATH."
      fi
      ;;
    *)
      say "$prefix is not on PATH. Add this line to ~/.profile (or ~/.zshrc, ~/.bashrc) and open a new terminal:"
      say "  export PATH=\"$prefix:\$PATH\""
      ;;
  esac
}

uninstall() {
  if [ "$linked" = yes ] && [ -d "$kept" ]; then
    rm -rf "$kept" || fail "cannot remove $kept"
    rmdir "$(dirname "$kept")" "$(dirname "$(dirname "$kept")")" 2>/dev/null || true
  fi
  if [ ! -e "$target" ] && [ ! -L "$target" ]; then
    say "There is no $target; nothing to remove"
    return
  fi
  [ -L "$target" ] || [ -f "$target" ] || fail "$target is not a file; it was left alone"
  rm -f "$target" || fail "cannot remove $target"
  say "Removed $target. Settings and sessions in ${CODEX_HOME:-~/.codex} were kept."
}

main "$@"
