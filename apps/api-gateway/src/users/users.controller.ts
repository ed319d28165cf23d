import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { CreateUserRequest, IdParam, PageQuery, User, UserPage } from '@lantern/service-contracts';
import { ApiProblem } from '@lantern/service-platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProxyService } from '../proxy/proxy.service.js';

@ApiTags('users')
@ApiProblem(400, 'The request is malformed.')
@ApiProblem(502, 'user-service cannot be reached.')
@ApiProblem(504, 'user-service did not answer in time.')
@Controller('users')
export class UsersController {
  constructor(private readonly proxy: ProxyService) {}

  @Post()
  @ApiOperation({ summary: 'Create a user' })
  @ApiBody({ type: CreateUserRequest })
  @ApiCreatedResponse({ type: User })
  create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.proxy.forward('user-service', '/users', request, reply);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a user' })
  @ApiOkResponse({ type: User })
  @ApiProblem(404, 'No user has this id.')
  get(@Param() { id }: IdParam, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.proxy.forward('user-service', `/users/${encodeURIComponent(id)}`, request, reply);
  }

  @Get()
  @ApiOperation({ summary: 'List the users, newest first' })
  @ApiQuery({ type: PageQuery })
  @ApiOkResponse({ type: UserPage })
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.proxy.forward('user-service', '/users', request, reply);
  }
}
