import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, NotFoundException } from '@nestjs/common';
import { Span } from '@lantern/observability';
import type { CreateOrderRequest, ListOrdersQuery, Order, OrderPage } from '@lantern/service-contracts';
import { readCursor } from '@lantern/service-platform/database';
import {
  PAYMENT_GATEWAY,
  type Payment,
  type PaymentGateway,
  PaymentGatewayTimeout,
} from '../payments/payment-gateway.js';
import { CATALOG, type Price } from '../products/catalog.js';
import { UsersClient } from '../users/users.client.js';
import { paymentTimedOut, unknownProduct, unknownUser } from './orders.problems.js';
import { OrdersRepository } from './orders.repository.js';

interface Charged {
  price: Price;
  payment: Payment;
}

@Injectable()
export class OrdersService {
  private readonly logger = new Logger(OrdersService.name);

  constructor(
    private readonly orders: OrdersRepository,
    private readonly users: UsersClient,
    @Inject(PAYMENT_GATEWAY) private readonly gateway: PaymentGateway,
  ) {}

  /**
   * Charges the payment before it stores the order, and refunds it if storing fails. In the other order, a crash in
   * between would leave an order that was never paid.
   */
  async create({ user_id, product, quantity }: CreateOrderRequest): Promise<Order> {
    const id = randomUUID();
    await this.validateUser(user_id);
    const { price, payment } = await this.calculateTotal(product, quantity, id).catch(explain);
    const order: Order = {
      id,
      user_id,
      product,
      quantity,
      unit_price_minor: price.unitPriceMinor,
      total_minor: payment.totalMinor,
      currency: price.currency,
      created_at: new Date().toISOString(),
    };
    try {
      await this.orders.insert(order);
    } catch (error) {
      await this.refund(payment);
      throw error;
    }
    return order;
  }

  async get(id: string): Promise<Order> {
    const order = await this.orders.find(id);
    if (!order) throw new NotFoundException(`No order has the id "${id}".`);
    return order;
  }

  list({ limit, cursor, user_id }: ListOrdersQuery): Promise<OrderPage> {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    return this.orders.list(limit, { userId: user_id, after });
  }

  @Span('validate_user', (userId: string) => ({ attributes: { 'user.id': userId } }))
  private async validateUser(userId: string): Promise<void> {
    if (!(await this.users.exists(userId))) {
      throw unknownUser.occurred(`No user has the id "${userId}".`);
    }
  }

  /** Computes the total and charges it. */
  @Span('calculate_total', (product: string, quantity: number, _orderId: string) => ({
    attributes: { product, quantity },
  }))
  private async calculateTotal(product: string, quantity: number, orderId: string): Promise<Charged> {
    const price = CATALOG.get(product);
    if (!price) throw unknownProduct.occurred(`The shop does not sell "${product}".`);

    const totalMinor = price.unitPriceMinor * quantity;
    const payment: Payment = { orderId, product, totalMinor, currency: price.currency };
    await this.charge(payment);
    return { price, payment };
  }

  private async charge(payment: Payment): Promise<void> {
    try {
      await this.gateway.charge(payment);
    } catch (error) {
      if (!(error instanceof PaymentGatewayTimeout)) throw error;
      this.logger.error('Payment processing failed', {
        reason: error.message,
        product: payment.product,
        stack: error.stack,
      });
      throw error;
    }
  }

  private async refund(payment: Payment): Promise<void> {
    try {
      await this.gateway.refund(payment);
      this.logger.warn('A paid order could not be stored; the payment was refunded', { payment });
    } catch (error) {
      this.logger.error('A paid order could neither be stored nor refunded; refund it manually', {
        payment,
        err: error,
      });
    }
  }
}

/** Replaces the gateway's error, which the span has recorded, by a problem for the client. */
const explain = (error: unknown): never => {
  if (!(error instanceof PaymentGatewayTimeout)) throw error;
  throw paymentTimedOut.occurred(
    'The payment provider did not answer in time. Nothing was charged or ordered.',
    {
      cause: error,
    },
  );
};
