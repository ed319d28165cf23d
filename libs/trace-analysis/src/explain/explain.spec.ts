import { describe, expect, it } from '@jest/globals';
import { attributes, orderTrace } from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { nodeStable } from '../testing/conventions.js';
import { Program } from '../testing/program.js';
import { TraceFacts } from '../trace-facts.js';
import { describeTrace } from './describe-trace.js';
import { whyFailed } from './why-failed.js';
import { whySlow } from './why-slow.js';

const factsOf = ({ traceId, resourceSpans }: ReturnType<typeof orderTrace>): TraceFacts =>
  new TraceFacts(traceId, resourceSpans);

const failed = factsOf(orderTrace({ failed: true }));

const nPlusOne = (count: number): TraceFacts => {
  const program = new Program(nodeStable, 1);
  program.request('product-catalog', 'GET', '/orders', (here) => {
    for (let i = 0; i < count; i++) {
      here.query('SELECT * FROM products WHERE id = $1', 3, { parameters: [i] });
      here.span(`step ${String.fromCharCode(97 + (i % 26)).repeat(1 + (i % 40))}`, (inner) =>
        inner.wait(0.1),
      );
    }
  });
  return new TraceFacts(program.traceId, program.resourceSpans());
};

describe('explanations', () => {
  it('describe the failure, the time by service and the calls of a trace', () => {
    expect(describeTrace(failed, { baseUrl: 'http://localhost:16686' }).split('\n')).toEqual([
      'Trace 00000000000000000000000000000001: api-gateway POST /orders, 100 ms, 9 spans, 3 services, 5 errors, started 2026-01-01T00:00:00.000Z.',
      'Open: http://localhost:16686/trace/00000000000000000000000000000001',
      'Failed first: order-service calculate_total: Payment gateway timeout: Unable to reach provider',
      '',
      'Detections (share of the time):',
      expect.stringMatching(
        /^- Error origin: The failure started in `order-service` `calculate_total` after 70 ms; 4 spans above report it\./,
      ),
      '',
      'Time on the critical path by service:',
      expect.stringMatching(/^- order-service: 66 ms \(66 %\), most of it in /),
      expect.stringMatching(/^- user-service: 18 ms/),
      expect.stringMatching(/^- api-gateway: 16 ms/),
      '',
      'Calls (count × service operation, time, ! errors, * time on the critical path):',
      'api-gateway POST /orders 100 ms !1 *4 ms',
      ' api-gateway proxy_to_order-service 96 ms !1 *4 ms',
      '  api-gateway POST 92 ms !1 *8 ms',
      '   order-service POST /orders 84 ms !1 *26 ms',
      '    order-service validate_user 30 ms *4 ms',
      '     order-service GET 26 ms *8 ms',
      '      user-service GET /users/:id 18 ms *10 ms',
      '       user-service SELECT users 8 ms *8 ms',
      '    order-service calculate_total 28 ms !1 *28 ms',
    ]);
  });

  it('explain why a trace failed with its origin, the spans above it and the log lines beside it', () => {
    const text = whyFailed(failed, {
      logs: [
        { spanId: '0000000000000009', service: 'order-service', level: 'error', line: 'payment failed' },
        { spanId: undefined, service: 'user-service', level: 'info', line: 'user found' },
      ],
    });
    expect(text).toContain(
      'Origin: order-service calculate_total failed 70 ms after the start: Payment gateway timeout',
    );
    expect(text).toContain(
      '- order-service POST /orders failed: Payment gateway timeout: Unable to reach provider, HTTP 504',
    );
    expect(text).toContain('- order-service error: payment failed');
    expect(text).not.toContain('user found');
    expect(text).toContain('Left out: 1 other log lines.');
  });

  it('say that nothing failed when no span has the status ERROR', () => {
    expect(whyFailed(factsOf(orderTrace()))).toContain('No span of the trace has the status ERROR.');
  });

  it('explain why a trace is slow with the cause, its share and the operations on the critical path', () => {
    const text = whySlow(nPlusOne(8));
    expect(text).toMatch(
      /- N\+1 queries \(\d\d %\): 8 × `SELECT products` one after another in `product-catalog`/,
    );
    expect(text).toMatch(
      /- product-catalog pg\.query:SELECT shop: .* in 8 spans, longest \/trace\/0+2\?uiFind=/,
    );
  });

  it('mask secrets in messages and names', () => {
    const trace = orderTrace({ failed: true });
    const secret = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl';
    const [group] = trace.resourceSpans;
    const [scope] = group?.scopeSpans ?? [];
    const [span] = scope?.spans ?? [];
    if (group === undefined || scope === undefined || span === undefined)
      throw new Error('the trace has no span');
    const leaky = {
      ...span,
      name: `login ${secret}`,
      status: { code: 2, message: `bad ${secret}` },
      attributes: attributes({}),
    };
    const facts = new TraceFacts(trace.traceId, [{ ...group, scopeSpans: [{ ...scope, spans: [leaky] }] }]);
    for (const text of [describeTrace(facts), whyFailed(facts), whySlow(facts)]) {
      expect(text).not.toContain('eyJzdWIiOiI0MiJ9');
      expect(text).toContain('login ***');
    }
  });

  it('stay within their limit and say what they left out, for traces of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 500, max: 5_000 }), (count, limit) => {
        const facts = nPlusOne(count);
        for (const text of [
          describeTrace(facts, { limit }),
          whyFailed(facts, { limit }),
          whySlow(facts, { limit }),
        ]) {
          expect(text.length).toBeLessThanOrEqual(limit);
        }
        const all = describeTrace(facts, { limit: 1_000_000 });
        expect(all).not.toContain('Left out');
        if (all.length > limit) expect(describeTrace(facts, { limit })).toContain('Left out: ');
      }),
      { numRuns: 30 },
    );
  });
});
