const SERVICES = ['api-gateway', 'order-service', 'user-service'];
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf'];

/** Seconds between the samples of a series. */
export const SCRAPE_SECONDS = 15;
export const BATCH_SAMPLES = 2_000;

/** Series of the workload: labels as bytes of a request, and a value that moves on with each scrape. */
interface WorkloadSeries {
  readonly labels: Buffer;
  value: number;
  readonly step: (value: number) => number;
}

/** Numbers from 0 to 1, the same in every run. */
const randomNumbers = (): (() => number) => {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
};

const field = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), varint(content.length), content]);

const labelsOf = (labels: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat(
    Object.entries(labels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) =>
        field(0x0a, Buffer.concat([field(0x0a, Buffer.from(name)), field(0x12, Buffer.from(value))])),
      ),
  );

/**
 * Makes series as services of the shop expose them: request histograms by route, gauges of the heap, CPU seconds with a
 * fraction.
 */
const seriesOf = (count: number): WorkloadSeries[] => {
  const random = randomNumbers();
  const all: WorkloadSeries[] = [];
  const counter = (perScrape: number) => (value: number) => value + Math.floor(random() * perScrape * 2);
  for (let n = 0; all.length < count; n++) {
    const service = SERVICES[n % SERVICES.length] ?? '';
    const common = {
      http_request_method: n % 2 === 0 ? 'GET' : 'POST',
      http_response_status_code: '200',
      http_route: `/orders/${Math.floor(n / 6)}`,
      instance: `10.0.0.${n % 200}:8080`,
      job: 'shop',
      service,
    };
    const add = (name: string, extra: Record<string, string>, step: (value: number) => number): void => {
      all.push({ labels: labelsOf({ ...common, ...extra, __name__: name }), value: 0, step });
    };
    const rate = n % 5 === 0 ? 40 : n % 3 === 0 ? 2 : 0;
    add('http_server_request_duration_seconds_count', {}, counter(rate));
    add('http_server_request_duration_seconds_sum', {}, (value) => value + rate * random() * 0.01);
    for (const le of BOUNDS) add('http_server_request_duration_seconds_bucket', { le }, counter(rate * 0.5));
    add('nodejs_heap_used_bytes', {}, () => 4e7 + Math.floor(random() * 1e6));
    add('process_cpu_seconds_total', {}, (value) => Math.round((value + random() * 0.2) * 1e6) / 1e6);
  }
  return all.slice(0, count);
};

/** Yields requests of remote write 1.0, uncompressed: scrape after scrape, in batches. */
export function* metricRequests(
  seriesCount: number,
  scrapes: number,
  startMillis: number,
): Generator<Buffer, void> {
  const series = seriesOf(seriesCount);
  const sample = Buffer.alloc(18);
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const time = varint(startMillis + scrape * SCRAPE_SECONDS * 1000);
    for (let from = 0; from < series.length; from += BATCH_SAMPLES) {
      const parts: Buffer[] = [];
      for (const one of series.slice(from, from + BATCH_SAMPLES)) {
        one.value = one.step(one.value);
        sample[0] = 0x09;
        sample.writeDoubleLE(one.value, 1);
        sample[9] = 0x10;
        time.copy(sample, 10);
        parts.push(
          field(
            0x0a,
            Buffer.concat([one.labels, field(0x12, Buffer.from(sample.subarray(0, 10 + time.length)))]),
          ),
        );
      }
      yield Buffer.concat(parts);
    }
  }
}
