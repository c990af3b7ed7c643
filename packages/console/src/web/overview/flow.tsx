import type { ComponentChildren, JSX } from "preact";
import type { Overview } from "../../api.ts";
import { ago, duration, rate, whole } from "../format.ts";
import { messagesIn, type Rates } from "./rates.ts";

/** The pipeline as it is, drawn: what stands where, and how fast it moves. */
export function Flow({ now, rates }: { readonly now: Overview; readonly rates: Rates | undefined }): JSX.Element {
  const { queue, deadLetters } = now;
  // What was returned is received again: the rest has come in for good.
  const arriving = rates && Math.max(0, rates.received - rates.returned);
  const letters = deadLetters.known ? messagesIn(deadLetters.value) : undefined;
  return (
    <div class="flow-scroll">
      <svg class="flow" viewBox="0 0 1120 250" aria-label="The pipeline">
        <Pipe d="M176 58H315" perSecond={arriving} x={245} y={42} />
        <Pipe d="M491 58H629" perSecond={rates?.received} x={560} y={42} />
        <Pipe d="M805 58H944" perSecond={rates?.stored} x={874} y={42} />
        <Pipe d="M730 106V187Q730 199 742 199H944" perSecond={rates?.rejected} x={836} y={183} what="rejected" />
        <Pipe
          d="M670 106V187Q670 199 658 199H415Q403 199 403 187V106"
          perSecond={rates?.returned}
          x={536}
          y={183}
          what="returned"
        />
        <Node x={0} title="Services" sub="as they arrive">
          <tspan>{rateNumber(arriving)}</tspan>
          <Unit>samples/s</Unit>
        </Node>
        <Node
          x={315}
          title="Queue"
          href="/settings"
          sub={queue.known ? `${whole(queue.value.inFlight)} in flight${oldest(now)}` : "does not answer"}
        >
          <tspan>{queue.known ? whole(queue.value.visible) : "?"}</tspan>
          <Unit>waiting</Unit>
        </Node>
        <Node
          x={629}
          title="Consumer"
          href="/writes"
          sub={now.books.known ? `${rate(rates?.duplicate ?? 0)}/s duplicate` : "its books are elsewhere"}
        >
          <tspan>{rateNumber(rates?.received)}</tspan>
          <Unit>samples/s</Unit>
        </Node>
        <Node x={944} title="Receiver" href="/series" sub={lastWrite(now)}>
          <tspan>{rateNumber(rates?.stored)}</tspan>
          <Unit>stored/s</Unit>
        </Node>
        <Node
          x={944}
          y={151}
          title="Dead letters"
          href="/letters"
          tone={letters ? "warn" : undefined}
          sub={letters === undefined ? "does not answer" : letters === 0 ? "none, as it should be" : "see why"}
        >
          <tspan>{letters === undefined ? "?" : whole(letters)}</tspan>
          <Unit>{letters === 1 ? "letter" : "letters"}</Unit>
        </Node>
      </svg>
    </div>
  );
}

function oldest({ oldestSentAtMs, nowMs }: Overview): string {
  if (!oldestSentAtMs.known || oldestSentAtMs.value === undefined) return "";
  return ` · oldest ${duration(nowMs - oldestSentAtMs.value)}`;
}

function lastWrite({ newestReceiptMs, nowMs }: Overview): string {
  if (!newestReceiptMs) return "asking …";
  if (!newestReceiptMs.known) return "cannot be read";
  return newestReceiptMs.value === undefined
    ? "no write in 5 minutes"
    : `last write ${ago(newestReceiptMs.value, nowMs)}`;
}

function rateNumber(perSecond: number | undefined): string {
  return perSecond === undefined ? "–" : rate(perSecond);
}

function Unit({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <tspan class="unit" dx="6">
      {children}
    </tspan>
  );
}

const WIDTH = 176;
const HEIGHT = 96;

function Node(props: {
  readonly x: number;
  readonly y?: number;
  readonly title: string;
  readonly sub: string;
  readonly href?: string;
  readonly tone?: "warn" | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { x, y = 10, title, sub, href, tone } = props;
  const box = (
    <>
      <rect x={x + 0.5} y={y + 0.5} width={WIDTH - 1} height={HEIGHT - 1} rx={10} class={`node ${tone ?? ""}`} />
      <text x={x + 16} y={y + 26} class="node-title">
        {title}
      </text>
      <text x={x + 16} y={y + 57} class="node-figure">
        {props.children}
      </text>
      <text x={x + 16} y={y + 79} class="node-sub">
        {sub}
      </text>
    </>
  );
  return href === undefined ? <g>{box}</g> : <a href={href}>{box}</a>;
}

/** Above this, faster is not seen. */
const FASTEST_S = 0.6;
const SLOWEST_S = 4;

function Pipe(props: {
  readonly d: string;
  readonly perSecond: number | undefined;
  readonly x: number;
  readonly y: number;
  readonly what?: "rejected" | "returned";
}): JSX.Element {
  const { d, perSecond = 0, x, y, what = "" } = props;
  const isMoving = perSecond >= 0.005;
  const seconds = Math.max(FASTEST_S, SLOWEST_S / (1 + Math.log10(1 + perSecond)));
  return (
    <g class={`pipe ${what} ${isMoving ? "moving" : ""}`}>
      <path d={d} class="bed" />
      {isMoving && <path d={d} class="water" style={{ animationDuration: `${seconds.toFixed(2)}s` }} />}
      <text x={x} y={y} class="pipe-label">
        {props.perSecond === undefined ? "" : `${rate(perSecond)}/s ${what}`}
      </text>
    </g>
  );
}
