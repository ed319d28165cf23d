import { attributeText, type Attributes, type Span } from '@lantern/telemetry-model';

/** Tokens that a span reports, and the model that it asked. */
export interface GenAiUsage {
  /** `chat`, `embeddings`, `execute_tool`, `invoke_agent`, … */
  readonly operation: string;
  readonly provider: string;
  /** Model that answered, or else the one that was asked. Empty for a tool. */
  readonly model: string;
  /** Undefined if the span has none, or a value that is no count, such as NaN. */
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

export interface GenAiCall extends GenAiUsage {
  readonly finishReasons: string;
  readonly tool: { readonly name: string; readonly arguments: string; readonly result: string } | undefined;
  readonly messages: readonly GenAiMessage[];
}

export interface GenAiMessage {
  /** `system`, `user`, `assistant`, `tool`. */
  readonly role: string;
  readonly parts: readonly GenAiPart[];
}

export type GenAiPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly name: string; readonly id: string; readonly text: string }
  | { readonly type: 'tool-result'; readonly id: string; readonly text: string };

/** Reads the text of an attribute. */
export type TextReader = (key: string) => string | undefined;

const MESSAGE_KEY =
  /^gen_ai\.(?:(?:prompt|completion)(?:\.\d+\.(?:content|tool_calls\..+))?|system_instructions|(?:input|output)\.messages|tool\.call\.(?:arguments|result))$/;

/** Whether an attribute holds what users and models wrote. */
export const isGenAiMessage = (key: string): boolean => MESSAGE_KEY.test(key);

/**
 * Returns the model and the tokens of a span; undefined for a span that calls no model and no tool.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export const genAiUsageOf = (read: TextReader): GenAiUsage | undefined => {
  const first = (...keys: readonly string[]): string =>
    keys.map(read).find((text) => text !== undefined) ?? '';
  const operation = first('gen_ai.operation.name');
  const provider = first('gen_ai.provider.name', 'gen_ai.system');
  const model = first('gen_ai.response.model', 'gen_ai.request.model');
  if (operation === '' && provider === '' && model === '') return undefined;
  return {
    operation,
    provider,
    model,
    inputTokens: countOf(first('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens')),
    outputTokens: countOf(first('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens')),
  };
};

const countOf = (text: string): number | undefined => {
  const count = Number(text);
  return text !== '' && Number.isFinite(count) && count >= 0 ? count : undefined;
};

/** Returns the call of a span with its messages; undefined for a span that calls no model and no tool. */
export const genAiCallOf = ({
  attributes,
  events,
}: Pick<Span, 'attributes' | 'events'>): GenAiCall | undefined => {
  const read = readerOf(attributes);
  const usage = genAiUsageOf(read);
  if (usage === undefined) return undefined;
  const name = read('gen_ai.tool.name');
  return {
    ...usage,
    finishReasons: listText(read('gen_ai.response.finish_reasons') ?? ''),
    tool:
      name === undefined
        ? undefined
        : {
            name,
            arguments: read('gen_ai.tool.call.arguments') ?? '',
            result: read('gen_ai.tool.call.result') ?? '',
          },
    messages: [
      ...systemInstructions(read('gen_ai.system_instructions')),
      ...messagesIn(read('gen_ai.input.messages'), 'user'),
      ...numberedMessages(attributes, read, 'prompt', 'user'),
      ...events.flatMap((event) => eventMessages(event.name, readerOf(event.attributes))),
      ...numberedMessages(attributes, read, 'completion', 'assistant'),
      ...messagesIn(read('gen_ai.output.messages'), 'assistant'),
    ],
  };
};

const readerOf = (attributes: Attributes): TextReader => {
  const values = new Map(attributes.map(({ key, value }) => [key, value]));
  return (key) => {
    const value = values.get(key);
    return value === undefined ? undefined : attributeText(value);
  };
};

const systemInstructions = (text: string | undefined): GenAiMessage[] => {
  const parts = partsOf(parsed(text));
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
};

