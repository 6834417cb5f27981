// The shape of the command table and of a parsed command line: data only, shared by the table, the parser and the commands.

/** An option of one command. Without `value` it is a switch. */
export type FlagSpec = {
  /** Long name without dashes; the key under which values are found. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** Other long names that mean the same and are not shown in help. */
  readonly aliases?: readonly string[];
  readonly value?: ValueSpec;
  /** Also accepted after the nested subcommands of the command that declares it. */
  readonly global?: boolean;
  readonly hidden?: boolean;
  /** The command cannot run without it. */
  readonly required?: boolean;
  /** Names of flags of the same level that cannot be given together with this one. */
  readonly conflicts?: readonly string[];
  /** Names of flags of the same level without which this one makes no sense. */
  readonly requires?: readonly string[];
  /** One or two sentences; the first paragraph alone is shown by `-h`. */
  readonly help: string;
};

export type ValueSpec = {
  /** Placeholder of help and errors, e.g. `FILE`. */
  readonly name: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** An empty value counts as a missing one, as it also does where there are choices. */
  readonly nonEmpty?: boolean;
  /** Why a value is refused, or undefined when it is fine. */
  readonly refuse?: (value: string) => string | undefined;
  /** The flag may stand without a value, and is a switch then. */
  readonly optional?: boolean;
  /** `repeat`: once per word, any number of times. `variadic`: takes every following word up to the next option. */
  readonly many?: "repeat" | "variadic";
  /** Each word is split at commas. */
  readonly commaSplit?: boolean;
  /** Shown in help. */
  readonly defaultValue?: string;
};

export type PositionalSpec = {
  readonly name: string;
  readonly required?: boolean;
  /** Takes this word and everything after it, options included. */
  readonly trailing?: boolean;
  /** Names of flags of the same level that cannot be given together with this word. */
  readonly conflicts?: readonly string[];
  /** The only words allowed. */
  readonly choices?: readonly string[];
  readonly help: string;
};

/** What a command's module exports. */
export type CommandModule = {
  /** Runs the command; resolves to the exit code. Throws `UserError` for what the user should read. */
  readonly run: (invocation: Invocation) => Promise<number>;
};

export type CommandSpec = {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly hidden?: boolean;
  readonly about: string;
  /** A paragraph below `about` in the help. */
  readonly more?: string;
  readonly flags: readonly FlagSpec[];
  readonly positionals: readonly PositionalSpec[];
  readonly commands: readonly CommandSpec[];
  /** Commands of other releases that this one lacks: refused by name, so that nobody sends one to a model as a prompt. */
  readonly missing?: readonly string[];
  /** Which of the root's `--profile`, `--strict-config` and `--remote` reach this command; the others are refused (cli.md 12). */
  readonly rootFlags?: readonly string[];
  /** What `-V` prints before the version number; a command without it knows no `-V`. */
  readonly versionName?: string;
  /** Imports the module, and with it only what this command needs. A group of commands has none. */
  readonly load?: () => Promise<CommandModule>;
};

/** The flags and words of one command level, as typed there. */
export type Level = {
  readonly command: string;
  /** Names of the switches that were given. */
  readonly switches: ReadonlySet<string>;
  /** Values of the flags that take one, in order; never empty. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Values of positionals that are present, by name; a trailing one holds all its words. */
  readonly words: ReadonlyMap<string, readonly string[]>;
};

/** The commands from the root down to one of them. */
export type CommandPath = readonly [CommandSpec, ...CommandSpec[]];

/** What a command line asks for. */
export type ParsedArgv =
  | { readonly type: "run"; readonly command: CommandSpec; readonly invocation: Invocation }
  | { readonly type: "help"; readonly path: CommandPath; readonly detail: HelpDetail }
  /** A group of commands was named without a command: its help goes to stderr, and that is a usage error. */
  | { readonly type: "incomplete"; readonly path: CommandPath }
  | { readonly type: "version"; readonly name: string };

/** `compact` is `-h`, `full` is `--help`. */
export type HelpDetail = "compact" | "full";

/** A command line that follows the grammar. */
export type Invocation = {
  /** Names from the root down, aliases resolved: `[]`, `["exec"]`, `["exec", "resume"]`. */
  readonly path: readonly string[];
  /** One per name of the path, root (`codex`) first; values stay where they were typed. */
  readonly levels: readonly [Level, ...Level[]];
};
