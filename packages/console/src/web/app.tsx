import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { trouble } from "./call.ts";
import { whole } from "./format.ts";
import { helpShown } from "./keys.ts";
import { LettersPage } from "./letters/page.tsx";
import { OverviewPage } from "./overview/page.tsx";
import { messagesIn } from "./overview/rates.ts";
import { overview, watchOverview } from "./overview/watch.ts";
import { Help } from "./parts/help.tsx";
import { Mark, Moon, Sun } from "./parts/icons.tsx";
import { Words } from "./parts/words.tsx";
import { ReasonsPage } from "./reasons.tsx";
import { route } from "./route.ts";
import { SeriesPage } from "./series/page.tsx";
import { loadSettings, settings } from "./settings.ts";
import { SettingsPage } from "./settings.tsx";
import { theme, toggleTheme } from "./theme.ts";
import { WritesPage } from "./writes.tsx";

const PAGES: Readonly<Record<string, { readonly title: string; readonly show: () => JSX.Element }>> = {
  "/": { title: "Overview", show: () => <OverviewPage /> },
  "/letters": { title: "Dead letters", show: () => <LettersPage /> },
  "/series": { title: "Series", show: () => <SeriesPage /> },
  "/writes": { title: "Writes", show: () => <WritesPage /> },
  "/reasons": { title: "Reasons", show: () => <ReasonsPage /> },
  "/settings": { title: "Settings", show: () => <SettingsPage /> },
};

export function App(): JSX.Element {
  useEffect(watchOverview, []);
  useEffect(() => void loadSettings(), []);
  const { path } = route.value;
  const page = PAGES[path] ?? PAGES["/"]!;
  useEffect(() => {
    document.title = `${page.title} · Penstock`;
  }, [page]);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <a class="brand" href="/" aria-label="Penstock, overview">
          <Mark />
          Penstock
        </a>
        <nav aria-label="Pages">
          {Object.entries(PAGES).map(([address, { title }]) => (
            <Tab key={address} address={address} isHere={path === address}>
              {title}
              {address === "/letters" && <LetterCount />}
            </Tab>
          ))}
        </nav>
        <div class="top-end">
          <span class="place" title={settings.value?.queueUrl}>
            {settings.value?.place ?? ""}
          </span>
          <button type="button" class="icon" onClick={toggleTheme} aria-label={`Show the ${other(theme.value)} theme`}>
            {theme.value === "dark" ? <Sun /> : <Moon />}
          </button>
          <button type="button" class="icon" onClick={() => (helpShown.value = true)} aria-label="Keys">
            ?
          </button>
        </div>
      </header>
      {trouble.value !== undefined && (
        <div class="trouble" role="alert">
          <Words>{trouble.value}</Words>{" "}
          <button type="button" onClick={() => location.reload()}>
            Load again
          </button>
        </div>
      )}
      <main id="main" tabIndex={-1}>
        {page.show()}
      </main>
      <Help />
    </>
  );
}

function Tab(props: {
  readonly address: string;
  readonly isHere: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <a href={props.address} class="tab" aria-current={props.isHere ? "page" : undefined}>
      {props.children}
    </a>
  );
}

function LetterCount(): JSX.Element | null {
  const level = overview.value?.deadLetters;
  if (!level?.known) return null;
  const letters = messagesIn(level.value);
  return letters > 0 ? <span class="badge">{whole(letters)}</span> : null;
}

function other(shown: string): string {
  return shown === "dark" ? "light" : "dark";
}
