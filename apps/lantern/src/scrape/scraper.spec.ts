import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StaleMarkers, type SeriesSamples } from '@lantern/telemetry-model';
import { openBlockStore, type MetricStore } from '@lantern/telemetry-store';
import fc from 'fast-check';
import { waitFor } from '../testing/wait-for.js';
import { ExpositionError, parseExposition, parseSeriesText } from './exposition.js';
import { relabel, relabelRule } from './relabel.js';
import { Scraper } from './scraper.js';

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0';

describe('Expositions', () => {
  it('The text format has samples, timestamps and metadata', () => {
    const { samples, metadata } = parseExposition(
      [
        '# HELP requests_total All \\"requests\\".\\nSince the start.',
        '# TYPE requests_total counter',
        'requests_total{path="/a b",quote="x\\"}y"} 3 1700000000000',
        'requests_total  4',
        '',
        '# A comment',
        'up{} NaN',
        'down -Inf',
      ].join('\n'),
      'text/plain',
    );
    expect(samples.map(({ text, value, timestampMillis }) => [text, value, timestampMillis])).toEqual([
      ['requests_total{path="/a b",quote="x\\"}y"}', 3, 1_700_000_000_000],
      ['requests_total', 4, undefined],
      ['up{}', Number.NaN, undefined],
      ['down', -Infinity, undefined],
    ]);
    expect(metadata).toEqual([
      { name: 'requests_total', type: 'counter', help: 'All "requests".\nSince the start.', unit: '' },
    ]);
    expect(parseSeriesText(samples[0]?.text ?? '')?.toRecord()).toEqual({
      __name__: 'requests_total',
      path: '/a b',
      quote: 'x"}y',
    });
  });

  it('OpenMetrics has exemplars, seconds and an end', () => {
    const body = [
      '# TYPE d histogram',
      '# UNIT d seconds',
      'd_bucket{le="1.0"} 2 1700000000.5 # {trace_id="abc"} 0.7 1700000000.25',
      'd_bucket{le="+Inf"} 3 # {trace_id="#"} 5',
      '# EOF',
    ].join('\n');
    const { samples, metadata } = parseExposition(`${body}\n`, OPEN_METRICS);
    expect(samples[0]).toMatchObject({
      timestampMillis: 1_700_000_000_500,
      exemplar: { value: 0.7, timestampMillis: 1_700_000_000_250 },
    });
    expect(samples[1]?.exemplar?.labels.toRecord()).toEqual({ trace_id: '#' });
    expect(metadata).toEqual([{ name: 'd', type: 'histogram', unit: 'seconds', help: '' }]);
    expect(() => parseExposition('a 1\n', OPEN_METRICS)).toThrow('data does not end with # EOF');
  });

  it.each([
    ['a', 'line 1: expected a value'],
    ['ok 1\na{b="c" 1', 'line 2: expected a value'],
    ['a x', 'line 1: strconv.ParseFloat: parsing "x": invalid syntax'],
    ['a 1 1.5', 'line 1: invalid timestamp "1.5"'],
    ['a 1 2 3', 'line 1: unexpected "3" after the timestamp'],
  ])('%j is rejected', (body, message) => {
    expect(() => parseExposition(body, 'text/plain')).toThrow(message);
  });

  it('Series with quoted names are read, and malformed ones are not', () => {
    expect(parseSeriesText('{"my.metric","a.b"="c"}')?.toRecord()).toEqual({
      __name__: 'my.metric',
      'a.b': 'c',
    });
    for (const text of ['{a="b"}', 'a{b}', 'a{b="c" d="e"}', '1a', 'a{b="c",b="d"}', 'a{b="c"'])
      expect(parseSeriesText(text)).toBeUndefined();
  });

  it('Any text is read or rejected with an ExpositionError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab{}"\\=,# 1\n.+')) }), (text) => {
        try {
          for (const sample of parseExposition(text, 'text/plain').samples) parseSeriesText(sample.text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
        }
      }),
    );
  });
});

describe('Relabeling', () => {
  const apply = (labels: Record<string, string>, ...rules: object[]) => {
    const map = new Map(Object.entries(labels));
    const kept = relabel(
      map,
      rules.map((rule) => relabelRule.parse(rule)),
    );
    return kept ? Object.fromEntries(map) : undefined;
  };

  it.each([
    [
      { source_labels: ['a', 'b'], regex: '(.*);(.*)', target_label: 'c', replacement: '${2}-$1' },
      { a: 'x', b: 'y', c: 'y-x' },
    ],
    [
      { source_labels: ['a'], regex: '(?P<first>.)(?U:.*)', target_label: 'c', replacement: '${first}$$' },
      { a: 'x', b: 'y', c: 'x$' },
    ],
    [
      { source_labels: ['a'], regex: 'y', target_label: 'c' },
      { a: 'x', b: 'y' },
    ],
    [{ target_label: 'a', replacement: '' }, { b: 'y' }],
    [
      { action: 'keep', source_labels: ['a'], regex: 'x' },
      { a: 'x', b: 'y' },
    ],
    [{ action: 'drop', source_labels: ['a'], regex: 'x' }, undefined],
    [{ action: 'keepequal', source_labels: ['a'], target_label: 'b' }, undefined],
    [
      { action: 'labelmap', regex: '(a)', replacement: 'new_$1' },
      { a: 'x', b: 'y', new_a: 'x' },
    ],
    [{ action: 'labeldrop', regex: 'a' }, { b: 'y' }],
    [{ action: 'labelkeep', regex: 'a' }, { a: 'x' }],
    [
      { action: 'Uppercase', source_labels: ['a'], target_label: 'a' },
      { a: 'X', b: 'y' },
    ],
    [
      { action: 'hashmod', source_labels: ['a'], target_label: 'm', modulus: 1 },
      { a: 'x', b: 'y', m: '0' },
    ],
  ])('%j is applied', (rule, expected) => {
    expect(apply({ a: 'x', b: 'y' }, rule)).toEqual(expected);
  });
});

