// The file system rules of Landlock, for where no namespaces can be had, and on top of them for what mounts do not cover. Rules
// only ever open: what no rule covers may be read and executed, and nothing else. The kernel itself keeps a process with such rules
// from others without them.

enum {
  SYS_LANDLOCK_CREATE_RULESET = 444, SYS_LANDLOCK_ADD_RULE = 445, SYS_LANDLOCK_RESTRICT_SELF = 446,
  LANDLOCK_CREATE_RULESET_VERSION = 1, LANDLOCK_RULE_PATH_BENEATH = 1,
  // To write, to truncate, and to control a device: all that can be said of something that is not a folder.
  FILE_RIGHTS = 1 << 1 | 1 << 14 | 1 << 15,
};

static long allow_at(int ruleset, int place, u64 rights) {
  struct statx file;
  u32 rule[3];
  long result = look(place, "", AT_EMPTY_PATH, &file);
  if ((file.mode & S_IFMT) != S_IFDIR) rights &= FILE_RIGHTS;
  // As packed by the kernel: the rights in 8 bytes, the descriptor in 4.
  rule[0] = rights;
  rule[1] = rights >> 32;
  rule[2] = place;
  return result >= 0 && rights ? CALL4(SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0) : result;
}

static long allow(int ruleset, const struct step *step) {
  int place = walk(step->path, 0, 0);
  if ((place == -ENOENT || place == -ENOTDIR) && (step->flags & OPTIONAL)) return 0;
  if (place < 0) return place;
  long result = allow_at(ruleset, place, step->mode);
  close_fd(place);
  return result;
}

// A terminal or a named pipe that the command has as its output may be opened again by a name like /dev/stdout. Pipes without a
// name need no rule, and give an error here.
static void allow_output(int ruleset, u64 rights) {
  struct statx file;
  for (int fd = 1; fd <= 2; fd++) {
    int type = look(fd, "", AT_EMPTY_PATH, &file) < 0 ? 0 : file.mode & S_IFMT;
    if (type == S_IFCHR || type == S_IFIFO) allow_at(ruleset, fd, rights);
  }
}

// Whether rules can say that files may be renamed between folders: without that too much would be refused.
static int knows_renaming(void) {
  return CALL3(SYS_LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 2;
}

// `handled` are the rights that the rules are about: of files, of ports, and beyond the domain (signals, abstract sockets).
static int new_ruleset(const u64 *handled) {
  return CALL3(SYS_LANDLOCK_CREATE_RULESET, handled, 24, 0);
}

// The rules are this process's from here on.
static long take_rules(int ruleset, u64 rights) {
  allow_output(ruleset, rights);
  long result = CALL2(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0);
  close_fd(ruleset);
  return result;
}

static long restrict_files(const struct step *steps, u64 count, const u64 *handled, u64 *failed) {
  int ruleset = new_ruleset(handled);
  long result = ruleset;
  for (u64 i = 0; result >= 0 && i < count; i++) {
    if (steps[i].operation != STEP_ALLOW) continue;
    *failed = i;
    result = allow(ruleset, &steps[i]);
  }
  return result < 0 ? result : take_rules(ruleset, handled[0]);
}
