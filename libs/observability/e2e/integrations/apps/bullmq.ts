// Mails sent by BullMQ: a queue, a worker, a flow and a scheduler.
import { BullModule, InjectFlowProducer, InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Controller, Get, Logger, Module, Post } from '@nestjs/common';
import type { FlowProducer, Job, Queue } from 'bullmq';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, Span, bullmqTelemetry } from '@lantern/observability';
import { required, serve } from './shop.js';

const { hostname: host, port } = new URL(required('REDIS_URL'));

@Processor('mails')
class MailsProcessor extends WorkerHost {
  private readonly logger = new Logger(MailsProcessor.name);

  override async process({ name, attemptsMade }: Job): Promise<string> {
    this.logger.log(`mail ${name}`);
    await this.send();
    if (name === 'bounced' && attemptsMade === 0) throw new Error('the mailbox is full');
    return 'a result that no span may show';
  }

  @Span('send_mail')
  async send(): Promise<void> {
    await Promise.resolve();
  }
}

@Controller()
class MailsController {
  constructor(
    @InjectQueue('mails') private readonly mails: Queue,
    @InjectFlowProducer('orders') private readonly flows: FlowProducer,
  ) {}

  @Post('welcome')
  welcome() {
    return this.mails.add('welcome', { address: 'ada@example.com' });
  }

  @Post('bounced')
  bounced() {
    return this.mails.add('bounced', {}, { attempts: 2 });
  }

  @Post('bulk')
  bulk() {
    return this.mails.addBulk([
      { name: 'one', data: {} },
      { name: 'two', data: {} },
    ]);
  }

  @Post('flow')
  async flow() {
    // BullMQ hands the context on to nodes that have options.
    const opts = {};
    const children = [{ name: 'part', queueName: 'mails', opts }];
    const { job } = await this.flows.add({ name: 'summary', queueName: 'mails', opts, children });
    return { id: job.id };
  }

  @Post('repeated')
  repeated() {
    return this.mails.upsertJobScheduler('digest', { every: 100, limit: 3 }, { name: 'digest' });
  }

  @Get('counts')
  counts() {
    return this.mails.getJobCounts();
  }
}

@Module({
  imports: [
    ObservabilityModule.forRoot(),
    BullModule.forRoot({
      connection: { host, port: Number(port) },
      telemetry: bullmqTelemetry({ parent: process.env.CONTINUE_TRACES === 'true' }),
    }),
    BullModule.registerQueue({ name: 'mails' }),
    BullModule.registerFlowProducer({ name: 'orders' }),
  ],
  controllers: [MailsController],
  providers: [MailsProcessor],
})
class MailsModule {}

await serve(MailsModule);
