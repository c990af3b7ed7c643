import type { Matcher } from "@penstock/model";
import { compileMatcher } from "../selector.ts";
import type { Letter, LetterSeries } from "./letter.ts";

/** Words of a letter that a matcher may name; every other name is a label of a series in it. */
const LETTER_WORDS: Readonly<Record<string, (letter: Letter) => string | undefined>> = {
  reason: ({ reason }) => reason,
  writer: ({ writer }) => writer,
  group: ({ group }) => group,
  kind: ({ kind }) => kind,
  id: ({ id }) => id,
};

/** Which letters are meant, and which of their series. */
export interface Filter {
  /** The letter's own words match, and at least one of its series does. */
  takes(letter: Letter): boolean;
  /** All of its series match. */
  takesWhole(letter: Letter): boolean;
  /** The series that match. */
  seriesOf(letter: Letter): readonly LetterSeries[];
}

/** @throws {SyntaxError} for a regular expression that is none */
export function compileFilter(matchers: readonly Matcher[]): Filter {
  const onLetter: ((letter: Letter) => boolean)[] = [];
  const onSeries: ((labels: LetterSeries["labels"]) => boolean)[] = [];
  for (const matcher of matchers) {
    const fits = compileMatcher(matcher);
    const word = Object.hasOwn(LETTER_WORDS, matcher.name) ? LETTER_WORDS[matcher.name] : undefined;
    if (word) onLetter.push((letter) => fits(word(letter)));
    else {
      onSeries.push((labels) => fits(Object.hasOwn(labels, matcher.name) ? labels[matcher.name] : undefined));
    }
  }
  const wordsFit = (letter: Letter): boolean => onLetter.every((fits) => fits(letter));
  const seriesFits = ({ labels }: { labels: LetterSeries["labels"] }): boolean =>
    onSeries.every((fits) => fits(labels));
  // A letter without series (an unreadable body) is as one series without labels.
  const seriesIn = ({ series }: Letter): readonly { labels: LetterSeries["labels"] }[] =>
    series.length > 0 ? series : [{ labels: {} }];
  return {
    takes: (letter) => wordsFit(letter) && seriesIn(letter).some(seriesFits),
    takesWhole: (letter) => wordsFit(letter) && seriesIn(letter).every(seriesFits),
    seriesOf: ({ series }) => series.filter(seriesFits),
  };
}
