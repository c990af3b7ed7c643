import type { JSX } from "preact";
import { helpShown, KEYS } from "../keys.ts";
import { Dialog } from "./dialog.tsx";

export function Help(): JSX.Element | null {
  if (!helpShown.value) return null;
  return (
    <Dialog title="Keys" onClose={() => (helpShown.value = false)}>
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div class="key-line" key={keys}>
            <dt>
              {keys.split(/\s+/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
