import { goQuote } from '@lantern/go-syntax';
import { LogqlParseError } from '../parse-error.js';

/** An address as one number; IPv4 and IPv6 are worlds apart. */
interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

const IPV4 = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

const parseIpv4 = (text: string): bigint | undefined =>
  IPV4.test(text) ? text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n) : undefined;

const parseIpv6 = (text: string): bigint | undefined => {
  // The last two groups may be written as an IPv4 address.
  const dotted = /^(.*:)([^:]+\.[^:]+)$/.exec(text);
  const embedded = dotted ? parseIpv4(dotted[2] ?? '') : undefined;
  if (dotted && embedded === undefined) return undefined;
  const plain =
    dotted && embedded !== undefined
      ? `${dotted[1] ?? ''}${(embedded >> 16n).toString(16)}:${(embedded & 0xffffn).toString(16)}`
      : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
};

const parseIp = (text: string): IpAddress | undefined => {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { version: 4, value: v4 };
  const v6 = text.includes(':') ? parseIpv6(text) : undefined;
  return v6 === undefined ? undefined : { version: 6, value: v6 };
};

const BITS = { 4: 32, 6: 128 } as const;

interface IpRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** `192.168.0.1`, `192.168.0.0/16` or `192.168.0.1-192.168.4.5`. */
const parseIpRange = (pattern: string): IpRange | undefined => {
  const network = /^(.+)\/(\d{1,3})$/.exec(pattern);
  if (network) {
    const ip = parseIp(network[1] ?? '');
    const hostBits = ip ? BITS[ip.version] - Number(network[2]) : -1;
    if (!ip || hostBits < 0) return undefined;
    const size = 1n << BigInt(hostBits);
    const first = (ip.value / size) * size;
    return { version: ip.version, first, last: first + size - 1n };
  }
  const [from = '', to = from, ...rest] = pattern.split('-').map((part) => part.trim());
  const [first, last] = [parseIp(from), parseIp(to)];
  if (!first || !last || rest.length > 0 || first.version !== last.version || first.value > last.value) {
    return undefined;
  }
  return { version: first.version, first: first.value, last: last.value };
};

/** Candidates for an address in a line. Their length is limited, so that no line takes long. */
const CANDIDATE = /(?:\d{1,3}\.|[\da-fA-F]{0,4}:)[\da-fA-F:.]{1,45}/g;

/**
 * Whether a text holds an address that the pattern means.
 *
 * @throws {LogqlParseError}
 */
export const compileIpTest = (pattern: string): ((text: string) => boolean) => {
  const range = parseIpRange(pattern);
  if (!range) throw new LogqlParseError(`ip: invalid pattern: ${goQuote(pattern)}`);
  const isMeant = (candidate: string): boolean => {
    const ip = parseIp(candidate);
    return ip?.version === range.version && range.first <= ip.value && ip.value <= range.last;
  };
  return (text) => {
    for (const [candidate] of text.matchAll(CANDIDATE)) {
      // A port, or the end of a sentence, may follow directly.
      if (isMeant(candidate) || isMeant(candidate.replace(/(?::\d*|\.+)$/, ''))) return true;
    }
    return false;
  };
};
