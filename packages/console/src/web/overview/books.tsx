import type { JSX } from "preact";
import type { Books, Told } from "../../api.ts";
import { whole } from "../format.ts";
import { Missing, Sign } from "../parts/state.tsx";
import { imbalance, rejectedIn } from "./rates.ts";

/** Every sample is in one place: the account, as an equation that holds or does not. */
export function BooksView({ books }: { readonly books: Told<Books> }): JSX.Element {
  return (
    <section aria-labelledby="books">
      <div class="section-head">
        <h2 id="books">The books</h2>
        {books.known && <Balance books={books.value} />}
      </div>
      {books.known ? <Equation books={books.value} /> : <Missing why={books.why} />}
    </section>
  );
}

function Balance({ books }: { readonly books: Books }): JSX.Element {
  const off = imbalance(books);
  return (
    <p class="balance">
      <Sign mood={off === 0 ? "good" : "bad"} />{" "}
      {off === 0 ? "They balance, in samples since the consumer started." : `Off by ${whole(off)} samples.`}
    </p>
  );
}

function Equation({ books }: { readonly books: Books }): JSX.Element {
  const { received, stored, duplicate, returned, restamped, laneMoves } = books;
  const rejected = rejectedIn(books);
  return (
    <dl class="books" data-testid="books">
      <Term name="received" samples={received} note="in messages, resent ones too" />
      <Term sign="=" name="stored" samples={stored} note={storedNote(restamped, laneMoves)} />
      <Term sign="+" name="rejected" samples={rejected} note="in dead letters, with a reason" />
      <Term sign="+" name="duplicate" samples={duplicate} note="stored before, or said twice" />
      <Term sign="+" name="returned" samples={returned} note="left in the queue, to come again" />
    </dl>
  );
}

function storedNote(restamped: number, laneMoves: number): string {
  const parts = [
    restamped > 0 ? `${whole(restamped)} restamped` : "",
    laneMoves > 0 ? `${whole(laneMoves)} moved lanes` : "",
  ];
  const said = parts.filter((part) => part !== "").join(", ");
  return said === "" ? "by the receiver" : said;
}

function Term(props: {
  readonly name: string;
  readonly samples: number;
  readonly note: string;
  readonly sign?: string;
}): JSX.Element {
  return (
    <>
      {props.sign && (
        <span class="operator" aria-hidden="true">
          {props.sign}
        </span>
      )}
      <div class={`term ${props.name}`}>
        <dt>{props.name}</dt>
        <dd>
          <span class="figure" data-books={props.name}>
            {whole(props.samples)}
          </span>
          <small>{props.note}</small>
        </dd>
      </div>
    </>
  );
}
