// Protected names that do not exist need something to mount over: an empty directory on the host, while the command runs.
//
// Its mode is the mark: sticky and writable by nobody, which no one gives to an empty `.git`. Every sandbox that relies on
// it holds a shared lock on the directory itself; whoever can turn that into an exclusive one is the last, and removes it.
// So there is no list to keep: a lock ends with its process, and a directory left by a power cut is adopted by the next run.

enum { PLACEHOLDER_MODE = 01555, LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, TRIES = 2000 };

struct placeholder {
  int parent, directory;
  const char *name;
};

static int is_placeholder(const struct statx *file) {
  return (file->mode & S_IFMT) == S_IFDIR && (file->mode & 01722) == 01500;
}

static int still_there(const struct placeholder *held) {
  struct statx by_name, by_descriptor;
  return look(held->parent, held->name, AT_SYMLINK_NOFOLLOW, &by_name) >= 0 &&
         look(held->directory, "", AT_EMPTY_PATH, &by_descriptor) >= 0 && is_same_file(&by_name, &by_descriptor);
}

// The command runs as the same user with fewer rights: where we cannot create the name, neither can it. It could only lend
// itself the right where the directory is its own; that case is an error.
static long cannot_create(int parent, long error) {
  struct statx directory;
  if (error == -EROFS) return 0;
  if (error != -EACCES || look(parent, "", AT_EMPTY_PATH, &directory) < 0) return error;
  return directory.uid == (u32)CALL1(SYS_GETEUID, 0) ? error : 0;
}

// One try: 1 when held, 0 when there is nothing to hold (the name exists, or nobody here can create it), else an error.
static long try_to_hold(struct placeholder *into) {
  struct statx file;
  into->directory = CALL4(SYS_OPENAT, into->parent, into->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
  if (into->directory == -ENOENT) {
    long made = CALL3(SYS_MKDIRAT, into->parent, into->name, PLACEHOLDER_MODE);
    return made == 0 || made == -EEXIST ? -EAGAIN : cannot_create(into->parent, made);
  }
  if (into->directory < 0) return 0;
  long looked = look(into->directory, "", AT_EMPTY_PATH, &file);
  if (looked < 0) return looked;
  if (!is_placeholder(&file)) return 0;
  long locked = CALL2(SYS_FLOCK, into->directory, LOCK_SH | LOCK_NB);
  if (locked < 0) return locked;
  return still_there(into) ? 1 : -EAGAIN;
}

static long hold(struct placeholder *into, const char *path) {
  long pause[2];
  pause[0] = 0;
  pause[1] = 1000000;
  into->directory = NONE;
  into->parent = walk(path, 1, &into->name);
  // Without its parent there is nothing to protect yet; the mount step decides whether that matters.
  if (into->parent == -ENOENT || into->parent == -ENOTDIR) return 0;
  if (into->parent < 0) return into->parent;
  long result = -EAGAIN;
  for (int tries = 0; result == -EAGAIN && tries < TRIES; tries++) {
    if (tries > 2) CALL4(SYS_PPOLL, 0, 0, pause, 0);
    result = try_to_hold(into);
    if (result != 1) {
      close_fd(into->directory);
      into->directory = NONE;
    }
  }
  if (result != 1) {
    close_fd(into->parent);
    into->parent = NONE;
  }
  return result;
}

static void release(struct placeholder *held) {
  if (held->directory < 0) return;
  if (CALL2(SYS_FLOCK, held->directory, LOCK_EX | LOCK_NB) == 0 && still_there(held))
    CALL3(SYS_UNLINKAT, held->parent, held->name, AT_REMOVEDIR);
  close_fd(held->directory);
  close_fd(held->parent);
}
