// The memory of a clone: which parts of the program's it needs, and how it gives back the rest, keys included.

enum { KEPT = 32, NEAR_BYTES = 131072, MAPS_BYTES = 16 << 20 };

// The only parts that a clone needs; found by the program before it makes the first one.
static struct range kept[KEPT];
static int kept_count;
static u64 top_of_memory;

static u64 hexadecimal(const char **text) {
  u64 value = 0;
  for (;; (*text)++) {
    char digit = **text;
    if (digit >= '0' && digit <= '9') value = value * 16 + digit - '0';
    else if (digit >= 'a' && digit <= 'f') value = value * 16 + digit - 'a' + 10;
    else return value;
  }
}

static const char *after_field(const char *text) {
  while (*text != ' ' && *text != '\n') text++;
  while (*text == ' ') text++;
  return text;
}

// Device, inode and name of a line of /proc/self/maps: what tells mappings of one file from those of others.
static const char *file_of(const char *line) {
  return after_field(after_field(after_field(line)));
}

static int is_same_line(const char *a, const char *b) {
  while (*a == *b && *a != '\n') {
    a++;
    b++;
  }
  return *a == *b;
}

static int is_kernel_mapping(const char *file) {
  const char *name = after_field(after_field(file));
  return starts_with(name, "[vdso]") || starts_with(name, "[vvar") || starts_with(name, "[vectors]") ||
         starts_with(name, "[sigpage]") || starts_with(name, "[uprobes]");
}

static void keep(u64 start, u64 end) {
  if (kept_count == KEPT) return;
  kept[kept_count].start = start;
  kept[kept_count++].end = end;
}

// What lies around an address, as far as its mapping goes; the distance is a multiple of every page size in use.
static void keep_near(u64 address, u64 start, u64 end) {
  u64 page = address & ~(u64)(NEAR_BYTES - 1);
  u64 from = page - NEAR_BYTES, to = page + 2 * NEAR_BYTES;
  keep(from > start ? from : start, to < end ? to : end);
}

// Reads /proc/self/maps: our own code and data, all of libc, what is near the thread's block and its error number, and what
// the kernel shares with every process and may refuse to remove. Gives 0 or the negative error.
static long find_kept_memory(void) {
  u64 wanted[5], used = 0;
  wanted[0] = (u64)&find_kept_memory;
  wanted[1] = (u64)&kept;
  wanted[2] = (u64)&host;
  wanted[3] = host.thread;
  wanted[4] = (u64)host.error_number();
  char *maps = (char *)call6(SYS_MMAP, 0, MAPS_BYTES, 3, 0x4022, -1, 0);
  if ((long)maps < 0 && (long)maps > -4096) return (long)maps;
  int fd = CALL4(SYS_OPENAT, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
  long bytes = fd;
  while (fd >= 0 && (bytes = CALL3(SYS_READ, fd, maps + used, MAPS_BYTES - 1 - used)) > 0) used += bytes;
  close_fd(fd);
  const char *libc = 0;
  for (int pass = 0; bytes >= 0 && pass < 2; pass++) {
    for (const char *line = maps; *line;) {
      const char *at = line;
      u64 start = hexadecimal(&at);
      at++;
      u64 end = hexadecimal(&at);
      const char *file = file_of(line);
      if (pass == 0 && start <= (u64)host.syscall && (u64)host.syscall < end) libc = file;
      if (pass == 1 && !starts_with(after_field(after_field(file)), "[vsyscall]")) top_of_memory = end;
      if (pass == 1 && ((libc && is_same_line(file, libc)) || is_kernel_mapping(file))) keep(start, end);
      for (int i = 0; pass == 1 && i < 5; i++)
        if (start <= wanted[i] && wanted[i] < end) keep_near(wanted[i], start, end);
      for (line = at; *line && *line++ != '\n';) {}
    }
  }
  CALL2(SYS_MUNMAP, maps, MAPS_BYTES);
  return bytes < 0 ? bytes : 0;
}

// Gives back all memory but what is kept and `arena`: no key of the program stays in a child, later clones are cheap, and the
// program's pages are not copied each time it writes to them.
static void forget(const struct range *arena) {
  u64 from = 0x10000;
  while (from < top_of_memory) {
    const struct range *next = 0;
    if (arena->end > from) next = arena;
    for (int i = 0; i < kept_count; i++)
      if (kept[i].end > from && (!next || kept[i].start < next->start)) next = &kept[i];
    u64 stop = next ? next->start : top_of_memory;
    if (stop > from) CALL2(SYS_MUNMAP, from, stop - from);
    from = next && next->end > from ? next->end : stop;
  }
}
