#!/bin/sh
# Builds codex from this checkout and installs the executable for one user; also removes it again.
set -eu

MIN_NODE=18

usage() {
  cat <<'USAGE'
Builds codex from this checkout and installs it.

Usage: ./install.sh [--prefix DIR] [--from FILE]
       ./install.sh --uninstall [--prefix DIR]

  --prefix DIR   the folder to install the executable into (default: ~/.local/bin)
  --from FILE    install this executable instead of building one
  --uninstall    remove the executable; settings and sessions in ~/.codex are kept
  --help         show this text

Building needs Node.js 18 or newer with npm, nothing else. The executable itself needs neither.
USAGE
}

say() { printf '%s\n' "$*"; }

fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

misuse() {
  printf 'install.sh: %s\nTry ./install.sh --help.\n' "$*" >&2
  exit 2
}

main() {
  prefix=''
  from=''
  action=install
  while [ $# -gt 0 ]; do
    case $1 in
      --prefix | --from)
        [ $# -ge 2 ] && [ -n "$2" ] || misuse "$1 needs a value"
        if [ "$1" = --prefix ]; then prefix=$2; else from=$2; fi
        shift
        ;;
      --prefix=?*) prefix=${1#--prefix=} ;;
      --from=?*) from=${1#--from=} ;;
      --uninstall) action=uninstall ;;
      -h | --help) usage && exit 0 ;;
      *) misuse "unknown argument: $1" ;;
    esac
    shift
  done
  if [ -z "$prefix" ]; then
    [ -n "${HOME:-}" ] || fail 'HOME is not set; say where to install with --prefix DIR'
    prefix=$HOME/.local/bin
  fi
  case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
  case $from in '' | /*) ;; *) from=$PWD/$from ;; esac
  "$action"
}

install() {
  if [ -z "$from" ]; then
    build
    from=$checkout/dist/codex
  fi
  [ -f "$from" ] || fail "there is no executable at $from"

  target=$prefix/codex
  [ ! -d "$target" ] || fail "$target is a folder; choose another --prefix"
  mkdir -p "$prefix" || fail "cannot create $prefix; choose another --prefix"

  # Written beside its place, tried, then renamed: at no moment is there half an executable.
  partial=$prefix/.codex.$$.partial
  trap 'rm -f "$partial"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  cp "$from" "$partial" || fail "cannot write to $prefix; choose another --prefix"
  chmod 755 "$partial"
  version=$("$partial" --version </dev/null) ||
    fail "the executable does not run here ($(uname -s) $(uname -m)), or $prefix is mounted noexec; nothing was installed"
  mv -f "$partial" "$target"

  say "Installed $version as $target"
  advise
}

build() {
  checkout=$(cd "$(dirname "$0")" && pwd)
  [ -f "$checkout/build.ts" ] && [ -f "$checkout/package.json" ] ||
    fail 'run this script from a checkout of the codex repository'
  command -v node >/dev/null 2>&1 || fail "building needs Node.js $MIN_NODE or newer, and there is no node on PATH"
  command -v npm >/dev/null 2>&1 || fail 'building needs npm, and there is none on PATH'
  node -e "process.exit(parseInt(process.versions.node, 10) >= $MIN_NODE ? 0 : 1)" ||
    fail "building needs Node.js $MIN_NODE or newer; node is $(node --version)"
  say "Building in $checkout"
  (cd "$checkout" && npm run --silent build) || fail 'the build failed; see above'
}

# What stands between the user and typing `codex`.
advise() {
  case :${PATH:-}: in
    *:"$prefix":*)
      found=$(command -v codex || true)
      if [ "$found" = "$target" ]; then
        say 'Try it: codex demo'
      else
        say "Note: typing codex runs $found, which stands before $prefix on PATH."
      fi
      ;;
    *)
      say "$prefix is not on PATH. Add this line to ~/.profile (or ~/.zshrc, ~/.bashrc) and open a new terminal:"
      say "  export PATH=\"$prefix:\$PATH\""
      ;;
  esac
}

uninstall() {
  target=$prefix/codex
  if [ ! -e "$target" ] && [ ! -L "$target" ]; then
    say "There is no $target; nothing to remove"
    return
  fi
  [ -L "$target" ] || [ -f "$target" ] || fail "$target is not a file; it was left alone"
  rm -f "$target" || fail "cannot remove $target"
  say "Removed $target. Settings and sessions in ${CODEX_HOME:-~/.codex} were kept."
}

main "$@"
