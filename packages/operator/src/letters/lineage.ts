import type { Letter } from "./letter.ts";

/** What the consumer appends to a message's identity for a letter of it, and a replay for a group of it. */
const SUFFIX = /!(?:to![^!]+|[a-zA-Z_-]+!\d+)$/;

/**
 * The names of the messages that a rejected letter comes from, nearest first: a letter `m!refused!0` holds samples of the
 * message `m`, and when its own replay was refused, `m!refused!0!refused!0` holds samples of that.
 */
function ancestorsOf({ shape, name }: Pick<Letter, "shape" | "name">): string[] {
  const ancestors: string[] = [];
  if (shape !== "rejected" || name === undefined) return ancestors;
  for (let rest = name; SUFFIX.test(rest); ) {
    rest = rest.replace(SUFFIX, "");
    ancestors.push(rest);
  }
  return ancestors;
}

/** What this replay did with a letter. */
export type Decision = "replayed" | "kept";

/**
 * Knows the letters of which the samples of others come. A replay that was killed between queueing a letter and deleting
 * it leaves the letter here, and what the consumer refused of it beside it: the same samples twice, under two names. Of
 * these only one may be replayed.
 */
export class Lineage {
  /** All letters seen so far, by name. */
  readonly #names = new Set<string>();
  readonly #decisions = new Map<string, Decision>();
  /** Messages of which a letter was replayed. */
  readonly #parted = new Set<string>();

  saw({ name }: Letter): void {
    if (name !== undefined) this.#names.add(name);
  }

  decide(letter: Letter, decision: Decision): void {
    if (letter.name !== undefined) this.#decisions.set(letter.name, decision);
    if (decision === "replayed") for (const ancestor of ancestorsOf(letter)) this.#parted.add(ancestor);
  }

  /**
   * - `covered`: a letter that holds these samples too was replayed: this one is done with.
   * - `twin`: one that holds some of them stays, or a part of this one was replayed: replaying this one would say them twice.
   * - `open`: an ancestor is here and not decided on, or may still be found.
   * - `free`: it stands for itself.
   *
   * @param everythingSeen whether all names are known
   */
  standing(letter: Letter, everythingSeen: boolean): "covered" | "twin" | "open" | "free" {
    const ancestors = ancestorsOf(letter);
    const decisions = ancestors.map((name) => this.#decisions.get(name));
    if (decisions.includes("replayed")) return "covered";
    if (decisions.includes("kept")) return "twin";
    if (letter.shape === "moved" && letter.name !== undefined && this.#parted.has(letter.name)) return "twin";
    // The message that a first letter comes from is in this queue only when SQS moved it, which `twin` then finds.
    const isOpen = everythingSeen ? ancestors.some((name) => this.#names.has(name)) : ancestors.length > 1;
    return isOpen ? "open" : "free";
  }
}
