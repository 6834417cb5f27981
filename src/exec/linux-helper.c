// Where the helper begins: its first argument says what it is.

// The keeper of one command. Of its numbers the first two are the plan's file and size; the others are the descriptors that the
// plan counts.
static int keep_one(struct child *child, char **numbers) {
  struct statx file;
  child->plan_file = number_of(numbers[0]);
  child->plan_bytes = number_of(numbers[1]);
  child->waits = 1;
  for (int i = 0; i < PASSED; i++) {
    child->passed[i] = number_of(numbers[2 + i]);
    // Streams of the program that were never open.
    if (look(child->passed[i], "", AT_EMPTY_PATH, &file) < 0) child->passed[i] = NONE;
  }
  return keeper_main(child);
}

// What bwrap starts: it takes rules of Landlock, where the kernel has them, and becomes the command. Before PROGRAM, its path for
// the kernel, there is one word that nobody needs; `execute` may write there.
static int inside_main(char **arguments, char **environment) {
  struct step step;
  u64 handled[3];
  handled[0] = number_of(*arguments++);
  handled[1] = handled[2] = 0;
  step.mode = handled[0];
  step.flags = OPTIONAL;
  if (knows_renaming()) {
    int ruleset = new_ruleset(handled);
    long result = ruleset;
    for (char **path = arguments; result >= 0 && **path == '/'; path++) {
      step.path = *path;
      result = allow(ruleset, &step);
    }
    if (result >= 0) result = take_rules(ruleset, handled[0]);
    if (result < 0) {
      const char *why = "codex: the rules of Landlock could not be taken\n";
      CALL3(SYS_WRITE, 2, why, length_of(why));
      return 1;
    }
  }
  close_fd(HELPER_FD);
  while (**arguments == '/') arguments++;
  return execute(arguments[1], arguments + 2, environment) == -ENOENT ? 127 : 126;
}

// `stack` is as the kernel leaves it: the number of arguments, the arguments, 0, the environment, 0.
//
//   NAME spawn SOCKET                                              takes plans from a socket
//   NAME keep PLAN BYTES STDIN STDOUT STDERR STATUS CONTROL        runs one plan, when it is told to
//   NAME stand-in STATUS CONTROL STDOUT STDERR PROGRAM ARGUMENT…   tells it to and waits, in the place of our program
//   NAME inside RIGHTS PATH… -- PROGRAM COMMAND ARGUMENT…          becomes the command, within bwrap
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
  child.waits = 0;
  if (starts_with(arguments[1], "spawn")) leave(spawner_main(&child, number_of(arguments[2])));
  if (starts_with(arguments[1], "keep") && count == 4 + PASSED) leave(keep_one(&child, arguments + 2));
  if (starts_with(arguments[1], "stand-in") && count > 7) leave(stand_in_main(arguments + 2, environment));
  if (starts_with(arguments[1], "inside") && count > 5) leave(inside_main(arguments + 2, environment));
  leave(2);
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
