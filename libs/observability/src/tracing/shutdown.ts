const defaultTimeoutMillis = 5000;

interface Shutdown {
  run: () => Promise<void>;
  /** Told how it went, to say what was left behind. */
  done: (timedOut: boolean) => void;
}

let pending: Shutdown | undefined;
let running: Promise<void> | undefined;

/** Sets what `shutdownTelemetry()` does: sending what is held and stopping the SDK. */
export function takeShutdown(run: Shutdown['run'], done: Shutdown['done']): void {
  pending = { run, done };
  running = undefined;
}

/**
 * Sends the spans that are still held and stops tracing for this process. Resolves after `timeoutMillis` at the
 * latest, also while no backend answers, and never rejects; a later call joins the first one.
 */
export function shutdownTelemetry(timeoutMillis = defaultTimeoutMillis): Promise<void> {
  running ??= pending ? within(timeoutMillis, pending) : Promise.resolve();
  return running;
}

async function within(timeoutMillis: number, { run, done }: Shutdown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, timeoutMillis, 'late');
  });
  // A rejection means that spans were lost, which has been said where they were lost.
  const outcome = await Promise.race([run().catch(() => undefined), deadline]);
  clearTimeout(timer);
  done(outcome === 'late');
}
