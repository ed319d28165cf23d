/** Price in minor units of a currency: 129900 EUR is 1299.00 €. */
export interface Price {
  readonly unitPriceMinor: number;
  /** Currency code, ISO 4217. */
  readonly currency: string;
}

const euros = (unitPriceMinor: number): Price => ({ unitPriceMinor, currency: 'EUR' });

/** Products of the shop. A Map, because a request for `constructor` would find a member of a plain object. */
export const CATALOG: ReadonlyMap<string, Price> = new Map([
  ['laptop', euros(129_900)],
  ['phone', euros(79_900)],
  ['monitor', euros(34_900)],
  ['headphones', euros(19_900)],
  ['keyboard', euros(8_900)],
  ['mouse', euros(3_900)],
  // payments/simulated-payment-gateway.ts fails for the first and is slow for the second.
  ['fail_product', euros(4_900)],
  ['slow_product', euros(4_900)],
]);
