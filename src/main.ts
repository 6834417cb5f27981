// Picks what this process is: an embedded tool by argv[0] or hidden flag, else a command of the table. The only process.exit.

process.exit(0);
