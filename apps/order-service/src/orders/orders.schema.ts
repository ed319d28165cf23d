/** Row of the table `orders`. */
export interface OrderRow {
  id: string;
  user_id: string;
  product: string;
  quantity: number;
  unit_price_minor: number;
  total_minor: number;
  currency: string;
  created_at_ms: number;
}

export interface Schema {
  orders: OrderRow;
}
