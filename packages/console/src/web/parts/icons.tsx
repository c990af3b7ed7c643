import type { JSX } from "preact";

export function Mark(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="mark-ground" />
      <path d="M7 9h5c6 0 4 14 13 14" class="mark-pipe" />
      <path d="M17.5 6v8" class="mark-gate" />
    </svg>
  );
}

export function Sun(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" class="line-icon" aria-hidden="true">
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2" />
    </svg>
  );
}

export function Moon(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" class="line-icon" aria-hidden="true">
      <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z" />
    </svg>
  );
}
