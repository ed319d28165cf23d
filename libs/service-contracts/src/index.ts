export { ID_PATTERN, ID_RULE, IdParam } from './ids.js';
export { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT, PageQuery } from './page.js';
export { CreateUserRequest } from './users/create-user-request.js';
export { User, UserPage } from './users/user.js';
export { CreateOrderRequest, MAX_ORDER_QUANTITY } from './orders/create-order-request.js';
export { ListOrdersQuery } from './orders/list-orders-query.js';
export { Order, OrderPage } from './orders/order.js';
export { InvalidField, PROBLEM_MEDIA_TYPE, ProblemDetails } from './problems/problem-details.js';

export type { Page } from './page.js';
