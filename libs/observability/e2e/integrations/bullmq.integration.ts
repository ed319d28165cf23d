import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OtlpSpan } from '../../test/otlp-sink.js';
import { until } from '../../test/until.js';
import { Application, drawSpans } from './application.js';
import { describeWith } from './servers.js';

describeWith(['redis'], 'a service with BullMQ', (servers) => {
  const settings = [
    ['that begins a trace with each job', {}],
    ['that continues the trace of the producer', { CONTINUE_TRACES: 'true' }],
  ] as const;

  describe.each(settings)('%s', (_title, env: NodeJS.ProcessEnv) => {
    const continues = env.CONTINUE_TRACES === 'true';
    let app: Application;
    beforeAll(async () => {
      app = await Application.start('bullmq', { REDIS_URL: servers().redis.url, ...env });
    });
    afterAll(() => app.stop());

    /** Spans of jobs since the last request, once there are that many. */
    const processed = async (count: number): Promise<OtlpSpan[]> => {
      const found = (): OtlpSpan[] => app.sink.spans.filter(({ name }) => name === 'process mails');
      await until(`${count} processed jobs`, () => found().length >= count);
      return found();
    };
    const traceOf = ({ traceId }: OtlpSpan): OtlpSpan[] =>
      app.sink.spans.filter((span) => span.traceId === traceId);

    it('makes a producer span of a job that is added and a consumer span of its processing', async () => {
      await app.trace('/welcome', { method: 'POST' });
      const [job] = await processed(1);
      const producer = await app.span('add mails');
      if (!job) throw new Error('There is no job');
      const consumer = ['process mails [consumer]', '  send_mail [internal]'];
      const request = ['POST /welcome [server]', '  add mails [producer]'];
      if (continues) {
        expect(drawSpans(traceOf(job))).toBe(
          [...request, ...consumer.map((line) => `    ${line}`)].join('\n'),
        );
        expect(job.parentSpanId).toBe(producer.spanId);
      } else {
        expect(drawSpans(traceOf(job))).toBe(consumer.join('\n'));
        expect(drawSpans(traceOf(producer))).toBe(request.join('\n'));
        expect(job.links).toMatchObject([{ traceId: producer.traceId, spanId: producer.spanId }]);
      }
    });

    it('describes jobs by the conventions for messaging, without their data and results', async () => {
      await app.trace('/welcome', { method: 'POST' });
      const [job] = await processed(1);
      expect(job?.attributes).toMatchObject({
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'mails',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.message.id': expect.stringMatching(/^\d+$/),
        'bullmq.job.name': 'welcome',
      });
      expect(JSON.stringify(app.sink.spans)).not.toMatch(/example\.com|a result/);
    });

    it('writes log lines of a job with the trace of its run and the correlation id of its request', async () => {
      await app.trace('/welcome', { method: 'POST', headers: { 'x-correlation-id': 'order-42' } });
      const [job] = await processed(1);
      const line = app.program.lines().findLast(({ message }) => message === 'mail welcome');
      expect(line).toMatchObject({ trace_id: job?.traceId, correlation_id: 'order-42' });
    });

    it('makes a span of each attempt, failed with the reason, and links each to the producer', async () => {
      await app.trace('/bounced', { method: 'POST' });
      const attempts = await processed(2);
      const producer = await app.span('add mails');
      expect(attempts.map(({ status }) => status.message)).toEqual(['the mailbox is full', undefined]);
      const leads = attempts.map(({ links, parentSpanId }) => links[0]?.spanId ?? parentSpanId);
      expect(leads).toEqual([producer.spanId, producer.spanId]);
    });

    it('makes one producer span of jobs that are added together', async () => {
      await app.trace('/bulk', { method: 'POST' });
      await processed(2);
      const producer = await app.span('addBulk mails');
      expect(producer).toMatchObject({ kind: 4, attributes: { 'messaging.batch.message_count': 2 } });
    });

    it('leads from each job of a flow to the request that added the flow', async () => {
      await app.trace('/flow', { method: 'POST' });
      const jobs = await processed(2);
      const producer = await app.span('addFlow mails');
      const leads = jobs.map(({ links, traceId }) => links[0]?.traceId ?? traceId);
      expect(new Set(leads)).toEqual(new Set([producer.traceId]));
    });

    it('begins a trace with each run of a repeated job, so that no trace grows for the life of a worker', async () => {
      await app.trace('/repeated', { method: 'POST' });
      const runs = await processed(3);
      const traces = new Set(runs.map(({ traceId }) => traceId));
      expect(traces.size).toBe(3);
    });
  });
});
