// A chat over socket.io. A request makes the application its own client, so that the test needs none.
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { io } from 'socket.io-client';
// eslint-disable-next-line no-restricted-imports -- as an application has it
import { ObservabilityModule, Span, TraceLogger } from '@lantern/observability';

@WebSocketGateway({ namespace: 'chat' })
class ChatGateway {
  @SubscribeMessage('say')
  async say(_client: unknown, text: string): Promise<string> {
    await this.keep(text);
    return text;
  }

  @Span('keep message')
  async keep(_text: string): Promise<void> {
    await delay(3);
  }
}

@Controller()
class Clients {
  @Post('clients')
  async talk(): Promise<void> {
    await context.with(suppressTracing(context.active()), async () => {
      const socket = io(`${await app.getUrl()}/chat`, { forceNew: true });
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      await socket.emitWithAck('say', 'hello');
      socket.close();
    });
  }
}

@Module({
  imports: [ObservabilityModule.forRoot()],
  controllers: [Clients],
  providers: [ChatGateway],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { bufferLogs: true });
app.useLogger(app.get(TraceLogger));
app.useWebSocketAdapter(new IoAdapter(app));
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
process.stdout.write(`${JSON.stringify({ message: 'ready', url: await app.getUrl() })}\n`);
