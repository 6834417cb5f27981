// Whether a command gets a login shell: as the model asks, unless the configuration forbids them (config.md 7.2).

import type { Config } from "../../config/config";
import { booleanArgument, type Arguments, type ParameterSchema } from "../arguments";

/** Or the text for a model that asks for one where there are none. */
export function loginArgument(
  given: Arguments,
  { toml }: Pick<Config, "toml">,
): { readonly login: boolean } | { readonly refusal: string } {
  const asked = booleanArgument(given, "login");
  if (toml.allow_login_shell !== false) return { login: asked ?? true };
  return asked === true
    ? { refusal: "login shells are disabled by the configuration; leave `login` out or set it to false" }
    : { login: false };
}

/** The parameters as the model sees them. */
export function offered<Schema extends ParameterSchema>(
  schema: Schema,
  { toml }: Pick<Config, "toml">,
): ParameterSchema {
  if (toml.allow_login_shell !== false) return schema;
  const { login: _, ...properties } = schema.properties;
  return { ...schema, properties };
}
