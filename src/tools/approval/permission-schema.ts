// The parameters of a shell tool with `additional_permissions`, which the feature `exec_permission_approvals` offers (approvals.md 6).

type ShellParameters = {
  readonly type: "object";
  readonly properties: {
    readonly sandbox_permissions: {
      readonly type: "string";
      readonly enum: readonly string[];
      readonly description: string;
    };
    readonly [name: string]: { readonly type: string; readonly description: string };
  };
  readonly required: readonly string[];
  readonly additionalProperties: false;
};

/** Without the feature calls are read by this form all the same, so that the refusal can say what is missing. */
export function withAdditionalPermissions(parameters: ShellParameters): ShellParameters {
  const { sandbox_permissions } = parameters.properties;
  const properties = {
    ...parameters.properties,
    additional_permissions: ADDITIONAL_PERMISSIONS,
    sandbox_permissions: {
      ...sandbox_permissions,
      enum: [...sandbox_permissions.enum, "with_additional_permissions"],
      description: `${sandbox_permissions.description} \`with_additional_permissions\` asks for the \`additional_permissions\` and stays in the sandbox otherwise.`,
    },
  };
  const names = Object.keys(properties).toSorted() as (keyof typeof properties)[]; // its own keys
  return {
    ...parameters,
    properties: {
      ...Object.fromEntries(names.map((name) => [name, properties[name]])),
      sandbox_permissions: properties.sandbox_permissions,
    },
  };
}

const PATHS = { type: "array", items: { type: "string" } } as const;

const ADDITIONAL_PERMISSIONS = {
  type: "object",
  description: "With `with_additional_permissions` only: what the command needs beyond the sandbox.",
  properties: {
    file_system: {
      type: "object",
      properties: {
        read: { ...PATHS, description: "Absolute paths to read." },
        write: { ...PATHS, description: "Absolute paths to write to, with all that lies below." },
      },
      additionalProperties: false,
    },
    network: {
      type: "object",
      properties: { enabled: { type: "boolean", description: "Whether it needs the network." } },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
} as const;
