/** The dashboard's signs: one stroke, one size, beside words that say the same. */
import type { ReactNode } from 'react';

const SHAPES = {
  add: <path d="M8 3v10M3 8h10" />,
  alert: <path d="M8 2.5 14.5 13.5h-13zM8 6.5v3M8 11.6v.1" />,
  archive: <path d="M2 3h12v3H2zM3 6v7h10V6M6.5 9h3" />,
  arrow: <path d="M3 8h10M9 4l4 4-4 4" />,
  audit: <path d="M4 2h6l3 3v9H4zM10 2v3h3M6 8h5M6 11h5" />,
  back: <path d="M13 8H3M7 4 3 8l4 4" />,
  cancel: <path d="M4 4l8 8M12 4l-8 8" />,
  change: <path d="M3 5h8M8 2l3 3-3 3M13 11H5M8 8l-3 3 3 3" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.5" />,
  cloud: <path d="M4.5 12.5a3 3 0 0 1 0-6 4 4 0 0 1 7.6 1 2.5 2.5 0 0 1-.1 5z" />,
  copy: <path d="M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1" />,
  dots: <path d="M3 8h.1M8 8h.1M13 8h.1" />,
  down: <path d="m4 6 4 4 4-4" />,
  download: <path d="M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10" />,
  drift: <path d="M2 6c2-2 4-2 6 0s4 2 6 0M2 11c2-2 4-2 6 0s4 2 6 0" />,
  edit: <path d="M10.5 3 13 5.5 5.5 13H3v-2.5z" />,
  external: <path d="M9 2.5h4.5V7M13.5 2.5 8 8M11.5 9.5v4h-9v-9h4" />,
  flag: <path d="M4 14V2.5h8L10 5.5l2 3H4" />,
  globe: (
    <path d="M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8ZM2 8h12M8 2c2.5 3 2.5 9 0 12M8 2c-2.5 3-2.5 9 0 12" />
  ),
  key: <path d="M5.5 8a2.5 2.5 0 1 1 0-.1M8 8h6v2.5M11.5 8v2" />,
  link: (
    <path d="M6.5 9.5 9.5 6.5M7 4.5 8.5 3a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.5L4.5 7" />
  ),
  lock: <path d="M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2" />,
  menu: <path d="M2.5 4h11M2.5 8h11M2.5 12h11" />,
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5Z" />,
  pause: <path d="M5.5 3v10M10.5 3v10" />,
  play: <path d="M5 3v10l8-5z" />,
  record: <path d="M2.5 3.5h11M2.5 8h11M2.5 12.5h7" />,
  refresh: <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3" />,
  search: <path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.5 10.5 14 14" />,
  send: <path d="M2 8 14 2.5 10 14 7.5 9zM7.5 9 14 2.5" />,
  steps: <path d="M2 13h4V9h4V5h4V2" />,
  sun: (
    <path d="M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
  ),
  template: <path d="M2.5 2.5h11v3.5h-11zM2.5 8.5h4.5v5h-4.5zM9.5 8.5h4v5h-4z" />,
  trash: <path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9" />,
  undo: <path d="M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M6 3 2.5 6.5 6 10" />,
  upload: <path d="M8 10.5v-8M4.5 6 8 2.5 11.5 6M3 13.5h10" />,
  usage: <path d="M2.5 13.5h11M4 11V8M7 11V4M10 11V6.5M13 11V9" />,
  zone: <path d="M2.5 2.5h5v5h-5zM8.5 8.5h5v5h-5zM7.5 5H11v3.5" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[name]}
    </svg>
  );
}
