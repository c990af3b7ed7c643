import type { ComponentChildren, JSX } from "preact";

/** Rows under their heads; it scrolls by itself where it is wider than the page. */
export function Table(props: {
  readonly heads: readonly string[];
  /** Those of the heads above numbers. */
  readonly numbers?: readonly string[];
  readonly kind?: string;
  /** As high as a part of the window, with its heads staying in sight. */
  readonly isTall?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { heads, numbers = [], kind = "", isTall = false } = props;
  return (
    <div class={isTall ? "scroll tall" : "scroll"}>
      <table class={`data ${kind}`}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} class={numbers.includes(head) ? "number" : ""}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}
