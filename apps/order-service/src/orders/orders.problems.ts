import { ProblemType } from '@lantern/service-platform';

export const unknownUser = new ProblemType('unknown-user', 422, 'Unknown user');
export const unknownProduct = new ProblemType('unknown-product', 422, 'Unknown product');
export const paymentTimedOut = new ProblemType('payment-gateway-timeout', 504, 'Payment gateway timeout');
