import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { ID_PATTERN, ID_RULE } from '../ids.js';
import { PageQuery } from '../page.js';

export class ListOrdersQuery extends PageQuery {
  @ApiPropertyOptional({ pattern: ID_PATTERN.source, description: 'Only the orders of this user.' })
  @IsOptional()
  @Matches(ID_PATTERN, { message: `user_id must be ${ID_RULE}` })
  user_id?: string;
}
