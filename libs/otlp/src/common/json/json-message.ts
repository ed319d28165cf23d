import { bytesFromBase64 } from '@lantern/telemetry-model';
import { MalformedOtlpError } from '../../malformed-otlp-error.js';
import type { Faults } from './faults.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Counters of one request. */
export interface ReadCounts {
  invalidTexts: number;
}

const EMPTY: JsonObject = {};
const NONE: readonly unknown[] = [];

const MAX_INT32 = 0x7fff_ffffn;
const MAX_UINT32 = 0xffff_ffffn;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;

const snakeCaseNames = new Map<string, string>();

const snakeCase = (name: string): string => {
  let snake = snakeCaseNames.get(name);
  if (snake === undefined) {
    snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeCaseNames.set(name, snake);
  }
  return snake;
};

/**
 * One message of OTLP/JSON, read field by field. An absent or `null` field has proto3's default. A field may have its
 * JSON name or its name in the `.proto` file. Unknown fields are ignored.
 *
 * A field of another type is an error that names it. Below {@link leniently} it is left out instead: it has the default, and its fault is
 * added to a list.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export class JsonMessage {
  private readonly fields: JsonObject;

  /**
   * @param counts counters of the whole request
   * @throws MalformedOtlpError when `value` is not a JSON object. Every method throws it when a field has another type.
   */
  private constructor(
    value: unknown,
    private readonly counts: ReadCounts,
    private readonly parent: JsonMessage | undefined,
    private readonly name: string,
    private readonly index: number | undefined,
    private readonly faults: Faults | undefined,
  ) {
    if (!isObject(value))
      throw new MalformedOtlpError(this.path, `must be an object, but is ${describe(value)}`);
    this.fields = value;
  }

  static root(value: unknown, counts: ReadCounts = { invalidTexts: 0 }): JsonMessage {
    return new JsonMessage(value, counts, undefined, '', undefined, undefined);
  }

  /** Returns the same message, whose fields of a wrong type are left out, with all below it. */
  leniently(faults: Faults): JsonMessage {
    return new JsonMessage(this.fields, this.counts, this.parent, this.name, this.index, faults);
  }

  /** Names of the fields that are set, as the exporter wrote them. */
  names(): string[] {
    return Object.keys(this.fields).filter((name) => this.fields[name] !== null);
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  text(name: string): string {
    const value = this.value(name) ?? '';
    if (typeof value !== 'string') return this.lose(name, `must be a string, but is ${describe(value)}`, '');
    if (value.isWellFormed()) return value;
    this.counts.invalidTexts++;
    return value.toWellFormed();
  }

  /** Lower-case hex. OTLP/JSON encodes IDs as hex, where protobuf's JSON uses base64. */
  hex(name: string): string {
    const value = this.value(name) ?? '';
    if (typeof value !== 'string') return this.lose(name, `must be a string, but is ${describe(value)}`, '');
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(value)) return this.lose(name, 'must be hex digits, two a byte', '');
    return value.toLowerCase();
  }

  bytes(name: string): Uint8Array {
    const value = this.value(name) ?? '';
    const bytes = typeof value === 'string' ? bytesFromBase64(value) : undefined;
    return bytes ?? this.lose(name, 'must be a string in base64', new Uint8Array());
  }

  bool(name: string): boolean {
    const value = this.value(name) ?? false;
    return typeof value === 'boolean'
      ? value
      : this.lose(name, `must be true or false, but is ${describe(value)}`, false);
  }

  int32(name: string): number {
    return Number(this.integer(name, -MAX_INT32 - 1n, MAX_INT32));
  }

  uint32(name: string): number {
    return Number(this.integer(name, 0n, MAX_UINT32));
  }

  uint64(name: string): bigint {
    return this.integer(name, 0n, MAX_UINT64);
  }

  int64(name: string): bigint {
    return this.integer(name, -MAX_INT64 - 1n, MAX_INT64);
  }

  double(name: string): number {
    const value = this.value(name) ?? 0;
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    if (value === 'NaN') return Number.NaN;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    return Number.isNaN(number) ? this.lose(name, `must be a number, but is ${describe(value)}`, 0) : number;
  }

  /** Accepts the number that OTLP/JSON requires and the name that protobuf's JSON writes. */
  enumNumber(name: string, numbersByName: Readonly<Record<string, number>>): number {
    const value = this.value(name) ?? 0;
    // An enum is an int32 on the wire.
    if (typeof value === 'number' && value === (value | 0)) return value;
    const number = typeof value === 'string' ? numbersByName[value] : undefined;
    return number ?? this.lose(name, `must be one of OTLP's numbers, but is ${describe(value)}`, 0);
  }

  /** Returns an empty message for an absent one. */
  message(name: string): JsonMessage {
    const value = this.value(name) ?? EMPTY;
    if (this.faults === undefined || isObject(value)) return this.child(name, value);
    return this.child(name, this.lose(name, `must be an object, but is ${describe(value)}`, EMPTY));
  }

  messages(name: string): JsonMessage[] {
    const value = this.value(name) ?? NONE;
    if (!Array.isArray(value)) return this.lose(name, `must be an array, but is ${describe(value)}`, []);
    if (this.faults === undefined) return value.map((item, index) => this.child(name, item, index));
    return this.objects(name, (fault) => {
      this.lose(name, fault, undefined);
    });
  }

  /** Returns the messages of an array without those that are no objects, and tells their faults. */
  objects(name: string, reject: (fault: string) => void): JsonMessage[] {
    const value = this.value(name) ?? NONE;
    if (!Array.isArray(value)) return this.fail(name, `must be an array, but is ${describe(value)}`);
    const messages: JsonMessage[] = [];
    for (const [index, item] of value.entries()) {
      if (isObject(item)) messages.push(this.child(name, item, index));
      else reject(`must have objects, but has ${describe(item)}`);
    }
    return messages;
  }

  /** Returns the scalars of an array, each as the field `value` of a message. */
  items(name: string): JsonMessage[] {
    const value = this.value(name) ?? NONE;
    if (!Array.isArray(value)) return this.fail(name, `must be an array, but is ${describe(value)}`);
    return value.map((item: unknown, index) => this.child(name, { value: item }, index));
  }

  /**
   * Leaves a field out, and returns its default.
   *
   * @throws {MalformedOtlpError} unless the message is read leniently
   */
  lose<Value>(name: string, fault: string, byDefault: Value): Value {
    if (this.faults === undefined) return this.fail(name, fault);
    this.faults.add(() => `${this.pathOf(name)} ${fault}`);
    return byDefault;
  }

  fail(name: string, fault: string): never {
    throw new MalformedOtlpError(this.pathOf(name), fault);
  }

  private child(name: string, value: unknown, index?: number): JsonMessage {
    return new JsonMessage(value, this.counts, this, name, index, this.faults);
  }

  /** Built only for errors. */
  private get path(): string {
    const name = this.index === undefined ? this.name : `${this.name}[${this.index}]`;
    return this.parent ? this.parent.pathOf(name) : name;
  }

  private pathOf(name: string): string {
    const { path } = this;
    return path === '' ? name : `${path}.${name}`;
  }

  private value(name: string): unknown {
    return this.fields[name] ?? this.fields[snakeCase(name)] ?? undefined;
  }

  private integer(name: string, min: bigint, max: bigint): bigint {
    const value = this.value(name) ?? 0;
    let integer: bigint | undefined;
    if (typeof value === 'bigint') integer = value;
    else if (typeof value === 'number') integer = Number.isInteger(value) ? BigInt(value) : undefined;
    else if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) integer = BigInt(value);
    else if (this.faults !== undefined) integer = integerOfHalves(value);
    return integer !== undefined && integer >= min && integer <= max
      ? integer
      : this.lose(name, `must be an integer from ${min} to ${max}, but is ${describe(value)}`, 0n);
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns the integer of `{"low":…,"high":…}`, two halves of 32 bits, as libraries for protobuf write 64-bit integers of JavaScript
 * that were not converted to text.
 */
const integerOfHalves = (value: unknown): bigint | undefined => {
  if (!isObject(value)) return undefined;
  const { low, high } = value;
  if (!Number.isInteger(low) || !Number.isInteger(high)) return undefined;
  return (BigInt(Number(high) >>> 0) << 32n) | BigInt(Number(low) >>> 0);
};

/** Truncated: an error response must not repeat a whole request. */
const describe = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
  }
};
