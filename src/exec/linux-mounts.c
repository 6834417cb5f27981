// Carries out the mount steps of a plan inside a new mount namespace, before anything untrusted runs in it.
// Paths are walked without following symbolic links, and a place is compared with what was taken from it.

enum {
  STEP_TAKE = 1, STEP_SEAL, STEP_PUT, STEP_TMPFS, STEP_DEVPTS, STEP_PROC, STEP_DIRECTORY, STEP_FILE, STEP_LINK,
  STEP_REMOVE, STEP_FREEZE, STEP_GUARD, STEP_ALLOW,
};
enum {
  OPTIONAL = 1,   // nothing happens when the path does not exist
  SAME_PLACE = 2, // the destination must be the very file that was taken
  READ_ONLY = 4, DEVICES = 8,
};
enum {
  MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_REMOUNT = 32, MS_NOATIME = 1024, MS_NODIRATIME = 2048,
  MS_BIND = 4096, MS_REC = 16384, MS_PRIVATE = 1 << 18, MS_RELATIME = 1 << 21,
  MOUNT_ATTR_RDONLY = 1, MOUNT_ATTR_NOSUID = 2, MOUNT_ATTR_NODEV = 4,
  OPEN_TREE_CLONE = 1, MOVE_MOUNT_F_EMPTY_PATH = 4, MOVE_MOUNT_T_EMPTY_PATH = 0x40,
  SLOTS = 256, DT_DIR = 4, DT_REG = 8,
};

struct step {
  u64 operation, flags, slot, mode;
  // Of TAKE: 1 + the number of the placeholder that must hold this path, unless it could not be made.
  u64 placeholder;
  char *path, *text;
};

struct mount_attributes {
  u64 set, clear, propagation, user_namespace;
};

// What was taken: a detached copy of a mount tree, or (before Linux 5.12) the place to bind from.
struct taken {
  int fd;
  struct statx file;
};

static int can_set_attributes(void) {
  struct mount_attributes nothing;
  nothing.set = nothing.clear = nothing.propagation = nothing.user_namespace = 0;
  return CALL5(SYS_MOUNT_SETATTR, AT_FDCWD, "/", 0, &nothing, sizeof nothing) == 0;
}

static long set_attributes(int fd, const char *path, u64 flags, u64 propagation) {
  struct mount_attributes attributes;
  attributes.set = MOUNT_ATTR_NOSUID;
  attributes.clear = attributes.user_namespace = 0;
  attributes.propagation = propagation;
  if (flags & READ_ONLY) attributes.set |= MOUNT_ATTR_RDONLY;
  if (!(flags & DEVICES)) attributes.set |= MOUNT_ATTR_NODEV;
  return CALL5(SYS_MOUNT_SETATTR, fd, path, AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes);
}

// The mount flags named in the options field of a line of mountinfo.
static u64 flags_of(const char *options) {
  u64 flags = 0;
  for (;;) {
    if (starts_with(options, "ro") && (options[2] == ',' || options[2] == ' ')) flags |= MS_RDONLY;
    if (starts_with(options, "nosuid")) flags |= MS_NOSUID;
    if (starts_with(options, "nodev")) flags |= MS_NODEV;
    if (starts_with(options, "noexec")) flags |= MS_NOEXEC;
    if (starts_with(options, "noatime")) flags |= MS_NOATIME;
    if (starts_with(options, "nodiratime")) flags |= MS_NODIRATIME;
    if (starts_with(options, "relatime")) flags |= MS_RELATIME;
    while (*options && *options != ',' && *options != ' ') options++;
    if (*options != ',') return flags;
    options++;
  }
}

// Remounts one mount. A flag that a namespace above has locked cannot be lifted: it then stays.
static long remount(char *point, u64 present, u64 wanted) {
  u64 kept = present & ~(u64)(MS_RDONLY | MS_NODEV);
  u64 flags = MS_REMOUNT | MS_BIND | MS_NOSUID | kept;
  if (!(wanted & DEVICES)) flags |= MS_NODEV;
  if (wanted & READ_ONLY) flags |= MS_RDONLY;
  long result = CALL5(SYS_MOUNT, 0, point, 0, flags, 0);
  if (result == -EPERM) result = CALL5(SYS_MOUNT, 0, point, 0, flags | (present & (MS_RDONLY | MS_NODEV)), 0);
  // What our own credentials cannot reach, the command cannot reach either.
  return result == -ENOENT || result == -EACCES || result == -ENOTDIR ? 0 : result;
}

