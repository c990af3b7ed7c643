import { type ReadonlySignal, signal } from "@preact/signals";

/** Where the page is: all that it shows follows from it, so that a link shows the same to somebody else. */
export interface Route {
  readonly path: string;
  readonly query: URLSearchParams;
}

const current = signal<Route>(read());

export const route: ReadonlySignal<Route> = current;

/** An address within the console; parameters without a value are left out. */
export function href(path: string, query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(given).toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Shows another address, as a step that "back" takes back; another page from its top. */
export function go(address: string): void {
  const { path } = current.value;
  history.pushState(undefined, "", address);
  current.value = read();
  if (current.value.path !== path) scrollTo(0, 0);
}

/** This address with some parameters changed; undefined takes one away. */
export function withQuery(changes: Readonly<Record<string, string | undefined>>): string {
  return href(current.value.path, { ...Object.fromEntries(current.value.query), ...changes });
}

/** Follows links of the console without loading the page again. */
export function listenForLinks(): void {
  addEventListener("popstate", () => {
    current.value = read();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? linkAt(event.target) : null;
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || event.defaultPrevented) return;
    // Links of a drawing have no properties of their own for the parts of their address.
    const address = new URL(link.getAttribute("href")!, location.href);
    // A place on this page is the browser's to find: it moves the focus along.
    if (address.origin !== location.origin || address.hash !== "") return;
    event.preventDefault();
    go(address.pathname + address.search);
  });
}

/** In a row that is a link, what can be pointed at for its title lies above the link. */
function linkAt(target: Element): Element | null {
  const own = target.closest("a[href], button, input, select");
  return own ? own.closest("a[href]") : (target.closest("tr")?.querySelector(".row-link") ?? null);
}

function read(): Route {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}
