// How the download of a model is shown, on a terminal and elsewhere.

import { expect, test } from "bun:test";
import { downloadProgress, type Progress } from "../../../src/cli/oss/pull-progress";

const GIGABYTE = 1024 ** 3;

function shown(isTerminal: boolean, use: (progress: Progress, wait: (ms: number) => void) => void): string {
  let text = "";
  let clock = 0;
  const progress = downloadProgress({ write: (more) => (text += more), isTerminal, now: () => clock });
  use(progress, (ms) => (clock += ms));
  return text;
}

test("a file gets one line for each tenth", () => {
  const text = shown(false, (progress) => {
    for (let part = 0; part <= 100; part++) progress.part("a", (part / 100) * GIGABYTE, GIGABYTE);
    progress.end();
  });
  expect(text.split("\n").slice(0, 3)).toEqual([
    "0.00/1.00 GB (0.0%)",
    "0.10/1.00 GB (10.0%)",
    "0.20/1.00 GB (20.0%)",
  ]);
  expect(text).toEndWith("\n1.00/1.00 GB (100.0%)\n");
  expect(text.trimEnd().split("\n")).toHaveLength(11);
});

test("a terminal gets one line, written anew now and then", () => {
  const text = shown(true, (progress, wait) => {
    progress.part("a", 0, 2 * GIGABYTE);
    progress.part("a", GIGABYTE / 2, 2 * GIGABYTE);
    wait(200);
    progress.part("a", GIGABYTE, 2 * GIGABYTE);
    progress.line("done");
  });
  expect(text).toBe("\r\x1b[2K0.00/2.00 GB (0.0%)\r\x1b[2K1.00/2.00 GB (50.0%)\ndone\n");
});

test("parts are summed, and a status is told once", () => {
  const text = shown(false, (progress) => {
    progress.status("pulling manifest");
    progress.status("pulling manifest");
    progress.part("a", GIGABYTE, GIGABYTE);
    progress.part("b", GIGABYTE, 3 * GIGABYTE);
    progress.part("b", 3 * GIGABYTE, 3 * GIGABYTE);
  });
  expect(text).toBe("pulling manifest\n1.00/1.00 GB (100.0%)\n");
});
