import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parsePromql } from '@lantern/promql';
import { SeriesLabels, StaleMarkers } from '@lantern/telemetry-model';
import { SampleBatch, openBlockStore, type MetricStore } from '@lantern/telemetry-store';
import fc from 'fast-check';
import { waitFor } from '../testing/wait-for.js';
import { parseYaml } from '../yaml/yaml-document.js';
import { YamlFileError } from '../yaml/yaml-file-error.js';
import { AlertTemplate, type TemplateScope } from './alert-template.js';
import { Alerts } from './alert.js';
import { Notifier } from './notifier.js';
import { RuleManager } from './rule-manager.js';
import { ruleFile } from './rule-file.js';

/** Evaluation at which two series are up. */
const SCOPE: TemplateScope = {
  timeMillis: 60_000,
  externalUrl: 'http://ui',
  query: async (expression) => {
    const sample = (job: string, value: number) => ({ labels: SeriesLabels.fromRecord({ job }), value });
    if (expression === 'up') return [sample('b', 0.5), sample('a', 2)];
    if (expression.startsWith('count of ')) return [sample('', expression.length - 3)];
    parsePromql(expression);
    return [];
  },
};

describe('Templates of alerts', () => {
  it.each([
    ['{{ $labels.service }}: {{ $value | humanizePercentage }}', 0.1234567, 'order-service: 12.35%'],
    ['{{ .Labels.service | toUpper }} {{ .Value }}', 2, 'ORDER-SERVICE 2'],
    ['{{ $value | humanize }}', 1_234_567, '1.235M'],
    ['{{ $value | humanize }}', 0.00012, '120u'],
    ['{{ $value | humanize1024 }}', 1_572_864, '1.5Mi'],
    ['{{ $value | humanizeDuration }}', 93_784, '1d 2h 3m 4s'],
    ['{{ $value | humanizeDuration }}', 0.0451, '45.1ms'],
    ['{{ humanizeTimestamp $value }}', 1_435_065_584.128, '2015-06-23 13:19:44.128 +0000 UTC'],
    ['{{ printf "%.1f" $value }}', 1.24, '1.2'],
    ['{{ if gt $value 1.0 }}high{{ else }}low{{ end }}', 2, 'high'],
    ['{{ reReplaceAll "(\\\\w+)-service" "${1}s" $labels.service }}', 1, 'orders'],
    ['{{ $labels.none }}|', 1, '|'],
    ['plain', 1, 'plain'],
    ['{{ $value | toTime }} {{ toDuration 90.0 }}', 60, '1970-01-01 00:01:00 +0000 UTC 1m30s'],
    ['{{ now }} {{ externalURL }}{{ pathPrefix }} {{ $externalURL }}', 1, '60 http://ui http://ui'],
    ['{{ urlQueryEscape "a b&c" }}', 1, 'a+b%26c'],
    ['{{ with query "up" }}{{ . | first | value | humanizePercentage }}{{ end }}', 1, '50%'],
    ['{{ range query "up" | sortByLabel "job" }}{{ .Labels.job }}={{ .Value }} {{ end }}', 1, 'a=2 b=0.5 '],
    ['{{ query "up" | first | label "job" }}{{ query "up" | first | strvalue }}', 1, 'b'],
    ['{{ printf "count of %s" $labels.service | query | first | value }}', 1, '19'],
    ['{{ if query "none" }}some{{ else }}none{{ end }}', 1, 'none'],
    ['{{ with args 1 "b" }}{{ .arg0 }}{{ .arg1 }}{{ end }}', 1, '1b'],
  ])('%s is expanded', async (template, value, expected) => {
    const labels = { service: 'order-service' };
    expect(await new AlertTemplate(template, 'a').expand(labels, value, SCOPE)).toBe(expected);
  });

  it.each([
    ['{{ humanize "x" }}', '<error expanding template: '],
    ['{{ query "none" | first }}', 'first() called on vector with no elements'],
    ['{{ query "sum(" }}', 'unclosed left parenthesis'],
    ['{{ range 30 }}{{ printf "count of %d" . | query | first | value }}{{ end }}', 'more than 20 queries'],
    ['{{ match "(" "x" }}', 'error parsing regexp'],
  ])('%s puts the error in the place of the text', async (template, message) => {
    const expanded = await new AlertTemplate(template, 'a').expand({}, 1, SCOPE);
    expect(expanded).toMatch(/^<error expanding template: /);
    expect(expanded).toContain(message);
  });
});

