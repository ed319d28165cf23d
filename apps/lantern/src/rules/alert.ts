import type { SeriesLabels } from '@lantern/telemetry-model';

/** Time for which a resolved alert is kept, so that its resolution is sent. */
const RESOLVED_RETENTION_MILLIS = 15 * 60_000;

export type AlertState = 'inactive' | 'pending' | 'firing';

/** Alert of one series of a rule's result. Times are milliseconds since 1970. */
export interface Alert {
  readonly labels: SeriesLabels;
  annotations: SeriesLabels;
  value: number;
  state: AlertState;
  activeAt: number;
  firedAt: number | undefined;
  resolvedAt: number | undefined;
  keepFiringSince: number | undefined;
}

/** Result of a rule for one alert. */
export type AlertResult = Pick<Alert, 'labels' | 'annotations' | 'value'>;

export interface AlertDurations {
  /** Time for which the condition has to hold before an alert fires. */
  readonly forMillis: number;
  /** Time for which an alert fires on after its condition ended. */
  readonly keepFiringForMillis: number;
}

/** Alerts of one rule, by the key of their labels. */
export class Alerts {
  private readonly alerts = new Map<string, Alert>();

  constructor(private readonly durations: AlertDurations) {}

  values(): IterableIterator<Alert> {
    return this.alerts.values();
  }

  get active(): Alert[] {
    return Array.from(this.alerts.values()).filter(({ state }) => state !== 'inactive');
  }

  /** Moves all alerts on by one evaluation at the time `now`. */
  update(results: readonly AlertResult[], now: number): void {
    const { forMillis } = this.durations;
    const found = new Set<string>();
    for (const result of results) {
      const { key } = result.labels;
      found.add(key);
      const known = this.alerts.get(key);
      if (known && known.state !== 'inactive') Object.assign(known, result);
      else this.alerts.set(key, newAlert(result, now));
    }
    for (const [key, alert] of this.alerts) {
      if (found.has(key)) alert.keepFiringSince = undefined;
      else if (!this.keepsFiring(alert, now)) {
        this.resolve(key, alert, now);
        continue;
      }
      if (alert.state === 'pending' && now - alert.activeAt >= forMillis) {
        alert.state = 'firing';
        alert.firedAt = now;
      }
    }
  }

  /** Gives a pending alert the time at which an earlier process saw it begin. */
  restore(labels: SeriesLabels, activeAt: number, lastSeen: number, now: number): void {
    const alert = this.alerts.get(labels.key);
    if (!alert || alert.state === 'inactive') return;
    const { forMillis } = this.durations;
    const hadFired = lastSeen - activeAt >= forMillis;
    // While nothing was evaluated, the time of a pending alert stood still.
    alert.activeAt = hadFired ? activeAt : Math.min(now, activeAt + (now - lastSeen));
    if (now - alert.activeAt < forMillis) return;
    alert.state = 'firing';
    alert.firedAt ??= now;
  }

  private keepsFiring(alert: Alert, now: number): boolean {
    if (alert.state !== 'firing' || this.durations.keepFiringForMillis === 0) return false;
    alert.keepFiringSince ??= now;
    return now - alert.keepFiringSince < this.durations.keepFiringForMillis;
  }

  private resolve(key: string, alert: Alert, now: number): void {
    const isOld = alert.resolvedAt !== undefined && now - alert.resolvedAt > RESOLVED_RETENTION_MILLIS;
    if (alert.state === 'pending' || isOld) this.alerts.delete(key);
    if (alert.state === 'inactive') return;
    alert.state = 'inactive';
    alert.resolvedAt = now;
  }
}

const newAlert = (result: AlertResult, now: number): Alert => ({
  ...result,
  state: 'pending',
  activeAt: now,
  firedAt: undefined,
  resolvedAt: undefined,
  keepFiringSince: undefined,
});
