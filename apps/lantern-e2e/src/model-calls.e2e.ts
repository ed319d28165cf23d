import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { audit } from './rig/audit.js';
import { connectBrowser, openPage } from './rig/browser.js';
import { eventually } from './rig/eventually.js';
import { screenshot } from './rig/screenshot.js';
import { uiUrl } from './rig/shop.js';
import { sendTrace, type SpanToSend } from './rig/spans.js';

/** Agent that asks a model, calls a tool, and asks the model again. */
const agent: SpanToSend = {
  service: 'travel-agent',
  name: 'invoke_agent travel',
  kind: 'internal',
  durationMillis: 2_400,
  attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'travel' },
  children: [
    {
      service: 'travel-agent',
      name: 'chat gpt-4o',
      kind: 'client',
      startMillis: 10,
      durationMillis: 1_100,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 1_200,
        'gen_ai.usage.output_tokens': 40,
        'gen_ai.input.messages':
          '[{"role":"user","parts":[{"type":"text","content":"Is it **cold** in Bern? <img src=x onerror=alert(1)>"}]}]',
        'gen_ai.output.messages':
          '[{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"weather","arguments":{"city":"Bern"}}]}]',
      },
    },
    {
      service: 'travel-agent',
      name: 'execute_tool weather',
      kind: 'internal',
      startMillis: 1_120,
      durationMillis: 80,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'weather',
        'gen_ai.tool.call.arguments': '{"city":"Bern"}',
        'gen_ai.tool.call.result': '3 °C',
      },
    },
    {
      service: 'travel-agent',
      name: 'chat gpt-4o',
      kind: 'client',
      startMillis: 1_210,
      durationMillis: 1_150,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 1_300,
        'gen_ai.usage.output_tokens': 60,
        'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"Yes, 3 °C."}]}]',
      },
    },
  ],
};

let browser: Browser;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  browser = await connectBrowser();
});

beforeEach(async () => {
  ({ page, faults } = await openPage(browser));
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

afterAll(() => browser.close());

describe('calls of generative models', () => {
  it('the page of a trace shows tokens and cost of all model calls, and the messages of each', async () => {
    const id = await sendTrace(agent, Date.now() - 60_000);
    await page.goto(`${uiUrl()}/trace/${id}`);
    await eventually(async () =>
      expect(await page.getByRole('list', { name: 'Summary' }).innerText()).toContain(
        '2 model calls (gpt-4o): 2,500 tokens in, 100 out, $0.0073',
      ),
    );

    await page
      .getByRole('treeitem', { name: /chat gpt-4o/ })
      .first()
      .click();
    const facts = page.getByRole('table', { name: 'Model call' });
    await eventually(async () => expect(await facts.innerText()).toMatch(/Cost\s+\$0\.0034/));
    const messages = page.getByRole('list', { name: 'Messages' });
    expect(await messages.innerText()).toContain('Is it cold in Bern? <img src=x onerror=alert(1)>');
    expect(await messages.innerText()).toMatch(/calls weather\s+\{"city":"Bern"\}/);
    expect(await messages.locator('img').count()).toBe(0);
    expect(await audit(page)).toEqual([]);
    await screenshot(page, 'model-call');

    await page.getByText('Hidden', { exact: true }).click();
    await eventually(async () => expect(await messages.count()).toBe(0));
  });

  it('the user replaces the prices of models', async () => {
    const id = await sendTrace(agent, Date.now() - 60_000);
    await page.goto(`${uiUrl()}/trace/${id}`);
    await page
      .getByRole('treeitem', { name: /chat gpt-4o/ })
      .first()
      .click();
    await page.getByText('Prices of models (public list prices)').click();
    const prices = page.getByRole('textbox', { name: 'US dollars per million tokens' });
    await prices.fill('{"gpt-4o": {"input": 10}}');
    await page.getByRole('button', { name: 'Save prices' }).click();
    await page.getByText('gpt-4o needs "input" and "output"').waitFor();
    await prices.fill('{"gpt-4o": {"input": 1000, "output": 0}}');
    await page.getByRole('button', { name: 'Save prices' }).click();
    await eventually(async () =>
      expect(await page.getByRole('list', { name: 'Summary' }).innerText()).toContain('$2.50'),
    );
  });
});