describe('Rule files', () => {
  const parse = (yaml: string) => parseYaml(yaml, ruleFile, 'rules.yml');
  const rule = (fields: string) => `groups:\n  - name: g\n    rules:\n      - ${fields}\n`;

  it('Groups have recording and alerting rules with durations', () => {
    const { groups } = parse(
      'groups: [{ name: g, interval: 30s, rules: [{ alert: A, expr: up == 0, for: 1m }] }]',
    );
    expect(groups).toMatchObject([{ name: 'g', interval: 30_000, rules: [{ alert: 'A', for: 60_000 }] }]);
  });

  it.each([
    [
      rule('{ alert: A, expr: "sum(" }'),
      'rules.yml:4:27: groups.0.rules.0.expr: could not parse expression: 1:5: parse error: unclosed left parenthesis',
    ],
    [rule('{ expr: up }'), "exactly one of 'record' and 'alert' must be set"],
    [rule('{ record: a-b, expr: up }'), 'invalid recording rule name: a-b'],
    [rule('{ record: a, expr: up, for: 1m }'), "invalid field 'for' in recording rule"],
    [
      rule('{ alert: A, expr: up, annotations: { summary: "{{ nosuch }}" } }'),
      'summary: template: __alert_A:1: function "nosuch" not defined',
    ],
    [rule('{ alert: A, expr: up, for: soon }'), 'not a valid duration: "soon"'],
    [rule('{ alert: A, expr: up, unknown: 1 }'), 'Unrecognized key: "unknown"'],
    ['groups: [{ name: g }, { name: g }]', 'groupname: "g" is repeated in the same file'],
    ['groups: [', 'rules.yml:1:'],
    ['groups:\n  - *none', 'rules.yml:2:5: Unresolved alias'],
    [
      `a: &a [x, x]\n${Array.from('bcdefghij', (name, i) => `${name}: &${name} [${`*${'abcdefghij'[i]}, `.repeat(9)}]`).join('\n')}`,
      'rules.yml:2:8: Excessive alias count',
    ],
  ])('%j is rejected with line and column', (yaml, message) => {
    expect(() => parse(yaml)).toThrow(message);
    expect(() => parse(yaml)).toThrow(/rules\.yml:\d+:\d+: /);
  });

  it('Any damaged file is accepted or rejected with line and column', () => {
    const whole = rule('{ alert: A, expr: "up == 0", for: 1m, labels: { a: "{{ $value }}" } }');
    const damage = fc.record({
      at: fc.nat({ max: whole.length }),
      removed: fc.nat({ max: 20 }),
      added: fc.string({ maxLength: 12, unit: fc.constantFrom(...Array.from('{}[]:-"\'&*!|>%@,#\n\t a1<')) }),
    });
    fc.assert(
      fc.property(fc.array(damage, { maxLength: 4 }), (damages) => {
        let text = whole;
        for (const { at, removed, added } of damages)
          text = text.slice(0, at) + added + text.slice(at + removed);
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof YamlFileError)) throw error;
          expect(error.message).toMatch(/^rules\.yml:\d+:\d+: /);
        }
      }),
    );
  });
});