describe('Scraping', () => {
  let store: MetricStore;
  let target: Server;
  let answer: { status: number; type: string; body: string };
  let scraper: Scraper | undefined;
  const reports: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'lantern-scrape-'));
  const config = join(folder, 'prometheus.yml');

  beforeEach(async () => {
    reports.length = 0;
    store = openBlockStore({ sweepMillis: 0 }).metrics;
    answer = { status: 200, type: 'text/plain', body: 'requests_total{service="own"} 1\n' };
    target = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await scraper?.stop();
    scraper = undefined;
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const address = () => `127.0.0.1:${(target.address() as AddressInfo).port}`;

  const start = (yaml: string): void => {
    writeFileSync(config, yaml);
    scraper = new Scraper({ source: config, store, report: (text) => reports.push(text), reloadMillis: 20 });
    scraper.start();
  };

  const job = (fields = '', name = 'shop') =>
    `global: { scrape_interval: 30ms }\nscrape_configs:\n  - job_name: ${name}\n    honor_labels: true\n${fields}    static_configs:\n      - targets: ['${address()}']\n        labels: { service: configured }\n`;

  const read = async (): Promise<Map<string, SeriesSamples>> => {
    const found = new Map<string, SeriesSamples>();
    for await (const chunk of store.select([], { startMillis: 0, endMillis: 8.64e15 }))
      for (const series of chunk) found.set(series.labels.metricName, series);
    return found;
  };

  const lastOf = async (name: string): Promise<number | 'stale' | undefined> => {
    const values = (await read()).get(name)?.values ?? new Float64Array();
    const last = values.length - 1;
    return new StaleMarkers(values).isAt(last) ? 'stale' : values[last];
  };

  it('stores the samples of a target, its labels and what the scrape says about itself', async () => {
    start(job());
    await waitFor(async () => (await lastOf('up')) === 1);
    const found = await read();
    expect(found.get('requests_total')?.labels.toRecord()).toEqual({
      __name__: 'requests_total',
      instance: address(),
      job: 'shop',
      service: 'own',
    });
    expect(found.get('up')?.labels.toRecord()).toEqual({
      __name__: 'up',
      instance: address(),
      job: 'shop',
      service: 'configured',
    });
    expect(await lastOf('scrape_samples_scraped')).toBe(1);
    expect(await lastOf('scrape_series_added')).toBeDefined();
    expect(scraper?.targets()).toMatchObject([
      { health: 'up', lastError: '', scrapePool: 'shop', scrapeUrl: `http://${address()}/metrics` },
    ]);
  });

  it('ends the series of a target that fails, and says why', async () => {
    start(job());
    await waitFor(async () => (await lastOf('requests_total')) === 1);
    answer = { status: 500, type: 'text/plain', body: '' };
    // On a busy machine, a scrape before may have taken longer than its timeout.
    await waitFor(async () => scraper?.targets()[0]?.lastError.includes('HTTP status 500') === true);
    await waitFor(async () => (await lastOf('requests_total')) === 'stale');
    expect(await lastOf('up')).toBe(0);
  });

  it('ends a series that a target no longer has', async () => {
    answer.body = 'a 1\nb 2\n';
    start(job());
    await waitFor(async () => (await lastOf('b')) === 2);
    answer.body = 'a 1\n';
    await waitFor(async () => (await lastOf('b')) === 'stale');
    expect(await lastOf('a')).toBe(1);
  });

  it('reads a changed configuration, and ends targets that are gone', async () => {
    start(job());
    await waitFor(async () => (await lastOf('up')) === 1);
    writeFileSync(config, 'scrape_configs: [{ job_name: 1 }]');
    await waitFor(async () => reports.length > 0);
    expect(reports[0]).toMatch(/the earlier one stays: .*prometheus\.yml:1:30: scrape_configs\.0\.job_name/);
    writeFileSync(config, 'scrape_configs: []');
    await waitFor(async () => (await lastOf('up')) === 'stale');
    expect(scraper?.targets()).toEqual([]);
  });

  it('reads targets from a file, relabels them and their series', async () => {
    answer.body = 'kept{pod="a"} 1\ndropped 2\n';
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [address()], labels: { pod: 'x' } }]));
    start(
      [
        'global: { scrape_interval: 30ms }',
        'scrape_configs:',
        '  - job_name: files',
        '    file_sd_configs: [{ files: [targets.json] }]',
        '    relabel_configs: [{ source_labels: [__address__], regex: "(.*):.*", target_label: host }]',
        '    metric_relabel_configs: [{ source_labels: [__name__], regex: dropped, action: drop }]',
      ].join('\n'),
    );
    await waitFor(async () => (await lastOf('up')) === 1);
    const found = await read();
    expect(found.get('kept')?.labels.toRecord()).toMatchObject({
      host: '127.0.0.1',
      pod: 'x',
      exported_pod: 'a',
    });
    expect(found.has('dropped')).toBe(false);
    expect(await lastOf('scrape_samples_post_metric_relabeling')).toBe(1);
  });
});
