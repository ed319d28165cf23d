/** Runs one task at a time, in the order of the calls. */
export class Exclusive {
  private isHeld = false;
  private readonly waiting: (() => void)[] = [];

  /** Whether a task is running. */
  get isBusy(): boolean {
    return this.isHeld;
  }

  /** Runs a task after all earlier ones; at once when none is running. */
  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.isHeld) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.isHeld = true;
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.isHeld = false;
    }
  }

  /** Waits until every task that was started so far has ended. */
  async idle(): Promise<void> {
    if (this.isHeld) await this.run(() => Promise.resolve());
  }
}
