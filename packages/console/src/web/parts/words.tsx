import { Fragment, type JSX } from "preact";

/** A reason's word, which may break after its underscores. */
export function ReasonWord({ reason }: { readonly reason: string }): JSX.Element {
  return (
    <b class="reason-word">
      {reason.split(/(?<=_)/).map((part, i) => (
        <Fragment key={`${i} ${part}`}>
          {part}
          <wbr />
        </Fragment>
      ))}
    </b>
  );
}

/** A sentence whose code stands between backticks; what is empty there keeps them, to be seen. */
export function Words({ children }: { readonly children: string }): JSX.Element {
  return (
    <>{children.split("`").map((part, i) => (i % 2 === 1 ? <code key={`${i} ${part}`}>{part || "``"}</code> : part))}</>
  );
}
