import {
  type CanActivate,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  type OnModuleInit,
  Scope,
  SetMetadata,
  UseGuards,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type DiagLogger, context, diag } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adapters } from '../../test/nest-app.js';
import { ObservabilityModule, Span, Tracer } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';
import { traceProviders } from './provider-spans.js';

@Injectable()
class Settings {
  get(key: string): string {
    return key;
  }
}

@Injectable()
class Prices implements OnModuleInit {
  #factor = 2;
  constructor(private readonly settings: Settings) {}
  onModuleInit(): void {
    this.of(1);
  }
  of(amount: number): number {
    this.settings.get('currency');
    return amount * this.#factor;
  }
  isHere(other: object): boolean {
    return #factor in other;
  }
}

@Injectable({ scope: Scope.REQUEST })
class Basket {
  constructor(private readonly prices: Prices) {}
  @Span('basket_total')
  async total(): Promise<number> {
    await Promise.resolve();
    return this.prices.of(21);
  }
  @SetMetadata('unit', 'items')
  size(_deep: boolean): number {
    return 1;
  }
}

@Injectable()
class Frozen {
  constructor() {
    Object.freeze(this);
  }
  value(): number {
    return 1;
  }
}

@Injectable()
class Registry extends Map<string, number> {
  first(): number | undefined {
    return this.get('first');
  }
}

@Injectable()
class Open implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const client = Object.assign((path: string) => `called ${path}`, { get: (path: string) => `got ${path}` });

@Controller()
class Shop {
  constructor(
    private readonly basket: Basket,
    private readonly frozen: Frozen,
    private readonly registry: Registry,
    private readonly tracer: Tracer,
    @Inject('DATE') private readonly date: Date,
    @Inject('SET') private readonly set: Set<number>,
    @Inject('CLIENT') private readonly call: typeof client,
  ) {}

  @Get('total')
  @UseGuards(Open)
  async total() {
    const [size, total] = [this.basket.size(true), await this.basket.total()];
    this.registry.set('first', 7);
    return {
      size,
      total,
      frozen: this.frozen.value(),
      first: this.registry.first(),
      year: this.date.getUTCFullYear(),
      one: this.set.has(1),
      call: [this.call('a'), this.call.get('b')],
      traced: this.tracer.current() !== undefined,
    };
  }
}

@Module({
  imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })],
  controllers: [Shop],
  providers: [
    Settings,
    Prices,
    Basket,
    Frozen,
    Registry,
    { provide: 'DATE', useFactory: () => new Date(Date.UTC(2026, 0)) },
    { provide: 'SET', useValue: new Set([1]) },
    { provide: 'CLIENT', useValue: client },
  ],
})
class App {}

const nothing = (): void => undefined;
const silent = { error: nothing, warn: nothing, info: nothing, debug: nothing, verbose: nothing };

const telemetry = startTestTelemetry();

describe.each(adapters)('the spans of providers on %s', (_name, adapter) => {
  let app: INestApplication;
  let url: string;
  const warnings: string[] = [];

  beforeAll(async () => {
    telemetry.reset();
    const logger: DiagLogger = {
      ...silent,
      warn: (message) => void warnings.push(message),
    };
    diag.setLogger(logger, { suppressOverrideMessage: true });
    app = await NestFactory.create(App, adapter(), {
      logger: false,
      instrument: traceProviders({ exclude: [Settings] }),
    });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    diag.disable();
    await app.close();
  });

  it('Public methods of providers have one span each, below the request and not during start', async () => {
    expect(telemetry.tree()).toBe('');
    const answer = await context.with(suppressTracing(context.active()), async () =>
      (await fetch(`${url}/total`)).json(),
    );
    await telemetry.waitForSpans(5);
    expect(telemetry.tree()).toBe(
      [
        'GET /total [server]',
        '  Basket.size [internal]',
        '  basket_total [internal]',
        '    Prices.of [internal]',
        '  Registry.first [internal]',
      ].join('\n'),
    );
    expect(answer).toEqual({
      size: 1,
      total: 42,
      frozen: 1,
      first: 7,
      year: 2026,
      one: true,
      call: ['called a', 'got b'],
      traced: true,
    });
  });

  it('A frozen provider has no spans, with a warning', () => {
    expect(warnings).toEqual([expect.stringMatching(/^Frozen stays without spans, .*@Traceable\(\)/)]);
  });

  it('Tracing does not change the identity of a provider', async () => {
    const prices = app.get(Prices);
    expect(prices).toBeInstanceOf(Prices);
    expect(prices.constructor).toBe(Prices);
    expect(Object.keys(prices)).toEqual(['settings']);
    expect(prices.isHere(prices)).toBe(true);
    const basket = await app.resolve(Basket);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- looked at, not called
    const { size } = basket;
    expect([size.name, size.length, Reflect.getMetadata('unit', size)]).toEqual(['size', 1, 'items']);
    expect(app.get(Registry)).toBeInstanceOf(Map);
    expect(app.get<typeof client>('CLIENT')).toBe(client);
  });
});
