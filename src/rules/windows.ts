// Safe and dangerous commands of PowerShell and cmd.exe, as far as can be told without PowerShell's own parser (approvals.md 5b).

import { isSafeGit, isSafeRipgrep } from "./safe";
