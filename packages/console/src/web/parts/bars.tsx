import type { JSX } from "preact";
import { whole } from "../format.ts";

const STEP = 8;
const HEIGHT = 30;

/** Small bars, the last at the right; the highest is said in figures. */
export function Bars({ values, label }: { readonly values: readonly number[]; readonly label: string }): JSX.Element {
  const most = Math.max(1, ...values);
  const sum = values.reduce((total, value) => total + value, 0);
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${values.length * STEP} ${HEIGHT}`}
      role="img"
      aria-label={`${label}: ${whole(sum)} in all, at most ${whole(most)}`}
    >
      <path d={`M0 ${HEIGHT - 0.5}H${values.length * STEP}`} class="bars-floor" />
      <path d={values.map((value, i) => bar(i, value / most)).join("")} class="bars-bar" />
    </svg>
  );
}

/** From the floor up; a value above nothing is always seen. */
function bar(index: number, share: number): string {
  const height = share === 0 ? 0 : Math.max(2, share * (HEIGHT - 2));
  return height === 0 ? "" : `M${index * STEP + 1} ${HEIGHT - 1}v${-height}h${STEP - 2}v${height}z`;
}
