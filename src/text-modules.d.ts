// Tells the type checker that files imported `with { type: "text" }` are strings; `.txt` is known to it already.

declare module "*.md" {
  const text: string;
  export default text;
}

declare module "*.lark" {
  const text: string;
  export default text;
}

declare module "*.c" {
  const text: string;
  export default text;
}

declare module "*.sh" {
  const text: string;
  export default text;
}
