/** Why a sleeper woke: it was rung, its time passed, or it was stopped. */
export type Wakening = 'rung' | 'elapsed' | 'stopped';

/** Sleep that a ring ends early. A ring without a sleeper ends the next sleep. */
export class Alarm {
  private isRung = false;
  private isStopped = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.isRung = true;
    this.wake?.();
  }

  /** Ends this sleep and all later ones. */
  stop(): void {
    this.isStopped = true;
    this.wake?.();
  }

  sleep(millis: number): Promise<Wakening> {
    if (this.isStopped || this.isRung) return Promise.resolve(this.takeWakening());
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), millis);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve(this.takeWakening());
      };
    });
  }

  private takeWakening(): Wakening {
    if (this.isStopped) return 'stopped';
    const { isRung } = this;
    this.isRung = false;
    return isRung ? 'rung' : 'elapsed';
  }
}
