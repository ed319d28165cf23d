/** Row of the table `users`. */
export interface UserRow {
  id: string;
  name: string;
  email: string;
  created_at_ms: number;
}

export interface Schema {
  users: UserRow;
}
