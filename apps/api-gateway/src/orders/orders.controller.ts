import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { CreateOrderRequest, IdParam, ListOrdersQuery, Order, OrderPage } from '@lantern/service-contracts';
import { ApiProblem } from '@lantern/service-platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProxyService } from '../proxy/proxy.service.js';

@ApiTags('orders')
@ApiProblem(400, 'The request is malformed.')
@ApiProblem(502, 'order-service, or a service that it needs, cannot be reached.')
@ApiProblem(504, 'order-service, or a service that it needs, did not answer in time.')
@Controller('orders')
export class OrdersController {
  constructor(private readonly proxy: ProxyService) {}

  @Post()
  @ApiOperation({ summary: 'Place an order' })
  @ApiBody({ type: CreateOrderRequest })
  @ApiCreatedResponse({ type: Order })
  @ApiProblem(422, 'The user or the product does not exist.')
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.proxy.forward('order-service', '/orders', request, reply);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read an order' })
  @ApiOkResponse({ type: Order })
  @ApiProblem(404, 'No order has this id.')
  get(@Param() { id }: IdParam, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.proxy.forward('order-service', `/orders/${encodeURIComponent(id)}`, request, reply);
  }

  @Get()
  @ApiOperation({ summary: 'List the orders, newest first' })
  @ApiQuery({ type: ListOrdersQuery })
  @ApiOkResponse({ type: OrderPage })
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.proxy.forward('order-service', '/orders', request, reply);
  }
}
