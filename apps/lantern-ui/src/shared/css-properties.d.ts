import 'react';

declare module 'react' {
  /** Custom properties hand numbers and colours over to the style sheets. */
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- only an interface merges with React's own
  interface CSSProperties extends Record<`--${string}`, string | number | undefined> {}
}
