import { type Server, createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { setUntracedPaths } from '../http/untraced-paths.js';
import { modelFetch } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';

const telemetry = startTestTelemetry();
// The service of the model is in this process, and another one's in life.
setUntracedPaths(['/']);
beforeEach(() => telemetry.reset());

/** Answers by path, as the services of the models do, which cost money. */
const answers: Record<string, (stream: boolean) => unknown> = {
  '/v1/chat/completions': (stream) =>
    stream
      ? [
          { id: 'chat-1', model: 'gpt-5-2026', choices: [{ index: 0, delta: { content: 'four' } }] },
          { id: 'chat-1', model: 'gpt-5-2026', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
          { id: 'chat-1', choices: [], usage: { prompt_tokens: 9, completion_tokens: 2 } },
        ]
      : {
          id: 'chat-1',
          model: 'gpt-5-2026',
          choices: [{ index: 0, message: { role: 'assistant', content: 'four' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 9, completion_tokens: 2 },
        },
  '/v1/messages': () => ({
    id: 'message-1',
    type: 'message',
    role: 'assistant',
    model: 'claude-2026',
    content: [{ type: 'text', text: 'four' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 8, output_tokens: 3 },
  }),
  '/v1/models': () => ({ object: 'list', data: [] }),
};

let server: Server;
let baseURL: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { stream = false } = body === '' ? {} : (JSON.parse(body) as { stream?: boolean });
      const answer = answers[request.url ?? '']?.(stream);
      if (answer === undefined) {
        response
          .writeHead(429, { 'content-type': 'application/json' })
          .end('{"error":{"message":"slow down"}}');
      } else if (Array.isArray(answer)) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const event of answer) response.write(`data: ${JSON.stringify(event)}\n\n`);
        response.end('data: [DONE]\n\n');
      } else {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const messages = [{ role: 'user' as const, content: 'What is the secret of two and two?' }];

describe('modelFetch()', () => {
  const openai = (path = '/v1'): OpenAI =>
    new OpenAI({
      apiKey: 'test',
      baseURL: `${baseURL}${path}`,
      maxRetries: 0,
      fetch: modelFetch({ provider: 'openai' }),
    });

  it('gives a call of OpenAI a span with model, settings and tokens, and the request below it', async () => {
    const answer = await openai().chat.completions.create({ model: 'gpt-5', temperature: 0.2, messages });
    expect(answer.choices[0]?.message.content).toBe('four');
    await telemetry.waitForSpans(2);
    expect(telemetry.tree()).toBe('chat gpt-5 [client]\n  POST [client]');
    const { attributes } = telemetry.span('chat gpt-5');
    expect(attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.request.temperature': 0.2,
      'gen_ai.response.model': 'gpt-5-2026',
      'gen_ai.response.id': 'chat-1',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 2,
      'server.address': '127.0.0.1',
    });
    expect(JSON.stringify(attributes)).not.toMatch(/secret|four/);
  });

  it('reads the tokens of a stream while it passes', async () => {
    const stream = await openai().chat.completions.create({
      model: 'gpt-5',
      stream: true,
      stream_options: { include_usage: true },
      messages,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('four');
    await telemetry.waitForSpans(2);
    expect(telemetry.span('chat gpt-5').attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 2,
    });
  });

  it('gives a call of Anthropic a span with its tokens', async () => {
    const anthropic = new Anthropic({
      apiKey: 'test',
      baseURL,
      maxRetries: 0,
      fetch: modelFetch({ provider: 'anthropic' }),
    });
    await anthropic.messages.create({ model: 'claude', max_tokens: 64, messages });
    await telemetry.waitForSpans(2);
    expect(telemetry.span('chat claude').attributes).toMatchObject({
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.max_tokens': 64,
      'gen_ai.response.model': 'claude-2026',
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.usage.input_tokens': 8,
      'gen_ai.usage.output_tokens': 3,
    });
  });

  it('marks a call that the service refused, and one that could not be sent', async () => {
    await expect(openai('/busy').chat.completions.create({ model: 'gpt-5', messages })).rejects.toThrow(
      '429',
    );
    await telemetry.waitForSpans(2);
    expect(telemetry.span('chat gpt-5').attributes['error.type']).toBe('429');
    telemetry.reset();
    const failing = modelFetch({ fetch: () => Promise.reject(new Error('no network')) });
    await expect(failing(`${baseURL}/v1/messages`, { method: 'POST', body: '{}' })).rejects.toThrow(
      'no network',
    );
    expect(telemetry.tree()).toBe('chat [client] ERROR');
  });

  it('passes requests on that call no model', async () => {
    await openai().models.list();
    await telemetry.waitForSpans(1);
    expect(telemetry.tree()).toBe('GET [client]');
  });
});
