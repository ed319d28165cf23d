/** Logo of the favicon, on any background. */
export const Logo = () => (
  <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden>
    <path
      d="M7.5 6.5a3.5 3.5 0 0 1 7 0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      opacity="0.55"
    />
    <path
      d="M4.75 8.25h12.5l-1.35 10.1a1.75 1.75 0 0 1-1.73 1.5H7.83a1.75 1.75 0 0 1-1.73-1.5z"
      fill="#f59e0b"
    />
    <path
      d="M11 10.8c1.8 1.65 2.45 2.8 2.45 3.9a2.45 2.45 0 0 1-4.9 0c0-1.1.65-2.25 2.45-3.9z"
      fill="#fff7e0"
    />
  </svg>
);
