import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException } from '@nestjs/common';
import type { CreateUserRequest, PageQuery, User, UserPage } from '@lantern/service-contracts';
import { readCursor } from '@lantern/service-platform/database';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class UsersService {
  constructor(private readonly users: UsersRepository) {}

  async create({ name, email }: CreateUserRequest): Promise<User> {
    const user: User = { id: randomUUID(), name, email, created_at: new Date().toISOString() };
    await this.users.insert(user);
    return user;
  }

  async get(id: string): Promise<User> {
    const user = await this.users.find(id);
    if (!user) throw new NotFoundException(`No user has the id "${id}".`);
    return user;
  }

  list({ limit, cursor }: PageQuery): Promise<UserPage> {
    return this.users.list(limit, cursor === undefined ? undefined : readCursor(cursor));
  }
}
