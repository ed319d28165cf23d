/** Work in steps of a few milliseconds at most, after each of which other tasks may run. */
export type Steps<Result = void> = Generator<void, Result>;

/** Does all steps at once. */
export const finish = <Result>(steps: Steps<Result>): Result => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};
