import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../transport/errors/failure.js';
import type { Alert } from './alert.js';
import { graphPath } from './alert-template.js';
import type { AlertingRule } from './rule.js';

/** Interval at which an alert that still fires is sent again to an Alertmanager, as Prometheus does. */
const RESEND_MILLIS = 60_000;
/** Interval at which a webhook receives an alert that still fires again, as Alertmanager's `repeat_interval`. */
const REPEAT_MILLIS = 4 * 3_600_000;
const REQUEST_TIMEOUT_MILLIS = 10_000;
const FIRST_RETRY_MILLIS = 1_000;
const MAX_RETRY_MILLIS = 60_000;
/** Maximum number of alerts that wait for a receiver. Beyond it the oldest are discarded and reported. */
const MAX_WAITING = 10_000;

export interface NotifierOptions {
  /** Address that receives Alertmanager's webhook message. */
  readonly webhookUrl: string | undefined;
  /** Address of an Alertmanager. */
  readonly alertmanagerUrl: string | undefined;
  /** Address of Lantern's UI, in links. */
  readonly externalUrl: () => string;
  readonly report: Report;
}

/** Alert as a receiver gets it. */
interface SentAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

/** Sends alerts to a webhook and to an Alertmanager: in order, retried, and each state once. */
export class Notifier {
  private readonly receivers: Receiver[] = [];
  private readonly controller = new AbortController();

  constructor(private readonly options: NotifierOptions) {
    const { webhookUrl, alertmanagerUrl, externalUrl, report } = options;
    const { signal } = this.controller;
    if (webhookUrl !== undefined) {
      const body = (alerts: readonly SentAlert[]) => webhookMessage(alerts, externalUrl());
      this.receivers.push(
        new Receiver({ name: 'webhook', url: webhookUrl, repeatMillis: REPEAT_MILLIS, body, report, signal }),
      );
    }
    if (alertmanagerUrl !== undefined) {
      const url = new URL('api/v2/alerts', `${alertmanagerUrl.replace(/\/$/, '')}/`).href;
      const body = (alerts: readonly SentAlert[]) =>
        alerts.map(({ labels, annotations, startsAt, endsAt, generatorURL }) => ({
          labels,
          annotations,
          startsAt,
          endsAt,
          generatorURL,
        }));
      this.receivers.push(
        new Receiver({ name: 'Alertmanager', url, repeatMillis: RESEND_MILLIS, body, report, signal }),
      );
    }
  }

  /** Address of Lantern's UI. */
  get externalUrl(): string {
    return this.options.externalUrl();
  }

  /** Queues the alerts that fire or were resolved and whose state is not known to the receivers yet. */
  notify(rules: readonly AlertingRule[], now: number, intervalMillis: number): void {
    if (this.receivers.length === 0) return;
    const validMillis = 4 * Math.max(intervalMillis, RESEND_MILLIS);
    for (const rule of rules) {
      const generatorURL = this.externalUrl + graphPath(rule.expression, 1);
      for (const alert of rule.allAlerts()) {
        if (alert.firedAt === undefined) continue;
        const sent = sentAlert(alert, now + validMillis, generatorURL);
        for (const receiver of this.receivers) receiver.offer(alert, sent, now);
      }
    }
    for (const receiver of this.receivers) receiver.flush();
  }

  stop(): void {
    this.controller.abort();
  }
}

const sentAlert = (alert: Alert, validUntil: number, generatorURL: string): SentAlert => ({
  status: alert.state === 'firing' ? 'firing' : 'resolved',
  labels: alert.labels.toRecord(),
  annotations: alert.annotations.toRecord(),
  startsAt: new Date(alert.firedAt ?? alert.activeAt).toISOString(),
  endsAt: new Date(alert.resolvedAt ?? validUntil).toISOString(),
  generatorURL,
  fingerprint: fingerprint(alert.labels.key),
});

/** 64 bits of FNV-1a, as 16 hex digits. */
const fingerprint = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
};

/** @see https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const webhookMessage = (alerts: readonly SentAlert[], externalURL: string) => {
  const common = (fields: readonly Readonly<Record<string, string>>[]): Record<string, string> =>
    Object.fromEntries(
      Object.entries(fields[0] ?? {}).filter(([name, value]) =>
        fields.every((other) => other[name] === value),
      ),
    );
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver: 'lantern',
    groupLabels: {},
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL,
    alerts: alerts.map((alert) => ({
      ...alert,
      endsAt: alert.status === 'firing' ? '0001-01-01T00:00:00Z' : alert.endsAt,
    })),
  };
};

interface ReceiverOptions {
  readonly name: string;
  readonly url: string;
  readonly repeatMillis: number;
  readonly body: (alerts: readonly SentAlert[]) => unknown;
  readonly report: Report;
  readonly signal: AbortSignal;
}

class Receiver {
  /** State and time of the last message about an alert. */
  private readonly told = new WeakMap<Alert, { status: SentAlert['status']; at: number }>();
  /** Latest state of the alerts that wait, by fingerprint. */
  private readonly waiting = new Map<string, SentAlert>();
  private isSending = false;
  private isFailing = false;

  constructor(private readonly options: ReceiverOptions) {}

  offer(alert: Alert, sent: SentAlert, now: number): void {
    const told = this.told.get(alert);
    const isDue =
      told?.status === sent.status
        ? sent.status === 'firing' && now - told.at >= this.options.repeatMillis
        : told !== undefined || sent.status === 'firing';
    if (!isDue) return;
    this.told.set(alert, { status: sent.status, at: now });
    const { fingerprint: key } = sent;
    this.waiting.delete(key);
    this.waiting.set(key, sent);
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > MAX_WAITING && oldest !== undefined) {
      this.waiting.delete(oldest);
      this.options.report(
        `More than ${MAX_WAITING} alerts wait for the ${this.options.name}; one was discarded.`,
      );
    }
  }

  flush(): void {
    if (this.isSending || this.waiting.size === 0) return;
    this.isSending = true;
    void this.send().finally(() => (this.isSending = false));
  }

  private async send(): Promise<void> {
    const { signal, name, report } = this.options;
    let pauseMillis = FIRST_RETRY_MILLIS;
    while (this.waiting.size > 0 && !signal.aborted) {
      const alerts = [...this.waiting.values()];
      this.waiting.clear();
      const error = await this.post(alerts);
      if (error === undefined) {
        if (this.isFailing) report(`The ${name} accepts alerts again.`);
        this.isFailing = false;
        pauseMillis = FIRST_RETRY_MILLIS;
        continue;
      }
      if (!this.isFailing) report(`Alerts cannot be sent to the ${name}, they are retried: ${error}`);
      this.isFailing = true;
      // A newer state of an alert replaces the one that was not sent.
      for (const alert of alerts)
        if (!this.waiting.has(alert.fingerprint)) this.waiting.set(alert.fingerprint, alert);
      try {
        await sleep(pauseMillis, undefined, { signal, ref: false });
      } catch {
        return;
      }
      pauseMillis = Math.min(MAX_RETRY_MILLIS, 2 * pauseMillis);
    }
  }

  /** @returns the reason of a failure */
  private async post(alerts: readonly SentAlert[]): Promise<string | undefined> {
    const { url, body, signal } = this.options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body(alerts)),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS)]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : `HTTP status ${response.status}`;
    } catch (error) {
      const { message, cause } = error as Error;
      return cause instanceof Error ? `${message}: ${cause.message}` : message;
    }
  }
}
