const DEFAULT_TIMEOUT_MILLIS = 5000;

/** Maximum timeout, in milliseconds, of a shutdown while the backend is known to be away. */
const HOPELESS_TIMEOUT_MILLIS = 1000;

/** Steps of `shutdownTelemetry()`. */
export interface Shutdown {
  /** Sends the held telemetry and stops. */
  run: () => Promise<void>;
  /** Returns whether the backend is known to be away. */
  isHopeless: () => boolean;
  /** Called with the outcome, to report the telemetry that was not sent. */
  done: (timedOut: boolean) => void;
}

let pending: Shutdown | undefined;
let running: Promise<void> | undefined;

/** Sets the telemetry to shut down. */
export const takeShutdown = (shutdown: Shutdown): void => {
  pending = shutdown;
  running = undefined;
};

/**
 * Sends the spans that are still held and stops tracing for this process. Resolves after `timeoutMillis` at the
 * latest, also while no backend answers, and never rejects; a later call joins the first one.
 */
export const shutdownTelemetry = (timeoutMillis = DEFAULT_TIMEOUT_MILLIS): Promise<void> => {
  running ??= pending ? within(timeoutMillis, pending) : Promise.resolve();
  return running;
};

const within = async (timeoutMillis: number, { run, isHopeless, done }: Shutdown): Promise<void> => {
  const limit = isHopeless() ? Math.min(timeoutMillis, HOPELESS_TIMEOUT_MILLIS) : timeoutMillis;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, limit, 'late');
  });
  // A rejection means that spans were lost, which has been reported where they were lost.
  const outcome = await Promise.race([run().catch(() => undefined), deadline]);
  clearTimeout(timer);
  done(outcome === 'late');
};
