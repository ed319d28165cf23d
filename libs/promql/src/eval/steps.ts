/** Times at which an expression is evaluated. */
export interface Steps {
  /** Milliseconds since 1970. */
  readonly startMillis: number;
  /** Above 0. */
  readonly intervalMillis: number;
  /** 0 or more; an instant query has one. */
  readonly count: number;
}

export const stepTime = ({ startMillis, intervalMillis }: Steps, step: number): number =>
  startMillis + step * intervalMillis;

/** Returns the first step alone. */
export const firstStep = (steps: Steps): Steps => ({ ...steps, count: Math.min(1, steps.count) });
