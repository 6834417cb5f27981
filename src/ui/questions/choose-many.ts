// Asks which of several options are wanted, and in which order where that counts: check boxes.

import { chooseManyPlainly } from "./plain";
import { CONFIRM_FOOTER, type ChooseOptions } from "./choice";
import { fieldLine } from "./field-view";
import { listOf, moved, searched, type List } from "./list";
import { fitted, hanging, optionLines } from "./list-view";
import { boundKey, runPrompt, type Field, type Press, type PromptKey, type Size } from "./prompt";

export type ChooseManyOptions<T> = Omit<ChooseOptions<T>, "body" | "initial"> & {
  readonly checked: readonly T[];
  /** Left and Right move the option under the cursor up and down. */
  readonly orderable?: boolean;
  /** Below the list: what the choice would look like. */
  readonly preview?: (checked: readonly T[], columns: number) => readonly string[];
};

type Boxes<T> = { readonly list: List<T>; readonly checked: ReadonlySet<T> };

const MARGIN = "  ";

/** The values whose boxes are checked, in the order of the list; `cancelled` as for `choose`. Space checks, Enter ends. */
export async function chooseMany<T>(options: ChooseManyOptions<T>): Promise<readonly T[] | "cancelled"> {
  if (options.screen.plain) return await chooseManyPlainly(options);
  let boxes: Boxes<T> = { list: listOf(options.options), checked: new Set(options.checked) };
  return await runPrompt<readonly T[] | "cancelled">(
    options.screen,
    {
      whenGone: "cancelled",
      render: (size, field) => {
        if (options.searchable === true) boxes = { ...boxes, list: searched(boxes.list, field.text) };
        return view(options, boxes, size, field);
      },
      press: (raw, field) => {
        const key = boundKey(options.screen, raw, options.searchable === true);
        if (key === undefined) return { type: "redraw" };
        const pressed = pressOf(options, boxes, key, field);
        if (pressed.type !== "changed") return pressed;
        boxes = pressed.boxes;
        return { type: "redraw" };
      },
    },
    options.signal,
  );
}

type BoxPress<T> = Press<readonly T[] | "cancelled"> | { readonly type: "changed"; readonly boxes: Boxes<T> };

function pressOf<T>(
  options: ChooseManyOptions<T>,
  boxes: Boxes<T>,
  key: PromptKey,
  field: Field,
): BoxPress<T> {
  const isSearchable = options.searchable === true;
  if (key.type === "paste") return { type: isSearchable ? "edit" : "redraw" };
  if (key.ctrl && key.key === "c") return { type: "done", value: "cancelled" };
  if (key.key === "escape") {
    return field.text === "" ? { type: "done", value: "cancelled" } : { type: "fill", text: "" };
  }
  if (key.key === "enter") return { type: "done", value: checkedOf(boxes) };
  if (key.text === " ") return { type: "changed", boxes: toggled(boxes) };
  if (options.orderable === true && field.text === "" && (key.key === "left" || key.key === "right")) {
    return { type: "changed", boxes: shifted(boxes, key.key === "left" ? -1 : 1) };
  }
  const list = moved(boxes.list, key, isSearchable);
  if (list !== undefined) return { type: "changed", boxes: { ...boxes, list } };
  return { type: isSearchable ? "edit" : "redraw" };
}

function checkedOf<T>({ list, checked }: Boxes<T>): readonly T[] {
  return list.options.map(({ value }) => value).filter((value) => checked.has(value));
}

function toggled<T>({ list, checked }: Boxes<T>): Boxes<T> {
  const option = list.options[list.shown[list.cursor] ?? -1];
  if (option === undefined || option.disabled !== undefined) return { list, checked };
  const without = new Set([...checked].filter((value) => value !== option.value));
  return { list, checked: checked.has(option.value) ? without : without.add(option.value) };
}

/** Only where the whole list is shown, so that the neighbour is the one that is seen. */
function shifted<T>(boxes: Boxes<T>, by: 1 | -1): Boxes<T> {
  const { list } = boxes;
  const from = list.cursor;
  const to = from + by;
  const [option, neighbour] = [list.options[from], list.options[to]];
  if (option === undefined || neighbour === undefined) return boxes;
  const options = list.options.with(from, neighbour).with(to, option);
  return { ...boxes, list: { ...list, options, cursor: to } };
}

function view<T>(options: ChooseManyOptions<T>, boxes: Boxes<T>, size: Size, field: Field): string[] {
  const { theme, title, subtitle, footer, preview } = options;
  const mark = (index: number): string => {
    const value = boxes.list.options[index]?.value;
    return value !== undefined && boxes.checked.has(value) ? "[x] " : "[ ] ";
  };
  const search = fieldLine(field, size.columns - MARGIN.length, theme, { placeholder: "Type to search" });
  return fitted(
    {
      head: [
        ...hanging(MARGIN, title, size.columns, theme.bold),
        ...(subtitle === undefined ? [] : hanging(MARGIN, subtitle, size.columns, theme.dim)),
        ...(options.searchable === true ? ["", MARGIN + search] : []),
      ],
      options: optionLines(boxes.list, size, theme, { numbered: false, mark }),
      cursor: boxes.list.cursor,
      below: preview?.(checkedOf(boxes), size.columns) ?? [],
      foot: hanging(MARGIN, footer ?? CONFIRM_FOOTER, size.columns, theme.dim),
    },
    size,
  );
}
