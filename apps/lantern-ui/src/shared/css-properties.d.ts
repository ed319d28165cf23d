import 'react';

declare module 'react' {
  /** Custom properties pass numbers and colors to style sheets. */
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- only an interface merges with React's own
  interface CSSProperties extends Record<`--${string}`, string | number | undefined> {}
}
