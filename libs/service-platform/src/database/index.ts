export { DATABASE, DatabaseModule } from './database.module.js';
export { readCursor, toPage } from './keyset-page.js';
export { migrate } from './migrate.js';
export { openDatabase } from './open-database.js';

export type { Keyset } from './keyset-page.js';
export type { Migrations } from './migrate.js';