describe('Alerts', () => {
  const labels = SeriesLabels.fromRecord({ alertname: 'A' });
  const result = { labels, annotations: SeriesLabels.EMPTY, value: 1 };
  const stateOf = (alerts: Alerts) => Array.from(alerts.values(), ({ state }) => state);

  it('An alert is pending, fires after its time, and is resolved', () => {
    const alerts = new Alerts({ forMillis: 60_000, keepFiringForMillis: 0 });
    alerts.update([result], 0);
    alerts.update([result], 59_999);
    expect(stateOf(alerts)).toEqual(['pending']);
    alerts.update([result], 60_000);
    expect(stateOf(alerts)).toEqual(['firing']);
    alerts.update([], 75_000);
    expect(stateOf(alerts)).toEqual(['inactive']);
    alerts.update([], 75_000 + 15 * 60_000 + 1);
    expect(stateOf(alerts)).toEqual([]);
  });

  it('An alert whose condition ends while it is pending is forgotten', () => {
    const alerts = new Alerts({ forMillis: 60_000, keepFiringForMillis: 0 });
    alerts.update([result], 0);
    alerts.update([], 15_000);
    expect(stateOf(alerts)).toEqual([]);
  });

  it('An alert fires on for the time that the rule asks for', () => {
    const alerts = new Alerts({ forMillis: 0, keepFiringForMillis: 30_000 });
    alerts.update([result], 0);
    alerts.update([], 10_000);
    alerts.update([], 39_999);
    expect(stateOf(alerts)).toEqual(['firing']);
    alerts.update([], 40_000);
    expect(stateOf(alerts)).toEqual(['inactive']);
  });
});

