// The file system rules of Landlock, for where no namespaces can be had. Rules only ever open: what no rule covers may be
// read and executed, and nothing else. The kernel itself keeps a process with such rules from others without them.

enum {
  SYS_LANDLOCK_CREATE_RULESET = 444, SYS_LANDLOCK_ADD_RULE = 445, SYS_LANDLOCK_RESTRICT_SELF = 446,
  LANDLOCK_RULE_PATH_BENEATH = 1,
  // To write, to truncate, and to control a device: all that can be said of something that is not a folder.
  FILE_RIGHTS = 1 << 1 | 1 << 14 | 1 << 15,
};

static long allow(int ruleset, const struct step *step) {
  struct statx file;
  u32 rule[3];
  int place = walk(step->path, 0, 0);
  if ((place == -ENOENT || place == -ENOTDIR) && (step->flags & OPTIONAL)) return 0;
  if (place < 0) return place;
  u64 rights = step->mode;
  long result = look(place, "", AT_EMPTY_PATH, &file);
  if ((file.mode & S_IFMT) != S_IFDIR) rights &= FILE_RIGHTS;
  // As packed by the kernel: the rights in 8 bytes, the descriptor in 4.
  rule[0] = rights;
  rule[1] = rights >> 32;
  rule[2] = place;
  if (result >= 0 && rights) result = CALL4(SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0);
  close_fd(place);
  return result;
}

// `handled` are the rights that the rules are about: of files, of ports, and beyond the domain (signals, abstract sockets).
static long restrict_files(const struct step *steps, u64 count, const u64 *handled, u64 *failed) {
  int ruleset = CALL3(SYS_LANDLOCK_CREATE_RULESET, handled, 24, 0);
  long result = ruleset;
  for (u64 i = 0; result >= 0 && i < count; i++) {
    *failed = i;
    result = allow(ruleset, &steps[i]);
  }
  if (result >= 0) result = CALL2(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0);
  close_fd(ruleset);
  return result;
}
