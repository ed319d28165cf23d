import { ApiProperty } from '@nestjs/swagger';
import type { Page } from '../page.js';

export class Order {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: '1' })
  user_id!: string;

  @ApiProperty({ example: 'laptop' })
  product!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  quantity!: number;

  @ApiProperty({
    type: 'integer',
    description: 'The price of one piece in minor units of the currency (cents for EUR).',
    example: 129900,
  })
  unit_price_minor!: number;

  @ApiProperty({
    type: 'integer',
    description: 'What was charged, in minor units of the currency (cents for EUR).',
    example: 129900,
  })
  total_minor!: number;

  @ApiProperty({ description: 'ISO 4217 code.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

export class OrderPage implements Page<Order> {
  @ApiProperty({ type: [Order] })
  items!: Order[];

  @ApiProperty({ type: String, nullable: true, description: '`null` on the last page.' })
  next_cursor!: string | null;
}
