import { ApiProperty } from '@nestjs/swagger';
import type { Page } from '../page.js';

export class User {
  @ApiProperty({ example: '1' })
  id!: string;

  @ApiProperty({ example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ format: 'email', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ format: 'date-time', example: '2026-01-01T00:00:00.000Z' })
  created_at!: string;
}

export class UserPage implements Page<User> {
  @ApiProperty({ type: [User] })
  items!: User[];

  @ApiProperty({ type: String, nullable: true, description: '`null` on the last page.' })
  next_cursor!: string | null;
}
