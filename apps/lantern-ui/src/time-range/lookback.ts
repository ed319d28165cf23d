/** Relative time range, as in links of Jaeger: `5m`, `1h`, `2d`. */
export interface Lookback {
  readonly value: string;
  readonly label: string;
}

export const LOOKBACKS: readonly Lookback[] = [
  { value: '5m', label: 'Last 5 minutes' },
  { value: '10m', label: 'Last 10 minutes' },
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '3h', label: 'Last 3 hours' },
  { value: '6h', label: 'Last 6 hours' },
  { value: '12h', label: 'Last 12 hours' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '2d', label: 'Last 2 days' },
  { value: '7d', label: 'Last 7 days' },
];

const UNIT_MILLIS = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

/** Returns the length in milliseconds. Undefined if the text is not a lookback, such as Jaeger’s `custom`. */
export const lookbackMillis = (text: string): number | undefined => {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  const unitMillis = UNIT_MILLIS.get(unit);
  return count === undefined || unitMillis === undefined || Number(count) === 0
    ? undefined
    : Number(count) * unitMillis;
};

/** Returns the lookbacks on offer, including `current`, which may come from a link. */
export const lookbacksWith = (current: string): readonly Lookback[] =>
  LOOKBACKS.some(({ value }) => value === current) || lookbackMillis(current) === undefined
    ? LOOKBACKS
    : [...LOOKBACKS, { value: current, label: `Last ${current}` }];