/** Reads a list of messages as JSON; any other text is one message. */
const messagesIn = (text: string | undefined, role: string): GenAiMessage[] => {
  const value = parsed(text);
  if (value === undefined) return [];
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => messageOf(item, role)).filter(({ parts }) => parts.length > 0);
};

const messageOf = (item: unknown, role: string): GenAiMessage => {
  if (!isObject(item)) return { role, parts: partsOf(item) };
  const named = typeof item.role === 'string' ? item.role : role;
  const calls = Array.isArray(item.tool_calls) ? item.tool_calls.map(toolCallOf) : [];
  return { role: named, parts: [...partsOf(item.parts ?? item.content ?? item.message), ...calls] };
};

const partsOf = (value: unknown): GenAiPart[] => {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (!isObject(value)) return [{ type: 'text', text: textOf(value) }];
  switch (value.type) {
    case 'tool_call':
    case 'tool_use':
      return [toolCallOf(value)];
    case 'tool_call_response':
    case 'tool_result':
      return [
        {
          type: 'tool-result',
          id: textOf(value.id ?? value.tool_use_id),
          text: textOf(value.response ?? value.result ?? value.content),
        },
      ];
    default:
      return value.content !== undefined || value.text !== undefined
        ? [{ type: 'text', text: textOf(value.content ?? value.text) }]
        : [{ type: 'text', text: JSON.stringify(value) }];
  }
};

const toolCallOf = (item: unknown): GenAiPart => {
  const call = isObject(item) ? item : {};
  const inner = isObject(call.function) ? call.function : call;
  return {
    type: 'tool-call',
    name: textOf(inner.name),
    id: textOf(call.id),
    text: textOf(inner.arguments ?? inner.input),
  };
};

/** Messages as events, which earlier conventions had: `gen_ai.user.message`, `gen_ai.choice`, `gen_ai.content.prompt`. */
const eventMessages = (name: string, read: TextReader): GenAiMessage[] => {
  if (name === 'gen_ai.content.prompt') return messagesIn(read('gen_ai.prompt'), 'user');
  if (name === 'gen_ai.content.completion') return messagesIn(read('gen_ai.completion'), 'assistant');
  const role = name === 'gen_ai.choice' ? 'assistant' : /^gen_ai\.(\w+)\.message$/.exec(name)?.[1];
  if (role === undefined) return [];
  return messagesIn(read('content') ?? read('message'), read('role') ?? role);
};

/** Messages with one attribute for each field, as OpenLLMetry writes them: `gen_ai.prompt.0.role`, `gen_ai.prompt.0.content`. */
const numberedMessages = (
  attributes: Attributes,
  read: TextReader,
  of: 'prompt' | 'completion',
  role: string,
): GenAiMessage[] => {
  const whole = read(`gen_ai.${of}`);
  if (whole !== undefined) return messagesIn(whole, role);
  if (!attributes.some(({ key }) => key.startsWith(`gen_ai.${of}.`))) return [];
  const messages: GenAiMessage[] = [];
  for (let i = 0; i < MAX_MESSAGES; i++) {
    const content = read(`gen_ai.${of}.${i}.content`);
    const tool = read(`gen_ai.${of}.${i}.tool_calls.0.name`);
    if (content === undefined && tool === undefined && read(`gen_ai.${of}.${i}.role`) === undefined) break;
    const text = read(`gen_ai.${of}.${i}.tool_calls.0.arguments`) ?? '';
    messages.push({
      role: read(`gen_ai.${of}.${i}.role`) ?? role,
      parts: [
        ...partsOf(content),
        ...(tool === undefined ? [] : [{ type: 'tool-call', name: tool, id: '', text } as const]),
      ],
    });
  }
  return messages;
};

const MAX_MESSAGES = 1_000;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** Returns the value of JSON, or the text itself. */
const parsed = (text: string | undefined): unknown => {
  if (text === undefined || !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const listText = (text: string): string => {
  const value = parsed(text);
  return Array.isArray(value) ? value.map(textOf).join(', ') : text;
};
