// Where the helper begins: by its first argument it is the spawner, the last step within bwrap, or what stands in for
// `codex sandbox` while its command runs.

// The decimal number that a text begins with.
static u64 number_of(const char *text) {
  u64 number = 0;
  for (; *text >= '0' && *text <= '9'; text++) number = number * 10 + *text - '0';
  return number;
}

// What bwrap starts: it takes rules of Landlock, where the kernel has them, and becomes the command.
static int inside_main(char **arguments, char **environment) {
  struct step step;
  u64 handled[3];
  char *shell = "/bin/sh";
  int ruleset = NONE;
  handled[0] = number_of(*arguments++);
  handled[1] = handled[2] = 0;
  if (knows_renaming()) ruleset = CALL3(SYS_LANDLOCK_CREATE_RULESET, handled, sizeof handled, 0);
  step.mode = handled[0];
  step.flags = OPTIONAL;
  long result = 0;
  for (; **arguments == '/'; arguments++) {
    step.path = *arguments;
    if (ruleset >= 0 && result >= 0) result = allow(ruleset, &step);
  }
  if (ruleset >= 0) {
    allow_output(ruleset, handled[0]);
    if (result >= 0) result = CALL2(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0);
  }
  if (result < 0) return 1;
  close_fd(ruleset);
  close_fd(HELPER_FD);
  char **command = arguments + 2, *path = arguments[1];
  if (CALL3(SYS_EXECVE, path, command, environment) == -ENOEXEC) {
    // A script without its first line: what a shell would run itself. Its arguments follow the path.
    command[0] = path;
    command[-1] = shell;
    CALL3(SYS_EXECVE, shell, command - 1, environment);
  }
  return 126;
}

// `stack` is as the kernel leaves it: the number of arguments, the arguments, 0, the environment, 0.
//
//   NAME spawn SOCKET                                      takes plans from a socket
//   NAME inside RIGHTS PATH… -- PROGRAM COMMAND ARGUMENT…  becomes the command, within bwrap
//   NAME stand-in PLAN BYTES PROGRAM ARGUMENT…             runs one plan; PROGRAM is ours, for a command that cannot start
static void helper_main(u64 *stack) {
  struct child child;
  u64 count = stack[0];
  char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
  if (count < 3) leave(2);
  char **end = environment;
  while (*end) end++;
  const char *last = end > environment ? end[-1] : arguments[count - 1];
  child.private.start = (u64)arguments[0];
  child.private.end = (u64)last + length_of(last);
  if (starts_with(arguments[1], "spawn")) leave(spawner_main(&child, number_of(arguments[2])));
  if (starts_with(arguments[1], "inside") && count > 5) leave(inside_main(arguments + 2, environment));
  if (!starts_with(arguments[1], "stand-in") || count < 6) leave(2);
  child.plan_file = number_of(arguments[2]);
  child.plan_bytes = number_of(arguments[3]);
  leave(stand_in_main(&child, arguments + 4, environment));
}

// Declared last, and so the last of all data.
static u64 end_of_data;

// The only name that is looked up: where the helper begins, where its code does, and where its data ends.
void *codex_address(int which) {
  switch (which) {
    case 0: return helper_main;
    case 1: return call6;
    default: return &end_of_data;
  }
}
