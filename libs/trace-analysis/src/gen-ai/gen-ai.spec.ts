import { describe, expect, it } from '@jest/globals';
import { T0, attributes, span } from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import { genAiCallOf, isGenAiMessage, type GenAiCall } from './gen-ai-call.js';
import { DEFAULT_MODEL_PRICES, costOf, parseModelPrices } from './model-prices.js';

const callOf = (values: Parameters<typeof attributes>[0], events: Readonly<Record<string, string>>[] = []) =>
  genAiCallOf(
    span({
      attributes: attributes(values),
      events: events.map(({ name = '', ...own }) => ({
        name,
        timeUnixNano: T0,
        attributes: attributes(own),
        droppedAttributesCount: 0,
      })),
    }),
  );

const messagesOf = (call: GenAiCall | undefined) =>
  call?.messages.map(({ role, parts }) => [
    role,
    ...parts.map((part) => (part.type === 'tool-call' ? `${part.name}(${part.text})` : part.text)),
  ]);

describe('genAiCallOf', () => {
  it('genAiCallOf reads model, tokens, finish reasons and the messages of the current conventions', () => {
    const call = callOf({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 1_200n,
      'gen_ai.usage.output_tokens': 300n,
      'gen_ai.response.finish_reasons': ['tool_calls'],
      'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
      'gen_ai.input.messages':
        '[{"role":"user","parts":[{"type":"text","content":"Weather in Bern?"}]},{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"12 °C"}]}]',
      'gen_ai.output.messages':
        '[{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Bern"}}]}]',
    });
    expect(call).toMatchObject({
      operation: 'chat',
      provider: 'openai',
      model: 'gpt-4o-2024-08-06',
      inputTokens: 1_200,
      outputTokens: 300,
      finishReasons: 'tool_calls',
    });
    expect(messagesOf(call)).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Weather in Bern?'],
      ['tool', '12 °C'],
      ['assistant', 'weather({"city":"Bern"})'],
    ]);
  });

  it('genAiCallOf reads the messages of earlier conventions: events, and one attribute for each field', () => {
    const events = callOf({ 'gen_ai.system': 'openai' }, [
      { name: 'gen_ai.user.message', content: 'Hello' },
      { name: 'gen_ai.choice', message: '{"content":"Hi"}' },
    ]);
    expect(messagesOf(events)).toEqual([
      ['user', 'Hello'],
      ['assistant', 'Hi'],
    ]);
    const numbered = callOf({
      'gen_ai.system': 'anthropic',
      'gen_ai.prompt.0.role': 'user',
      'gen_ai.prompt.0.content': 'Hello',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.tool_calls.0.name': 'search',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"q":"x"}',
      'gen_ai.usage.prompt_tokens': 5n,
    });
    expect(numbered?.inputTokens).toBe(5);
    expect(messagesOf(numbered)).toEqual([
      ['user', 'Hello'],
      ['assistant', 'search({"q":"x"})'],
    ]);
  });

  it('genAiCallOf reads the arguments and the result of a tool', () => {
    const call = callOf({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.arguments': '{"city":"Bern"}',
      'gen_ai.tool.call.result': '12 °C',
    });
    expect(call?.tool).toEqual({ name: 'weather', arguments: '{"city":"Bern"}', result: '12 °C' });
  });

  it('genAiCallOf leaves out token counts that are no counts', () => {
    const call = callOf({
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': Number.NaN,
      'gen_ai.usage.output_tokens': -1n,
    });
    expect([call?.inputTokens, call?.outputTokens]).toEqual([undefined, undefined]);
  });

  it('genAiCallOf returns undefined for other spans, and never throws for any messages', () => {
    expect(callOf({ 'http.request.method': 'GET' })).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const call = callOf({
          'gen_ai.system': 'x',
          'gen_ai.input.messages': text,
          'gen_ai.output.messages': `[${text}]`,
          'gen_ai.system_instructions': text,
        });
        for (const { parts } of call?.messages ?? [])
          for (const part of parts) expect(typeof part.text).toBe('string');
      }),
    );
  });

  it.each([
    ['gen_ai.input.messages', true],
    ['gen_ai.prompt.0.content', true],
    ['gen_ai.tool.call.result', true],
    ['gen_ai.prompt.0.role', false],
    ['gen_ai.request.model', false],
  ])('isGenAiMessage(%s) is %s', (key, expected) => {
    expect(isGenAiMessage(key)).toBe(expected);
  });
});

describe('costOf', () => {
  const usage = { operation: 'chat', provider: '', inputTokens: 1e6, outputTokens: 1e6 };

  it.each([
    ['gpt-4o-2024-08-06', 12.5],
    ['gpt-4o-mini', 0.75],
    ['openai/gpt-4.1-nano', 0.5],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 18],
    ['my-own-model', undefined],
  ])('costOf takes for %s the price of the longest known beginning', (model, expected) => {
    const cost = costOf({ ...usage, model }, DEFAULT_MODEL_PRICES);
    if (expected === undefined) expect(cost).toBeUndefined();
    else expect(cost).toBeCloseTo(expected);
  });

  it('costOf knows no cost without tokens', () => {
    const none = { ...usage, model: 'gpt-4o', inputTokens: undefined, outputTokens: undefined };
    expect(costOf(none, DEFAULT_MODEL_PRICES)).toBeUndefined();
  });

  it('parseModelPrices reads a table, and names the model whose price is wrong', () => {
    expect(parseModelPrices('{"m":{"input":1,"output":2}}')).toEqual({ m: { input: 1, output: 2 } });
    expect(() => parseModelPrices('{"m":{"input":"1"}}')).toThrow('m needs "input" and "output"');
    expect(() => parseModelPrices('[]')).toThrow('the prices have to be an object');
  });
});
