import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreateUserRequest, IdParam, PageQuery, User, UserPage } from '@lantern/service-contracts';
import { ApiProblem } from '@lantern/service-platform';
import { UsersService } from './users.service.js';

@ApiTags('users')
@ApiProblem(400, 'The request is malformed.')
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Post()
  @ApiOperation({ summary: 'Create a user' })
  @ApiCreatedResponse({ type: User })
  create(@Body() request: CreateUserRequest): Promise<User> {
    return this.users.create(request);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a user' })
  @ApiOkResponse({ type: User })
  @ApiProblem(404, 'No user has this id.')
  get(@Param() { id }: IdParam): Promise<User> {
    return this.users.get(id);
  }

  @Get()
  @ApiOperation({ summary: 'List the users, newest first' })
  @ApiOkResponse({ type: UserPage })
  list(@Query() query: PageQuery): Promise<UserPage> {
    return this.users.list(query);
  }
}
