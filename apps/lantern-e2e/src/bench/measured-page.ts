import type { Browser, CDPSession, Page } from 'playwright-core';

/** Costs of frames. */
export interface FrameCosts {
  /** Longest time between two frames, in milliseconds. */
  readonly worst: number;
  /** 95th percentile of the time between two frames, in milliseconds. */
  readonly p95: number;
  /** CPU time of the main thread per frame, in milliseconds. */
  readonly cpu: number;
}

/** Page with measurements: CPU time of the main thread, frame times and heap size. */
export class MeasuredPage {
  readonly page: Page;
  private readonly session: CDPSession;

  private constructor(page: Page, session: CDPSession) {
    this.page = page;
    this.session = session;
  }

  static async open(browser: Browser): Promise<MeasuredPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    return MeasuredPage.of(await context.newPage());
  }

  static async of(page: Page): Promise<MeasuredPage> {
    const session = await page.context().newCDPSession(page);
    // CPU time instead of wall time, which depends on other load of the machine.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new MeasuredPage(page, session);
  }

  /** Returns the CPU time of the main thread so far, in milliseconds. */
  async cpuMillis(): Promise<number> {
    const { metrics } = await this.session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
  }

  /**
   * Runs a step before each of `count` frames. `step` is the body of a function of `box`, the scroll container, and
   * `i`.
   */
  async frames(count: number, step: string): Promise<FrameCosts> {
    const before = await this.cpuMillis();
    const times = await this.page.evaluate<number[]>(`(async () => {
      const box = document.querySelector('[role=tree]').closest('[data-scrolls]');
      const times = [];
      let last = await new Promise(requestAnimationFrame);
      for (let i = 0; i < ${count}; i++) {
        ${step};
        const now = await new Promise(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
      return times.sort((a, b) => a - b);
    })()`);
    const cpu = ((await this.cpuMillis()) - before) / count;
    return { worst: times.at(-1) ?? 0, p95: times[Math.floor(times.length * 0.95)] ?? 0, cpu };
  }

  /** Returns the JavaScript heap of the page and its workers in bytes, after a garbage collection. */
  async heapBytes(): Promise<{ page: number; workers: number }> {
    await this.session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.session.send('Runtime.getHeapUsage');
    let workers = 0;
    for (const worker of await this.workerSessions()) {
      await worker('HeapProfiler.collectGarbage');
      workers += (await worker('Runtime.getHeapUsage')).usedSize ?? 0;
    }
    return { page: usedSize, workers };
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Opens a DevTools session for each worker of the page; Playwright supports pages only. */
  private async workerSessions() {
    const session = this.session;
    const ids = new Set<string>();
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') ids.add(sessionId);
    });
    await session.send('Target.setAutoAttach', {
      autoAttach: true,
      waitForDebuggerOnStart: false,
      flatten: false,
    });
    let calls = 0;
    return [...ids].map(
      (sessionId) => (method: string) =>
        new Promise<{ usedSize?: number }>((resolve) => {
          const id = ++calls;
          session.on('Target.receivedMessageFromTarget', (event) => {
            const answer = JSON.parse(event.message) as { id?: number; result?: { usedSize?: number } };
            if (event.sessionId === sessionId && answer.id === id) resolve(answer.result ?? {});
          });
          void session.send('Target.sendMessageToTarget', {
            sessionId,
            message: JSON.stringify({ id, method, params: {} }),
          });
        }),
    );
  }
}
