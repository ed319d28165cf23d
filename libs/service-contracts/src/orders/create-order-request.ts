import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';
import { ID_PATTERN, ID_RULE } from '../ids.js';

export const MAX_ORDER_QUANTITY = 1000;

export class CreateOrderRequest {
  @ApiProperty({ pattern: ID_PATTERN.source, example: '1' })
  @Matches(ID_PATTERN, { message: `user_id must be ${ID_RULE}` })
  user_id!: string;

  @ApiProperty({ minLength: 1, maxLength: 64, example: 'laptop' })
  @IsString()
  @Length(1, 64)
  product!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: MAX_ORDER_QUANTITY, example: 1 })
  @IsInt()
  @Min(1)
  @Max(MAX_ORDER_QUANTITY)
  quantity!: number;
}
