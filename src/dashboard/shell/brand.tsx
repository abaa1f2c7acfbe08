/** The name and its sign: a Z whose last corner is an open end. */
import type { ReactNode } from 'react';

export function Brand(): ReactNode {
  return (
    <span className="zw-brand">
      <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="7" fill="#0e5f5c" />
        <path
          d="M8 9h16L12.5 23H24"
          fill="none"
          stroke="#f4f1e8"
          strokeWidth="3.2"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <circle cx="8.2" cy="23" r="2.1" fill="#e9b44c" />
      </svg>
      <span>Zoneward</span>
    </span>
  );
}
