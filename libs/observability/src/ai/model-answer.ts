import type { Attributes } from '@opentelemetry/api';

/** Limit on the characters of an answer, or of one event of a stream, that are kept to read the tokens from. */
const MAX_CHARACTERS = 4_000_000;

/** Settings of a request, without its prompt. Empty for a body that is no JSON. */
export const requestAttributes = (body: string): { model: string | undefined; attributes: Attributes } => {
  const given = parse(body);
  const model = textOf(given.model);
  return {
    model,
    attributes: definedOf({
      'gen_ai.request.model': model,
      'gen_ai.request.max_tokens': numberOf(
        given.max_tokens ?? given.max_completion_tokens ?? given.max_output_tokens,
      ),
      'gen_ai.request.temperature': numberOf(given.temperature),
      'gen_ai.request.top_p': numberOf(given.top_p),
      'gen_ai.request.stream': given.stream === true ? true : undefined,
    }),
  };
};

/** Reads model, tokens and finish reasons from an answer of OpenAI or Anthropic while it passes, whole or as a stream. */
export class ModelAnswer {
  private readonly decoder = new TextDecoder();
  private readonly found: Record<string, unknown> = {};
  private readonly reasons = new Set<string>();
  private text = '';
  private isTooLong = false;

  constructor(private readonly isStream: boolean) {}

  add(chunk: Uint8Array): void {
    if (this.isTooLong) return;
    this.text += this.decoder.decode(chunk, { stream: true });
    if (this.isStream) this.readEvents();
    if (this.text.length <= MAX_CHARACTERS) return;
    this.isTooLong = true;
    this.text = '';
  }

  attributes(): Attributes {
    if (!this.isStream && !this.isTooLong) this.read(parse(this.text));
    this.text = '';
    return definedOf({
      ...(this.found as Attributes),
      'gen_ai.response.finish_reasons': this.reasons.size > 0 ? [...this.reasons] : undefined,
    });
  }

  // https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
  private readEvents(): void {
    const lines = this.text.split('\n');
    this.text = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) this.read(parse(line.slice('data:'.length)));
  }

  /** Reads an answer, or an event of a stream, which may have a part of it under `response` or `message`. */
  private read(part: Fields): void {
    for (const inner of [part.response, part.message]) if (isFields(inner)) this.read(inner);
    this.note('gen_ai.response.id', textOf(part.id));
    this.note('gen_ai.response.model', textOf(part.model));
    if (isFields(part.usage)) {
      const { usage } = part;
      this.note('gen_ai.usage.input_tokens', numberOf(usage.input_tokens ?? usage.prompt_tokens));
      this.note('gen_ai.usage.output_tokens', numberOf(usage.output_tokens ?? usage.completion_tokens));
      this.note('gen_ai.usage.cache_read.input_tokens', numberOf(usage.cache_read_input_tokens));
    }
    const choices = Array.isArray(part.choices) ? (part.choices as unknown[]) : [];
    for (const choice of [part, part.delta, ...choices]) {
      if (!isFields(choice)) continue;
      const reason = textOf(choice.finish_reason ?? choice.stop_reason);
      if (reason !== undefined) this.reasons.add(reason);
    }
  }

  private note(key: string, value: string | number | undefined): void {
    if (value !== undefined) this.found[key] = value;
  }
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (text: string): Fields => {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : {};
  } catch {
    // The mark at the end of a stream, or an answer that is no JSON.
    return {};
  }
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const definedOf = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
