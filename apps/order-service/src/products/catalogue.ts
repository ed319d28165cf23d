/** A price in minor units of a currency: 129900 EUR is 1299.00 €. */
export interface Price {
  readonly unitPriceMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

const euros = (unitPriceMinor: number): Price => ({ unitPriceMinor, currency: 'EUR' });

/** What the shop sells. A map, so that no name from outside finds anything but a product. */
export const CATALOGUE: ReadonlyMap<string, Price> = new Map([
  ['laptop', euros(129_900)],
  ['phone', euros(79_900)],
  ['monitor', euros(34_900)],
  ['headphones', euros(19_900)],
  ['keyboard', euros(8_900)],
  ['mouse', euros(3_900)],
  // What the payment gateway does with these two stands in payments/simulated-payment-gateway.ts.
  ['fail_product', euros(4_900)],
  ['slow_product', euros(4_900)],
]);
