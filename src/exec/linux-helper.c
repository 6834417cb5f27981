// Where the helper begins: by its arguments it is the spawner, or what stands in for `codex sandbox` while its command runs.

// The decimal number that a text begins with.
static u64 number_of(const char *text) {
  u64 number = 0;
  for (; *text >= '0' && *text <= '9'; text++) number = number * 10 + *text - '0';
  return number;
}

// `stack` is as the kernel leaves it: the number of arguments, the arguments, 0, the environment, 0.
//
//   NAME SOCKET                             takes plans from a socket
//   NAME PLAN BYTES PROGRAM ARGUMENT…       runs one plan; PROGRAM is ours, for the case that the command cannot start
static void helper_main(u64 *stack) {
  struct child child;
  u64 count = stack[0];
  char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
  if (count < 2) leave(2);
  char **end = environment;
  while (*end) end++;
  const char *last = end > environment ? end[-1] : arguments[count - 1];
  child.private.start = (u64)arguments[0];
  child.private.end = (u64)last + length_of(last);
  if (count == 2) leave(spawner_main(&child, number_of(arguments[1])));
  if (count < 5) leave(2);
  child.plan_file = number_of(arguments[1]);
  child.plan_bytes = number_of(arguments[2]);
  leave(stand_in_main(&child, arguments + 3, environment));
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