// Before Linux 5.12: changes every mount at or below `top`, one by one, by the list in /proc/self/mountinfo.
static long remount_all(const char *top, u64 wanted) {
  u64 room = 64 << 20, used = 0, top_length = length_of(top);
  char *text = (char *)call6(SYS_MMAP, 0, room, 3, 0x4022, -1, 0);
  if ((long)text < 0 && (long)text > -4096) return (long)text;
  int list = CALL4(SYS_OPENAT, AT_FDCWD, "/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0);
  long bytes = list;
  while (list >= 0 && (bytes = CALL3(SYS_READ, list, text + used, room - 1 - used)) > 0) used += bytes;
  close_fd(list);
  long result = bytes;
  char *at = text;
  text[used] = 0;
  while (result >= 0 && *at) {
    char point[PATH_BYTES];
    u64 length = 0;
    for (int field = 0; field < 4; field++) {
      while (*at && *at != ' ') at++;
      while (*at == ' ') at++;
    }
    while (*at && *at != ' ' && length < sizeof point - 1) {
      if (*at == '\\') {
        point[length++] = (at[1] - '0') * 64 + (at[2] - '0') * 8 + at[3] - '0';
        at += 4;
      } else point[length++] = *at++;
    }
    point[length] = 0;
    while (*at == ' ') at++;
    int inside = top_length == 1 || (starts_with(point, top) && (point[top_length] == '/' || !point[top_length]));
    if (inside) result = remount(point, flags_of(at), wanted);
    while (*at && *at++ != '\n') {}
  }
  CALL2(SYS_MUNMAP, text, room);
  return result;
}

static long take(struct taken *into, const struct step *step, int required, int modern) {
  int place = walk(step->path, 0, 0);
  if ((place == -ENOENT || place == -ENOTDIR) && (step->flags & OPTIONAL) && !required) return 0;
  if (place < 0) return place;
  long looked = look(place, "", AT_EMPTY_PATH, &into->file);
  into->fd = looked < 0 ? NONE : place;
  if (looked < 0 || !modern) return looked;
  into->fd = CALL3(SYS_OPEN_TREE, place, "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | O_CLOEXEC);
  close_fd(place);
  return into->fd < 0 ? into->fd : 0;
}

static long bind_the_old_way(int from, int place, const struct step *step) {
  char source[64], target[64];
  descriptor_path(source, from);
  descriptor_path(target, place);
  long result = CALL5(SYS_MOUNT, source, target, 0, MS_BIND | MS_REC, 0);
  return result < 0 ? result : remount_all(step->path, step->flags);
}

static long put(struct taken *taken, const struct step *step, int modern) {
  struct statx there;
  if (taken->fd < 0) return 0;
  int place = walk(step->path, 0, 0);
  long result = place;
  if (result >= 0) result = look(place, "", AT_EMPTY_PATH, &there);
  if (result >= 0 && (step->flags & SAME_PLACE) && !is_same_file(&there, &taken->file)) result = -ESTALE;
  if (result >= 0 && !modern) result = bind_the_old_way(taken->fd, place, step);
  if (result >= 0 && modern) {
    result = set_attributes(taken->fd, "", step->flags, MS_PRIVATE);
    if (result >= 0)
      result = CALL5(SYS_MOVE_MOUNT, taken->fd, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  }
  close_fd(place);
  close_fd(taken->fd);
  taken->fd = NONE;
  return result;
}

static long mount_at(const struct step *step, const char *type, u64 flags) {
  char target[64];
  int place = walk(step->path, 0, 0);
  if (place < 0) return place;
  descriptor_path(target, place);
  if (step->flags & READ_ONLY) flags |= MS_RDONLY;
  long result = CALL5(SYS_MOUNT, type, target, type, flags, step->text);
  close_fd(place);
  return result;
}

// Makes one path read-only where it is.
static long protect(char *path, int modern) {
  struct taken taken;
  struct step step;
  step.path = path;
  step.flags = READ_ONLY | SAME_PLACE;
  long result = take(&taken, &step, 1, modern);
  return result < 0 ? result : put(&taken, &step, modern);
}

// Makes read-only what in /proc speaks to the kernel instead of to a process: `sys`, `sysrq-trigger`, `irq`, `bus` and the
// like. Such files need no capability to be written, only user 0. Processes and links are left alone.
static long guard(const char *directory, int modern) {
  char names[16384], path[PATH_BYTES];
  struct statx file;
  int fd = CALL4(SYS_OPENAT, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  long result = fd;
  for (long bytes; result >= 0 && (bytes = CALL3(SYS_GETDENTS64, fd, names, sizeof names)) != 0;) {
    result = bytes;
    for (char *entry = names; result >= 0 && entry < names + bytes; entry += *(u16 *)(entry + 16)) {
      const char *name = entry + 19;
      u8 type = entry[18];
      if ((*name >= '0' && *name <= '9') || *name == '.' || (type != DT_DIR && type != DT_REG)) continue;
      if (type == DT_REG && (look(fd, name, AT_SYMLINK_NOFOLLOW, &file) < 0 || !(file.mode & 0222))) continue;
      append(append(append(path, directory), "/"), name);
      result = protect(path, modern);
    }
  }
  close_fd(fd);
  return result < 0 ? result : 0;
}

static long mount_step(const struct step *step, struct taken *slots, const u8 *held, int modern) {
  int fd;
  switch (step->operation) {
    case STEP_TAKE:
      if (step->slot >= SLOTS) return -EINVAL;
      return take(&slots[step->slot], step, step->placeholder && held[step->placeholder - 1], modern);
    case STEP_SEAL:
      if (!modern) {
        fd = CALL5(SYS_MOUNT, 0, "/", 0, MS_REC | MS_PRIVATE, 0);
        return fd < 0 ? fd : remount_all("/", step->flags);
      }
      return set_attributes(AT_FDCWD, "/", step->flags, MS_PRIVATE);
    case STEP_PUT:
      return step->slot < SLOTS ? put(&slots[step->slot], step, modern) : -EINVAL;
    case STEP_TMPFS:
      return mount_at(step, "tmpfs", MS_NOSUID | MS_NODEV);
    case STEP_DEVPTS:
      return mount_at(step, "devpts", MS_NOSUID | MS_NOEXEC);
    case STEP_PROC:
      // A container that hides parts of its /proc may not mount a new one. The sealed one then stays in view.
      fd = mount_at(step, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
      return fd == -EPERM ? 0 : fd;
    case STEP_GUARD:
      return guard(step->path, modern);
    case STEP_DIRECTORY:
      return CALL3(SYS_MKDIRAT, AT_FDCWD, step->path, step->mode);
    case STEP_FILE:
      fd = CALL4(SYS_OPENAT, AT_FDCWD, step->path, O_CREAT | O_RDONLY | O_CLOEXEC, step->mode);
      close_fd(fd);
      return fd < 0 ? fd : 0;
    case STEP_LINK:
      return CALL3(SYS_SYMLINKAT, step->text, AT_FDCWD, step->path);
    case STEP_FREEZE:
      return mount_at(step, 0, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV);
    case STEP_ALLOW: // by Landlock, when all is mounted
      return 0;
    case STEP_REMOVE:
      return CALL3(SYS_UNLINKAT, AT_FDCWD, step->path, 0);
  }
  return -EINVAL;
}

// Runs all steps. Gives 0, or the negative error with the number of the step that failed in `*failed`.
static long mount_all(const struct step *steps, u64 count, const u8 *held, int modern, u64 *failed) {
  struct taken slots[SLOTS];
  for (int i = 0; i < SLOTS; i++) slots[i].fd = NONE;
  for (u64 i = 0; i < count; i++) {
    long result = mount_step(&steps[i], slots, held, modern);
    if (result < 0) {
      *failed = i;
      return result;
    }
  }
  for (int i = 0; i < SLOTS; i++) close_fd(slots[i].fd);
  return 0;
}
