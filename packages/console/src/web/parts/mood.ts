/** How something is, said by a word and a sign as well as a colour. */
export type Mood = "good" | "warn" | "bad" | "quiet";
