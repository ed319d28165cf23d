import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { type Kysely, sql } from 'kysely';
import { CONFIG } from '../config/config.module.js';
import type { DatabaseConfig } from '../config/service-config.js';
import { Readiness } from '../health/readiness.js';
import { migrate, type Migrations } from './migrate.js';
import { openDatabase } from './open-database.js';

/** Injection token of the service's `Kysely`, open and migrated. */
export const DATABASE = Symbol('DATABASE');

const PING_LIMIT_MILLIS = 2_000;

/** Opens and migrates the database before the service listens, checks it for readiness, and closes it at shutdown. */
@Module({})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseModule.name);

  constructor(
    @Inject(DATABASE) private readonly database: Kysely<unknown>,
    private readonly readiness: Readiness,
    private readonly indicators: HealthIndicatorService,
  ) {}

  static forRoot(options: { service: string; migrations: Migrations }): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        HealthIndicatorService,
        {
          provide: DATABASE,
          inject: [CONFIG],
          useFactory: async (config: DatabaseConfig) => {
            const database = openDatabase(options.service, config);
            try {
              await migrate(database, options.service, options.migrations);
            } catch (error) {
              await database.destroy();
              throw error;
            }
            return database;
          },
        },
      ],
      exports: [DATABASE],
    };
  }

  onModuleInit(): void {
    this.readiness.add(() => this.ping());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.destroy();
  }

  private ping() {
    return this.indicators
      .check('database')
      .attempt(async () => {
        await sql`SELECT 1`.execute(this.database);
      })
      .withTimeout(PING_LIMIT_MILLIS);
  }
}
