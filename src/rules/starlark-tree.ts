// The shape of a parsed `.rules` file: Starlark statements and expressions with their places in the text.

/** Offsets into the file's text, in UTF-16 units; `end` is behind the last. */
export type Span = { readonly pos: number; readonly end: number };

export type BinaryOperator =
  | ("or" | "and" | "in" | "not in" | "==" | "!=" | "<" | "<=" | ">" | ">=")
  | ("|" | "^" | "&" | "<<" | ">>" | "+" | "-" | "*" | "/" | "//" | "%");

export type Parameter = {
  readonly name: string;
  readonly kind: "plain" | "args" | "kwargs";
  readonly fallback: Expression | undefined;
};

export type Argument = {
  readonly kind: "positional" | "named" | "args" | "kwargs";
  readonly name: string;
  readonly value: Expression;
};

export type Clause =
  | { readonly type: "for"; readonly target: Expression; readonly list: Expression }
  | { readonly type: "if"; readonly condition: Expression };

export type Expression = Span &
  (
    | { readonly type: "literal"; readonly value: string | number | boolean | null }
    /** Literal pieces and expressions in turn. */
    | { readonly type: "fstring"; readonly parts: readonly (string | Expression)[] }
    | { readonly type: "name"; readonly name: string }
    | { readonly type: "list" | "tuple"; readonly items: readonly Expression[] }
    | { readonly type: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
    | { readonly type: "list_comprehension"; readonly item: Expression; readonly clauses: readonly Clause[] }
    | {
        readonly type: "dict_comprehension";
        readonly key: Expression;
        readonly value: Expression;
        readonly clauses: readonly Clause[];
      }
    | { readonly type: "unary"; readonly operator: "not" | "-" | "+" | "~"; readonly operand: Expression }
    | {
        readonly type: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly type: "conditional";
        readonly condition: Expression;
        readonly yes: Expression;
        readonly no: Expression;
      }
    | { readonly type: "lambda"; readonly parameters: readonly Parameter[]; readonly body: Expression }
    | { readonly type: "call"; readonly callee: Expression; readonly args: readonly Argument[] }
    | { readonly type: "attribute"; readonly object: Expression; readonly name: string }
    | { readonly type: "index"; readonly object: Expression; readonly index: Expression }
    | {
        readonly type: "slice";
        readonly object: Expression;
        readonly from: Expression | undefined;
        readonly to: Expression | undefined;
        readonly step: Expression | undefined;
      }
  );

export type Statement = Span &
  (
    | { readonly type: "expression"; readonly value: Expression }
    | {
        readonly type: "assign";
        readonly target: Expression;
        /** Undefined for a plain `=`. */
        readonly operator: BinaryOperator | undefined;
        readonly value: Expression;
      }
    | { readonly type: "pass" | "break" | "continue" }
    | { readonly type: "return"; readonly value: Expression | undefined }
    | {
        readonly type: "if";
        readonly condition: Expression;
        readonly body: readonly Statement[];
        readonly otherwise: readonly Statement[];
      }
    | {
        readonly type: "for";
        readonly target: Expression;
        readonly list: Expression;
        readonly body: readonly Statement[];
      }
    | {
        readonly type: "def";
        readonly name: string;
        readonly parameters: readonly Parameter[];
        readonly body: readonly Statement[];
      }
  );
