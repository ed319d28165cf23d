/** Injection token of the payment gateway. */
export const PAYMENT_GATEWAY = Symbol('PAYMENT_GATEWAY');

export interface Payment {
  /** Idempotency key: two charges with the same order ID charge once. */
  readonly orderId: string;
  readonly product: string;
  /** Amount in minor units of the currency. */
  readonly totalMinor: number;
  /** Currency code, ISO 4217. */
  readonly currency: string;
}

export interface PaymentGateway {
  /**
   * Charges the customer. Resolves once the provider has confirmed the charge.
   *
   * @throws PaymentGatewayTimeout if the provider does not respond; then nothing was charged.
   */
  charge(payment: Payment): Promise<void>;

  /** Refunds the charge with the payment's order ID. Resolves once the provider has accepted the refund. */
  refund(payment: Payment): Promise<void>;
}

export class PaymentGatewayTimeout extends Error {
  override readonly name = 'PaymentGatewayTimeout';

  constructor(reason: string, options?: ErrorOptions) {
    super(`Payment gateway timeout: ${reason}`, options);
  }
}