describe('Rules', () => {
  let store: MetricStore;
  let manager: RuleManager | undefined;
  let notifier: Notifier;
  let receiver: Server;
  let status = 200;
  const received: { path: string; body: unknown }[] = [];
  const reports: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'lantern-rules-'));
  const file = join(folder, 'rules.yml');

  beforeEach(async () => {
    store = openBlockStore({ sweepMillis: 0 }).metrics;
    received.length = 0;
    reports.length = 0;
    status = 200;
    receiver = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        if (status === 200) received.push({ path: request.url ?? '', body: JSON.parse(text) as unknown });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await stop();
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const stop = async (): Promise<void> => {
    notifier.stop();
    await manager?.stop();
    manager = undefined;
  };

  const start = (yaml: string): RuleManager => {
    writeFileSync(file, yaml);
    const report = (text: string) => reports.push(text);
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    notifier = new Notifier({
      webhookUrl: `${url}/hook`,
      alertmanagerUrl: url,
      externalUrl: () => 'http://ui',
      report,
    });
    manager = new RuleManager({ source: join(folder, '*.yml'), store, notifier, report, reloadMillis: 20 });
    manager.start();
    return manager;
  };

  const write = async (value: number, name = 'errors'): Promise<void> => {
    const batch = new SampleBatch();
    const labels = SeriesLabels.fromRecord({ __name__: name, service: 'order-service' });
    batch.add(batch.addSeries(labels), Date.now(), value);
    await store.append(batch);
  };

  const lastOf = async (name: string): Promise<Map<string, number | 'stale'>> => {
    const found = new Map<string, number | 'stale'>();
    for await (const chunk of store.select([], { startMillis: 0, endMillis: 8.64e15 })) {
      for (const { labels, values } of chunk) {
        if (labels.metricName !== name) continue;
        const last = values.length - 1;
        const key = labels.get('alertstate') || labels.get('service');
        found.set(key, new StaleMarkers(values).isAt(last) ? 'stale' : (values[last] ?? 0));
      }
    }
    return found;
  };

  const group = (rules: string) => `groups:\n  - name: g\n    interval: 30ms\n    rules:\n${rules}`;

  const ALERT = group(
    [
      '      - record: job:errors:doubled\n        expr: errors * 2\n        labels: { team: a }\n',
      '      - alert: ManyErrors\n        expr: job:errors:doubled > 4\n',
      '        labels: { severity: critical }\n',
      "        annotations: { summary: '{{ $labels.service }} has {{ $value }}' }\n",
    ].join(''),
  );

  it('A recorded series raises an alert, which is stored, listed and sent until it is resolved', async () => {
    await write(3);
    const rules = start(ALERT);
    await waitFor(async () => received.some(({ path }) => path === '/hook'));
    expect(await lastOf('job:errors:doubled')).toEqual(new Map([['order-service', 6]]));
    expect(await lastOf('ALERTS')).toEqual(new Map([['firing', 1]]));
    expect(rules.alerts()).toEqual([
      {
        labels: { alertname: 'ManyErrors', service: 'order-service', severity: 'critical', team: 'a' },
        annotations: { summary: 'order-service has 6' },
        state: 'firing',
        activeAt: expect.any(String),
        value: '6e+00',
      },
    ]);
    expect(rules.groups()).toMatchObject([
      {
        name: 'g',
        file,
        rules: [
          { type: 'recording', name: 'job:errors:doubled', health: 'ok' },
          { type: 'alerting', name: 'ManyErrors', state: 'firing', health: 'ok' },
        ],
      },
    ]);
    await write(0);
    await waitFor(async () => received.filter(({ path }) => path === '/hook').length === 2);
    const hooks = received.filter(({ path }) => path === '/hook').map(({ body }) => body);
    expect(hooks).toMatchObject([
      {
        version: '4',
        status: 'firing',
        commonLabels: { service: 'order-service' },
        alerts: [{ status: 'firing' }],
      },
      {
        status: 'resolved',
        alerts: [{ status: 'resolved', annotations: { summary: 'order-service has 6' } }],
      },
    ]);
    expect(received.find(({ path }) => path === '/api/v2/alerts')?.body).toMatchObject([
      {
        labels: { alertname: 'ManyErrors' },
        generatorURL: expect.stringMatching(/^http:\/\/ui\/graph\?g0\.expr=/),
      },
    ]);
    await waitFor(async () => (await lastOf('ALERTS')).get('firing') === 'stale');
    expect(rules.alerts()).toEqual([]);
  });

  it('A receiver that fails gets the alert when it works again', async () => {
    status = 500;
    await write(3);
    start(ALERT);
    await waitFor(async () => reports.some((text) => text.includes('cannot be sent to the webhook')));
    status = 200;
    await waitFor(async () => received.some(({ path }) => path === '/hook'));
  });

  it('A rule that fails is reported with its reason, and the others of its group go on', async () => {
    await write(1);
    await write(1, 'other');
    const rules = start(
      group(
        '      - record: bad\n        expr: label_replace({service!=""}, "__name__", "x", "", "")\n      - record: good\n        expr: errors\n',
      ),
    );
    await waitFor(async () => (await lastOf('good')).size > 0);
    expect(rules.groups()[0]?.rules).toMatchObject([{ health: 'err' }, { health: 'ok' }]);
    expect(reports[0]).toContain(`The rule bad of ${file} failed: `);
  });

  it('A broken file is reported, and the earlier rules stay', async () => {
    await write(3);
    const rules = start(ALERT);
    writeFileSync(file, 'groups: [{ name: g, rules: [{ alert: A, expr: "sum(" }] }]');
    await waitFor(async () => reports.length > 0);
    expect(reports[0]).toMatch(/the earlier ones stay: .*rules\.yml:1:\d+: .*could not parse expression/);
    expect(rules.groups()[0]?.rules).toHaveLength(2);
    writeFileSync(file, group('      - record: new\n        expr: errors\n'));
    await waitFor(async () => (await lastOf('new')).size > 0);
    await waitFor(
      async () => (await lastOf('ALERTS')).get('firing') === 'stale' || rules.alerts().length === 0,
    );
  });

  it('A restart restores since when alerts are active, and one that fired goes on firing', async () => {
    const batch = new SampleBatch();
    const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
    for (const [service, activeAt] of [
      ['order-service', minutesAgo(120)],
      ['user-service', minutesAgo(30)],
    ] as const) {
      const labels = SeriesLabels.fromRecord({ __name__: 'errors', service });
      batch.add(batch.addSeries(labels), Date.now(), 1);
      const state = batch.addSeries(labels.with('__name__', 'ALERTS_FOR_STATE').with('alertname', 'Slow'));
      batch.add(state, minutesAgo(10), Math.floor(activeAt / 1000));
    }
    await store.append(batch);
    const rules = start(group('      - alert: Slow\n        expr: errors > 0\n        for: 1h\n'));
    await waitFor(async () => rules.alerts().length === 2);
    const ages = rules.alerts().map(({ labels, state, activeAt }) => {
      const minutes = Math.round((Date.now() - Date.parse(activeAt)) / 60_000);
      return [labels.service, state, minutes];
    });
    // The time without an evaluation does not count for an alert that was pending.
    expect(ages).toEqual([
      ['order-service', 'firing', 120],
      ['user-service', 'pending', 20],
    ]);
  });
});
