import { type Attributes, type Span, SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE, ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import { safely } from '../http/safely.js';
import { errorType } from '../redaction/errors.js';
import { recordFailure } from '../tracing/failure.js';
import { isDropped, tracer } from '../tracing/run-in-span.js';
import { ModelAnswer, requestAttributes } from './model-answer.js';

export interface ModelFetchOptions {
  /**
   * Provider, by its name in `gen_ai.provider.name`. Default: by the host, `openai`, `anthropic` and the like; the host itself
   * where it is unknown.
   */
  provider?: string;
  /** Function that sends the request. Default: the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * A `fetch` for clients of language models that gives each call of a model a span, `chat gpt-5`, with its tokens:
 * https://github.com/open-telemetry/semantic-conventions-genai
 *
 *     new OpenAI({ fetch: modelFetch() });
 *     new Anthropic({ fetch: modelFetch() });
 *     createOpenAI({ fetch: modelFetch() });   // AI SDK
 *
 * Prompts and answers are never recorded. Requests to other paths than those of models pass unchanged.
 */
export const modelFetch = ({ provider, fetch: given }: ModelFetchOptions = {}): typeof fetch => {
  return async (input, init) => {
    const send = given ?? fetch;
    const call = safely('describe the call of a model', () => describe(input, init, provider));
    const caller = context.active();
    const parent = trace.getSpan(caller);
    if (!call || (parent && isDropped(parent))) return send(input, init);
    const span = tracer.startSpan(call.name, { kind: SpanKind.CLIENT, attributes: call.attributes }, caller);
    try {
      const response = await context.with(trace.setSpan(caller, span), () => send(input, init));
      return follow(response, span);
    } catch (error) {
      span.setAttribute(ATTR_ERROR_TYPE, errorType(error));
      recordFailure(span, error);
      span.end();
      throw error;
    }
  };
};

/** Operations of `gen_ai.operation.name`, by the last part of the path. */
const OPERATIONS: Readonly<Record<string, string>> = {
  '/chat/completions': 'chat',
  '/responses': 'chat',
  '/messages': 'chat',
  '/completions': 'text_completion',
  '/embeddings': 'embeddings',
};

const PROVIDERS: Readonly<Record<string, string>> = {
  'api.openai.com': 'openai',
  'api.anthropic.com': 'anthropic',
  'api.mistral.ai': 'mistral_ai',
  'api.groq.com': 'groq',
  'api.deepseek.com': 'deepseek',
  'api.x.ai': 'x_ai',
};

const describe = (
  input: Parameters<typeof fetch>[0],
  init: Parameters<typeof fetch>[1],
  provider: string | undefined,
): { name: string; attributes: Attributes } | undefined => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  const path = Object.keys(OPERATIONS).find((each) => url.pathname.endsWith(each));
  // A request without a body reads something, such as the list of models.
  if (path === undefined || typeof init?.body !== 'string') return undefined;
  const operation = OPERATIONS[path] ?? 'chat';
  const { model, attributes } = requestAttributes(init.body);
  return {
    name: model === undefined ? operation : `${operation} ${model}`,
    attributes: {
      ...attributes,
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': provider ?? PROVIDERS[url.hostname] ?? url.hostname,
      [ATTR_SERVER_ADDRESS]: url.hostname,
      ...(url.port === '' ? {} : { [ATTR_SERVER_PORT]: Number(url.port) }),
    },
  };
};

/** Returns the response with a body that is read on its way to the client. The span ends with it. */
const follow = (response: Response, span: Span): Response => {
  if (!response.ok) {
    span.setAttribute(ATTR_ERROR_TYPE, String(response.status));
    span.setStatus({ code: SpanStatusCode.ERROR, message: `The model answered with ${response.status}` });
  }
  if (!response.body) {
    span.end();
    return response;
  }
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const answer = new ModelAnswer(isStream);
  const finish = (): void => {
    safely('read the answer of a model', () => span.setAttributes(answer.attributes()));
    span.end();
  };
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          answer.add(value);
          controller.enqueue(value);
          return;
        }
        finish();
        controller.close();
      } catch (error) {
        recordFailure(span, error);
        finish();
        controller.error(error);
      }
    },
    cancel(reason) {
      finish();
      return reader.cancel(reason);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
};
