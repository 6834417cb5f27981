// `codex features enable|disable NAME`: writes the switch into config.toml, everything else stays as it is (cli.md 9).

import { editConfigFile, type ConfigEdit } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { canonicalFeature, FEATURES, unstableFeaturesWarning } from "../../config/features";
import { UserError } from "../../util/user-error";
import { similarNames } from "../grammar/similar";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";
import { writeOutput } from "../output";

/**
 * Off needs no entry where it is the default. An unfinished feature is switched on with a warning on stderr.
 * @throws UserError for an unknown feature, and for a file that cannot be read or written
 */
export async function run(invocation: Invocation): Promise<number> {
  const on = invocation.path.at(-1) === "enable";
  const name = invocation.levels.at(-1)?.words.get("FEATURE")?.[0] ?? "";
  const feature = canonicalFeature(name);
  if (feature === undefined) throw unknownFeature(name);
  const { activeConfigPath, toml } = await loadedConfig(invocation);
  const path = ["features", name];
  const isDefault = !on && name === feature.name && !feature.byDefault;
  const edit: ConfigEdit = isDefault ? { type: "delete", path } : { type: "set", path, value: on };
  editConfigFile(activeConfigPath, [edit], { tryLock });
  await writeOutput(1, `${on ? "Enabled" : "Disabled"} feature \`${name}\` in config.toml.\n`);
  const quiet = !on || toml.suppress_unstable_features_warning === true;
  const warning = quiet
    ? undefined
    : unstableFeaturesWarning(new Map([[feature.name, true]]), activeConfigPath);
  if (warning !== undefined) await writeOutput(2, `${warning}\n`);
  return 0;
}

function unknownFeature(name: string): UserError {
  const similar = similarNames(
    name,
    FEATURES.map((feature) => feature.name),
  ).at(-1);
  const tip = similar === undefined ? "" : `. Did you mean \`${similar}\`?`;
  return new UserError(`Unknown feature flag: ${name}${tip}`);
}
