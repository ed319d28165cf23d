import { tracingChannel } from 'node:diagnostics_channel';
import * as sqlite from 'node:sqlite';
import { DiagLogLevel, SpanStatusCode, diag } from '@opentelemetry/api';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { startTestTelemetry } from '../testing/index.js';
import { Tracer } from '../tracing/tracer.js';
import { traceDrivers, traceGiven } from './drivers.js';

const telemetry = startTestTelemetry();
const tracer = new Tracer();
const request = <T>(work: () => T): T => tracer.withSpan('request', work);

traceDrivers({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'redis, pg' });
traceGiven([sqlite]);
beforeEach(() => telemetry.reset());

/** Publishes a call as a driver does that has a tracing channel. */
const publish = (channel: string, message: object, outcome = Promise.resolve('OK')): Promise<unknown> =>
  tracingChannel(channel).tracePromise(() => outcome, message);

const redis = { database: 0, serverAddress: 'cache', serverPort: 6379 };

describe('a driver with a tracing channel', () => {
  it('gets one client span for each call below a recorded span', async () => {
    await publish('ioredis:command', { ...redis, command: 'get', args: ['user:42'] });
    await request(() => publish('ioredis:command', { ...redis, command: 'get', args: ['user:42'] }));
    expect(telemetry.tree()).toBe('request [internal]\n  GET [client]');
    expect(telemetry.span('GET').attributes).toEqual({
      'db.system.name': 'redis',
      'db.namespace': '0',
      'server.address': 'cache',
      'server.port': 6379,
      'db.operation.name': 'GET',
      'db.query.summary': 'GET',
      'db.query.text': 'GET user:?',
    });
  });

  it.each([
    ['get', ['user:42:cart'], 'GET user:?'],
    ['get', ['cache:user:42'], 'GET cache:user:?'],
    ['get', ['4f1c-secret-session'], 'GET ?'],
    ['get', ['user-cart:4f1c'], 'GET user-cart:?'],
    ['get', ['abcdefghijklmnopqrstuvwxyzabcdefghijkl:1'], 'GET ?'],
    ['get', [':user:1'], 'GET ?'],
    ['get', [''], 'GET ?'],
    ['ping', [], 'PING'],
    ['set', ['sess:abc', 'value'], 'SET sess:? ?'],
    ['mset', ['a:1', '1', 'b:2', '2', 'c:3', '3'], 'MSET a:? ? ? ? …'],
    ['eval', ['return redis.call("get", "secret")', '0'], 'EVAL ? ?'],
    ['config', ['set', 'requirepass', 'secret'], 'CONFIG ? ? ?'],
    ['auth', ['secret'], 'AUTH ?'],
    ['GET', ['GET', 'user:1'], 'GET user:?'],
  ])('writes no value of %s %j', async (command, args, text) => {
    await request(() => publish('ioredis:command', { ...redis, command, args }));
    expect(telemetry.span(command.toUpperCase()).attributes['db.query.text']).toBe(text);
  });

  it('marks the span of a call that fails, by the prefix of the reply', async () => {
    const error = Object.assign(new Error('WRONGTYPE Operation against a key'), { name: 'ReplyError' });
    const failure = request(() =>
      publish('ioredis:command', { ...redis, command: 'incr', args: ['a'] }, Promise.reject(error)),
    );
    await expect(failure).rejects.toBe(error);
    expect(telemetry.span('INCR')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'WRONGTYPE', 'db.response.status_code': 'WRONGTYPE' },
    });
  });

  it('makes one span of a batch and none of its commands', async () => {
    await request(() =>
      tracingChannel('ioredis:batch').tracePromise(
        async () => {
          void publish('ioredis:command', { ...redis, command: 'set', args: ['a', 'b'] });
          return Promise.resolve([]);
        },
        { ...redis, batchMode: 'MULTI', batchSize: 2 },
      ),
    );
    expect(telemetry.tree({ attributes: ['db.operation.batch.size'] })).toBe(
      'request [internal]\n  MULTI [client] db.operation.batch.size=2',
    );
  });

  it('has its operation and collection for a name where it has no text, and shows no documents', async () => {
    const server = { database: 'shop', serverAddress: 'mongo', serverPort: 27_017 };
    const args = { filter: { email: 'ada@example.com' } };
    await request(() =>
      publish('mongoose:query', { ...server, operation: 'findOne', collection: 'users', args }),
    );
    expect(telemetry.span('findOne users').attributes).toEqual({
      'db.system.name': 'mongodb',
      'db.namespace': 'shop',
      'server.address': 'mongo',
      'server.port': 27_017,
      'db.operation.name': 'findOne',
      'db.collection.name': 'users',
      'db.query.summary': 'findOne users',
    });
  });

  it('is left alone where a variable disables it', async () => {
    await request(() => publish('node-redis:command', { ...redis, command: 'GET', args: ['GET', 'a'] }));
    expect(telemetry.tree()).toBe('request [internal]');
  });

  it('does not fail because a message is not what is expected', async () => {
    const warnings: string[] = [];
    const note = (message: string): number => warnings.push(message);
    diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, DiagLogLevel.ERROR);
    await request(() => publish('ioredis:command', {}));
    diag.disable();
    expect(warnings).toEqual(['A database call on tracing:ioredis:command:start could not be traced']);
  });
});

describe('node:sqlite', () => {
  it('is traced where its module is given', () => {
    const database = new sqlite.DatabaseSync(':memory:');
    database.exec('create table users (id integer)');
    request(() => {
      database.prepare('insert into users values (?)').run(1);
      database.prepare('select * from users where id = 1').all();
      database.exec('begin; commit');
      expect(() => database.exec('select * from missing')).toThrow('no such table');
    });
    database.close();
    expect(telemetry.tree()).toBe(
      [
        'request [internal]',
        '  INSERT users [client]',
        '  SELECT users [client]',
        '  SELECT missing [client] ERROR',
      ].join('\n'),
    );
  });
});
