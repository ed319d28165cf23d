import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RunningLantern, TEST_CONFIG, request, useLantern } from '../testing/running-lantern.js';
import { startLantern } from '../lantern.js';

const plain = useLantern();

const strategyOf = async (lantern: RunningLantern, path: string) => {
  const { status, headers, text } = await request(lantern.urls.sampling + path);
  return [status, headers.get('content-type'), text];
};

const JSON_TYPE = 'application/json';

describe('the sampling strategy without a file', () => {
  it.each(['/', '/sampling', '/api/sampling'])('is to keep everything, on %s', async (path) => {
    expect(await strategyOf(plain, `${path}?service=web`)).toEqual([
      200,
      JSON_TYPE,
      '{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":1}}',
    ]);
  });

  it.each(['/sampling', '/sampling?service=a&service=b'])(
    'has to be asked for one service: %s',
    async (path) => {
      expect(await strategyOf(plain, path)).toEqual([
        400,
        'text/plain; charset=utf-8',
        "'service' parameter must be provided once\n",
      ]);
    },
  );
});

describe('the sampling strategies of a file', () => {
  let folder = '';
  let file = '';
  let lantern: RunningLantern;

  const operation = (name: string, type: string, param: number) => ({ operation: name, type, param });
  const CONTENT = {
    default_strategy: {
      type: 'probabilistic',
      param: 0.5,
      operation_strategies: [
        operation('health', 'probabilistic', 0),
        operation('spam', 'ratelimiting', 1),
        operation('pay', 'probabilistic', 1),
      ],
    },
    service_strategies: [
      {
        service: 'web',
        type: 'probabilistic',
        param: 0.8,
        operation_strategies: [operation('pay', 'probabilistic', 0.2)],
      },
      { service: 'jobs', type: 'ratelimiting', param: 5.9 },
      { service: 'batch', type: 'probabilistic', param: 0.1 },
    ],
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-sampling-'));
    file = join(folder, 'strategies.json');
    await writeFile(file, JSON.stringify(CONTENT));
    lantern = new RunningLantern({}, { samplingFile: file });
    await lantern.start();
  });

  afterAll(async () => {
    await lantern.stop();
    await rm(folder, { recursive: true });
  });

  const operations = (probability: number, ...rates: [string, number][]) =>
    `"operationSampling":{"defaultSamplingProbability":${probability},"defaultLowerBoundTracesPerSecond":0,` +
    `"perOperationStrategies":[${rates
      .map(([name, rate]) => `{"operation":"${name}","probabilisticSampling":{"samplingRate":${rate}}}`)
      .join(',')}],"defaultUpperBoundTracesPerSecond":0}`;
  const probabilistic = (rate: number) =>
    `"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":${rate}}`;

  it.each([
    ['anybody', `{${probabilistic(0.5)},${operations(0.5, ['health', 0], ['pay', 1])}}`],
    ['web', `{${probabilistic(0.8)},${operations(0.8, ['pay', 0.2], ['health', 0])}}`],
    [
      'jobs',
      `{"strategyType":"RATE_LIMITING","rateLimitingSampling":{"maxTracesPerSecond":5},${operations(0.5, ['health', 0], ['pay', 1])}}`,
    ],
    ['batch', `{${probabilistic(0.1)},${operations(0.1, ['health', 0], ['pay', 1])}}`],
  ])('hold for %s', async (service, text) => {
    expect(await strategyOf(lantern, `/sampling?service=${service}`)).toEqual([200, JSON_TYPE, text]);
  });

  it('are read again when it has changed; one that cannot be used changes nothing', async () => {
    const ask = async () => (await strategyOf(lantern, '/sampling?service=web'))[2];
    const replace = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    await replace('{"default_strategy":{"type":"ratelimiting","param":7}}');
    expect(await ask()).toBe(
      '{"strategyType":"RATE_LIMITING","rateLimitingSampling":{"maxTracesPerSecond":7}}',
    );
    expect(lantern.reports).toEqual([`The sampling strategies were read again from ${file}.`]);

    await replace('{"default_strategy":{"type":"probabilistic","param":7}}');
    expect(await ask()).toContain('7');
    await rm(file);
    expect(await ask()).toContain('7');
    expect(await ask()).toContain('7');
    expect(lantern.reports.slice(1)).toEqual([
      expect.stringMatching(/cannot be read again .*default_strategy.param: .* stay in force\.$/),
      expect.stringMatching(/cannot be read again .*ENOENT/),
    ]);

    await replace('{}');
    expect(await ask()).toContain('"samplingRate":1');
  });

  it('have to be right when Lantern starts', async () => {
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{');
    await expect(startLantern({ ...TEST_CONFIG, samplingFile: broken })).rejects.toThrow(
      `The sampling strategies cannot be read from ${broken}: `,
    );
  });
});
