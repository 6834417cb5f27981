// PowerShell and cmd.exe: what only reads, and what is dangerous (approvals.md 5b).

import { describe, expect, test } from "bun:test";
import { isDangerousOnWindows, isSafeOnWindows } from "../../src/rules/windows";

const command = (script: string) => ["powershell.exe", "-NoProfile", "-Command", script];

describe("safe", () => {
  for (const script of [
    "Get-ChildItem",
    "ls -Recurse src",
    "Get-Content a.txt | Select-String foo | Measure-Object",
    "Get-Content 'a b.txt'; Get-Location",
    'echo "a b"',
    "git status && git log -1",
    "rg -n foo",
    "Test-Path C:\\x",
    "dir\ngl",
  ]) {
    test(script, () => expect(isSafeOnWindows(command(script))).toBe(true));
  }

  test("with every way of giving the script", () => {
    for (const words of [
      ["pwsh", "-c", "ls"],
      ["pwsh.exe", "/Command", "ls"],
      ["C:\\Windows\\System32\\PowerShell.exe", "-NoLogo", "-NonInteractive", "-Command", "ls"],
      ["powershell", "-Command:ls"],
      ["powershell", "Get-Content", "a b.txt"],
    ]) {
      expect(isSafeOnWindows(words)).toBe(true);
    }
  });
});

describe("not safe", () => {
  for (const script of [
    "",
    "Set-Content a b",
    "ls > f",
    "ls | Out-File f",
    "ls | Remove-Item",
    "echo Remove-Item",
    "& ls",
    ". .\\x.ps1",
    "$x",
    'echo "$x"',
    'echo "$(rm x)"',
    "echo (rm x)",
    "ls | % { rm $_ }",
    "ls --% x",
    "ls `\nx",
    "git push",
    "git -C x status",
    "rg --PRE cat x",
    "rg --Pre=cat x",
    "ls;; $x",
    "ls |",
    "ls @args",
    "curl http://x",
    "'unterminated",
    "cmd /c dir",
  ]) {
    test(JSON.stringify(script), () => expect(isSafeOnWindows(command(script))).toBe(false));
  }

  test("with switches that hide what runs, or without PowerShell", () => {
    for (const words of [
      ["powershell", "-File", "x.ps1"],
      ["powershell", "-EncodedCommand", "bHM="],
      ["powershell", "-ExecutionPolicy", "Bypass", "-Command", "ls"],
      ["powershell", "-Command", "ls", "x"],
      ["powershell", "-Command"],
      ["powershell"],
      ["cmd", "/c", "dir"],
      ["git", "status"],
      ["ls"],
    ]) {
      expect(isSafeOnWindows(words)).toBe(false);
    }
  });
});

describe("dangerous", () => {
  for (const words of [
    command("Start-Process http://x.com"),
    command("start 'https://x'"),
    command("ii http://x"),
    command("(New-Object -ComObject Shell.Application).ShellExecute('http://x')"),
    command("Remove-Item x -Force"),
    command("ls; rm -Recurse -Force x"),
    command("del x -force"),
    ["cmd", "/c", "start http://x"],
    ["cmd.exe", "/C", "del /f x"],
    ["cmd", "/c", "erase", "/F", "x"],
    ["cmd", "/c", "rd /s /q x"],
    ["cmd", "/c", "dir & rmdir /q /s x"],
    ["explorer.exe", "http://x"],
    ["mshta", "https://x"],
    ["rundll32", "url.dll,FileProtocolHandler", "http://x"],
    ["C:\\Program Files\\Chrome\\chrome.exe", "https://x"],
  ]) {
    test(JSON.stringify(words), () => expect(isDangerousOnWindows(words)).toBe(true));
  }
});

describe("not dangerous", () => {
  for (const words of [
    command("Remove-Item x"),
    command("rm x; ls -Force"),
    command("echo http://x"),
    command("Start-Process notepad"),
    ["cmd", "/c", "del x"],
    ["cmd", "/c", "rd /s x"],
    ["cmd", "/c", "rd /s x & dir /q"],
    ["cmd", "/c", "start notepad"],
    ["explorer", "."],
    ["chrome", "file.html"],
    ["ls"],
    [],
  ]) {
    test(JSON.stringify(words), () => expect(isDangerousOnWindows(words)).toBe(false));
  }
});
