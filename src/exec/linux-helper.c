// Where the helper begins: by its first argument it is the spawner, the keeper of one command, or what stands in for `codex sandbox`
// while its command runs.

// The plan, its size, and the descriptors that it counts. A stream that is not open becomes /dev/null.
static int keep_one(struct child *child, char **numbers) {
  struct statx file;
  child->plan_file = number_of(numbers[0]);
  child->plan_bytes = number_of(numbers[1]);
  for (int i = 0; i < PASSED; i++) {
    child->passed[i] = number_of(numbers[2 + i]);
    if (look(child->passed[i], "", AT_EMPTY_PATH, &file) < 0) child->passed[i] = NONE;
  }
  return keeper_main(child);
}

// `stack` is as the kernel leaves it: the number of arguments, the arguments, 0, the environment, 0.
//
//   NAME spawn SOCKET                                                takes plans from a socket
//   NAME keep PLAN BYTES STDIN STDOUT STDERR STATUS CONTROL          runs one plan
//   NAME stand-in STATUS CONTROL OUTPUT ERRORS PROGRAM ARGUMENT…     waits for that, in the place of our program
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
  if (starts_with(arguments[1], "keep") && count == 4 + PASSED) leave(keep_one(&child, arguments + 2));
  if (starts_with(arguments[1], "stand-in") && count > 7) leave(stand_in_main(arguments + 2, environment));
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
