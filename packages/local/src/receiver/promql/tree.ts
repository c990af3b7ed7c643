import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { badData } from "./query-error.ts";

/** A node of a query's syntax tree, with its text. */
export class Node {
  readonly #query: string;
  readonly #node: SyntaxNode;

  constructor(query: string, node: SyntaxNode) {
    this.#query = query;
    this.#node = node;
  }

  get name(): string {
    return this.#node.name;
  }

  get text(): string {
    return this.#query.slice(this.#node.from, this.#node.to);
  }

  get isExpression(): boolean {
    return this.#node.type.is("Expr");
  }

  get children(): Node[] {
    const children: Node[] = [];
    for (let child = this.#node.firstChild; child; child = child.nextSibling) {
      children.push(new Node(this.#query, child));
    }
    return children;
  }

  /** The operands: modifiers, operators and comments left out. */
  get expressions(): Node[] {
    return this.children.filter(({ isExpression }) => isExpression);
  }

  child(name: string): Node | undefined {
    const child = this.#node.getChild(name);
    return child ? new Node(this.#query, child) : undefined;
  }

  childrenNamed(name: string): Node[] {
    return this.#node.getChildren(name).map((child) => new Node(this.#query, child));
  }
}

/**
 * The tree of what may be PromQL.
 *
 * @throws {QueryError} where it is none
 */
export function parseTree(query: string): Node {
  const { topNode } = parser.parse(query);
  const cursor = topNode.cursor();
  do {
    if (cursor.type.isError) throw syntaxError(query, cursor.from);
  } while (cursor.next());
  return new Node(query, topNode);
}

function syntaxError(query: string, from: number): Error {
  const found = from < query.length ? JSON.stringify(query.slice(from, from + 20)) : "end of input";
  return badData(`parse error at character ${from + 1}: unexpected ${found}`);
}
