// Words become one command line, and come out of it as they were, also where cmd reads it first.

import { expect, test } from "bun:test";
import { commandLine, environmentBlock } from "../../src/exec/windows-api";

test("words are quoted where the C library would take them apart", () => {
  const line = (...args: readonly string[]) => commandLine("C:\\a b\\x.exe", args);
  expect(line("plain", "", "two words")).toBe('"C:\\a b\\x.exe" plain "" "two words"');
  expect(line('say "hi"')).toBe('"C:\\a b\\x.exe" "say \\"hi\\""');
  expect(line("C:\\dir with space\\")).toBe('"C:\\a b\\x.exe" "C:\\dir with space\\\\"');
  expect(line('a\\\\"b')).toBe('"C:\\a b\\x.exe" "a\\\\\\\\\\"b"');
  expect(line("C:\\dir\\")).toBe('"C:\\a b\\x.exe" C:\\dir\\');
});

test("a script for cmd reaches it as it is written", () => {
  const cmd = "C:\\Windows\\System32\\cmd.exe";
  expect(commandLine(cmd, ["/c", 'echo "a b" & dir'])).toBe(`${cmd} /s /c "echo "a b" & dir"`);
  expect(commandLine(cmd, ["/v:on", "/C", "echo", "a b"])).toBe(`${cmd} /v:on /s /C "echo "a b""`);
  expect(commandLine(cmd, [])).toBe(cmd);
});

test("the arguments of a batch file cannot become commands", () => {
  const line = (...args: readonly string[]) => commandLine("C:\\x.bat", args);
  expect(line("a&calc")).toBe('cmd.exe /e:ON /v:OFF /d /c ""C:\\x.bat" "a&calc""');
  expect(line('" & calc & "')).toBe('cmd.exe /e:ON /v:OFF /d /c ""C:\\x.bat" """ & calc & """"');
  expect(line("%PATH%")).toBe('cmd.exe /e:ON /v:OFF /d /c ""C:\\x.bat" "%%cd:~,%PATH%%cd:~,%""');
  expect(line("dir\\", "plain")).toBe('cmd.exe /e:ON /v:OFF /d /c ""C:\\x.bat" "dir\\\\" plain"');
  expect(() => line("a\r\ncalc")).toThrow("line breaks");
});

test("variables are sorted, differ in more than case, and include what programs need", () => {
  const block = environmentBlock({ b: "1", Path: "old", PATH: "new", "": "" }, { SYSTEMROOT: "C:\\Windows" });
  expect(block.toString("utf16le")).toEndWith("b=1\0PATH=new\0SYSTEMROOT=C:\\Windows\0\0");
  const own = environmentBlock({ SystemRoot: "D:\\W" }, { SYSTEMROOT: "C:\\Windows" });
  expect(own.toString("utf16le")).toBe("SystemRoot=D:\\W\0\0");
});
