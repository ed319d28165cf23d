/** Injects the payment gateway. */
export const PAYMENT_GATEWAY = Symbol('PAYMENT_GATEWAY');

export interface Payment {
  /** Names the payment: charging twice under one id charges once. */
  readonly orderId: string;
  readonly product: string;
  /** In minor units of the currency. */
  readonly totalMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

export interface PaymentGateway {
  /**
   * Resolves once the money has been taken.
   *
   * @throws PaymentGatewayTimeout when the provider did not answer; then nothing has been taken.
   */
  charge(payment: Payment): Promise<void>;

  /** Gives back what was charged under the order's id. Resolves once the provider has accepted it. */
  refund(payment: Payment): Promise<void>;
}

export class PaymentGatewayTimeout extends Error {
  override readonly name = 'PaymentGatewayTimeout';

  constructor(reason: string, options?: ErrorOptions) {
    super(`Payment gateway timeout: ${reason}`, options);
  }
}
