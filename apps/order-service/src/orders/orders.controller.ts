import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateOrderRequest, IdParam, ListOrdersQuery, Order, OrderPage } from '@lantern/service-contracts';
import { ApiProblem } from '@lantern/service-platform';
import { OrdersService } from './orders.service.js';

@ApiTags('orders')
@ApiProblem(400, 'The request is malformed.')
@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  @ApiOperation({ summary: 'Place an order' })
  @ApiCreatedResponse({ type: Order })
  @ApiProblem(422, 'The user or the product does not exist.')
  @ApiProblem(502, 'user-service cannot be reached.')
  @ApiProblem(504, 'user-service or the payment gateway did not answer in time.')
  create(@Body() request: CreateOrderRequest): Promise<Order> {
    return this.orders.create(request);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an order' })
  @ApiOkResponse({ type: Order })
  @ApiProblem(404, 'No order has this id.')
  get(@Param() { id }: IdParam): Promise<Order> {
    return this.orders.get(id);
  }

  @Get()
  @ApiOperation({ summary: 'List the orders, newest first' })
  @ApiOkResponse({ type: OrderPage })
  list(@Query() query: ListOrdersQuery): Promise<OrderPage> {
    return this.orders.list(query);
  }
}
