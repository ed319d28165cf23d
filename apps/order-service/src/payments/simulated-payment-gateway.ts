import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { type Payment, type PaymentGateway, PaymentGatewayTimeout } from './payment-gateway.js';

/** Duration of a charge for `slow_product`. */
export const SLOW_CHARGE_MILLIS = 3_000;

/** Simulated payment provider: charges nothing, fails for `fail_product` and is slow for `slow_product`. */
@Injectable()
export class SimulatedPaymentGateway implements PaymentGateway {
  private readonly logger = new Logger(SimulatedPaymentGateway.name);

  async charge({ product }: Payment): Promise<void> {
    if (product === 'fail_product') throw new PaymentGatewayTimeout('Unable to reach provider');
    if (product === 'slow_product') await wait(SLOW_CHARGE_MILLIS);
  }

  async refund({ orderId, totalMinor, currency }: Payment): Promise<void> {
    this.logger.log('Refunded', { order_id: orderId, total_minor: totalMinor, currency });
  }
}
