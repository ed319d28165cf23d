/** Wakes one loop that waits for work. A call of `now` while the loop is busy ends its next wait immediately. */
export class WakeUp {
  private isDue = false;
  private resolve: (() => void) | undefined;

  /** Ends the wait, in a later turn of the event loop. */
  now(): void {
    this.isDue = true;
    this.resolve?.();
  }

  /** @param millis maximum wait; undefined waits for `now` alone */
  async wait(millis: number | undefined): Promise<void> {
    if (!this.isDue) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.resolve = () => resolve(undefined);
      const timer = millis === undefined ? undefined : setTimeout(() => this.resolve?.(), millis);
      await promise;
      clearTimeout(timer);
      this.resolve = undefined;
    }
    this.isDue = false;
    await new Promise((next) => setImmediate(next));
  }
}
