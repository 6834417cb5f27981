// How large the executable is.

import { statSync } from "node:fs";
import { REFERENCE_SIZE_BYTES } from "../program";
import type { Row } from "../row";

const BYTES_PER_MIB = 1_048_576;

export const SIZE_ROW: Row = {
  name: "size",
  title: `size of the ${process.platform}-${process.arch} executable`,
  measure: async ({ codex, reference }) => {
    const referenceBytes = reference === undefined ? REFERENCE_SIZE_BYTES : statSync(reference.path).size;
    return [
      {
        what: "size",
        unit: "MiB",
        codex: statSync(codex.path).size / BYTES_PER_MIB,
        reference: referenceBytes / BYTES_PER_MIB,
        budget: { type: "ratio", most: 0.5 },
      },
    ];
  },
};
