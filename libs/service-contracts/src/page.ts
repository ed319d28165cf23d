import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export const DEFAULT_PAGE_LIMIT = 20;
export const MAX_PAGE_LIMIT = 100;

/** Query parameters of a list, which is sorted newest first. */
export class PageQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_PAGE_LIMIT,
    default: DEFAULT_PAGE_LIMIT,
    description: 'The most items that the page may hold.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE_LIMIT)
  limit: number = DEFAULT_PAGE_LIMIT;

  @ApiPropertyOptional({
    description: 'The `next_cursor` of the page before; absent for the first page. Opaque.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  cursor?: string;
}

/** Member that the pages of all lists share, beside their `items`. */
export interface Page<Item> {
  items: Item[];
  /** Cursor of the next page; `null` on the last page. */
  next_cursor: string | null;
}
