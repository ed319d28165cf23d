import { TemplateError, isTime, typeName, type TemplateValue } from './value.js';

/** The arguments of a call, read one after the other as the types that the function wants. */
export class Arguments {
  private next = 0;

  constructor(
    private readonly values: readonly TemplateValue[],
    min: number,
    max = min,
  ) {
    if (values.length < min || values.length > max) {
      const wanted = min === max ? String(min) : `at least ${min}`;
      throw new TemplateError(`wrong number of args: want ${wanted} got ${values.length}`);
    }
  }

  any(): TemplateValue {
    return this.values[this.next++] ?? null;
  }

  rest(): readonly TemplateValue[] {
    return this.values.slice(this.next);
  }

  text(): string {
    const value = this.any();
    if (typeof value === 'string') return value;
    throw new TemplateError(`wrong type for value; expected string; got ${typeName(value)}`);
  }

  /** A whole number that fits where lengths and counts are wanted. */
  count(): number {
    const value = this.any();
    if (typeof value === 'bigint') return Number(BigInt.asIntN(64, value));
    throw new TemplateError(`wrong type for value; expected int; got ${typeName(value)}`);
  }

  integer(): bigint {
    return toInteger(this.any());
  }

  float(): number {
    return toFloat(this.any());
  }
}

/** Returns 0 for a value that is not a number. */
export const toInteger = (value: TemplateValue): bigint => {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number')
    return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
  if (typeof value === 'string' && /^[-+]?(?:\d{1,19}|0x[\da-f]{1,16})$/i.test(value)) {
    const digits = BigInt(value.replace(/^[-+]/, ''));
    return value.startsWith('-') ? -digits : digits;
  }
  if (typeof value === 'string' && /^[-+]?\d{1,15}\.\d*$/.test(value))
    return BigInt(Math.trunc(Number(value)));
  return 0n;
};

export const toFloat = (value: TemplateValue): number => {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    return Number.isNaN(number) ? 0 : number;
  }
  return isTime(value) ? Number(value.unixNano / 1_000_000_000n) : 0;
};
