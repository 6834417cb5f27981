// Asks for one of several options: arrows, digits, letters, and a search where there are many.

import { CONFIRM_FOOTER, keysOf, type ChooseOptions } from "./choice";
import { fieldLine } from "./field-view";
import { current, listOf, moved, pickedBy, searched, type List } from "./list";
import { fitted, hanging, optionLines } from "./list-view";
import { choosePlainly } from "./plain";
import { boundKey, runPrompt, type Field, type Press, type PromptKey, type Size } from "./prompt";

const MARGIN = "  ";
const SEARCH = { placeholder: "Type to search" };

/** Resolves to the value of the option, or to `cancelled`: Esc, Ctrl-C, the signal, or a terminal that has gone (tui.md 4). */
export async function choose<T>(options: ChooseOptions<T>): Promise<T | "cancelled"> {
  if (options.screen.plain) return await choosePlainly(options);
  let list = listOf(options.options, options.initial);
  return await runPrompt<T | "cancelled">(
    options.screen,
    {
      whenGone: "cancelled",
      render: (size, field) => drawn(options, list, size, field),
      press: (raw, field) => {
        const key = boundKey(options.screen, raw, options.searchable === true);
        if (key === undefined) return { type: "redraw" };
        const pressed = pressOf(options, list, key, field);
        if (pressed.type !== "moved") return pressed;
        list = pressed.list;
        return { type: "redraw" };
      },
    },
    options.signal,
  );

  function drawn(options: ChooseOptions<T>, before: List<T>, size: Size, field: Field): string[] {
    list = options.searchable === true ? searched(before, field.text) : before;
    return chooseView(options, list, size, field);
  }
}

type ListPress<T> = Press<T | "cancelled"> | { readonly type: "moved"; readonly list: List<T> };

/** What a key does in a list; with a search field, letters go there and Esc empties it first. */
function pressOf<T>(options: ChooseOptions<T>, list: List<T>, key: PromptKey, field: Field): ListPress<T> {
  const search = options.searchable === true ? field : undefined;
  if (key.type === "paste") return { type: search === undefined ? "redraw" : "edit" };
  if (key.key === "escape" && search !== undefined && search.text !== "") return { type: "fill", text: "" };
  if (key.ctrl && (key.key === "c" || key.key === "d")) return { type: "done", value: escaped(list) };
  if (search === undefined && options.quitKeys?.includes(key.text) === true) {
    return { type: "done", value: "cancelled" };
  }
  const picked = search === undefined ? pickedBy(list, key) : undefined;
  if (picked !== undefined) return { type: "done", value: picked.value };
  if (key.key === "escape") return { type: "done", value: "cancelled" };
  if (key.key === "enter") {
    const option = current(list);
    if (option === undefined || option.disabled !== undefined) return { type: "redraw" };
    return { type: "done", value: option.value };
  }
  const after = moved(list, key, search !== undefined);
  if (after !== undefined) return { type: "moved", list: after };
  return { type: search === undefined ? "redraw" : "edit" };
}

/** What the Esc key means where an option has it. */
function escaped<T>(list: List<T>): T | "cancelled" {
  const option = list.options.find((one) => keysOf(one).includes("esc"));
  return option === undefined ? "cancelled" : option.value;
}

/** The lines of the prompt in a given room. Pure. */
export function chooseView<T>(
  options: Omit<ChooseOptions<T>, "screen">,
  list: List<T>,
  size: Size,
  field: Field,
): string[] {
  const { theme, title, subtitle, body, footer } = options;
  const isSearchable = options.searchable === true;
  const head = [
    ...hanging(MARGIN, title, size.columns, theme.bold),
    ...(subtitle === undefined ? [] : hanging(MARGIN, subtitle, size.columns, theme.dim)),
    ...(body === undefined ? [] : ["", ...body(size.columns)]),
    ...(isSearchable ? ["", MARGIN + fieldLine(field, size.columns - MARGIN.length, theme, SEARCH)] : []),
  ];
  const nothing = list.shown.length === 0 ? [[MARGIN + theme.dim("no matches")]] : [];
  return fitted(
    {
      head,
      options: [...optionLines(list, size, theme, { numbered: !isSearchable }), ...nothing],
      cursor: list.cursor,
      foot: hanging(MARGIN, footer ?? CONFIRM_FOOTER, size.columns, theme.dim),
    },
    size,
  );
}
