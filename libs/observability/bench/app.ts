// The application that is measured: `node app.js fastify|express [library|lines|interceptor]`.
import { startUsersApp } from './users-app.js';

const [, , framework, tracing] = process.argv;
const app = await startUsersApp(framework, tracing);
const { user, system } = process.cpuUsage();
process.send?.({
  type: 'ready',
  url: await app.getUrl(),
  cpuMicros: user + system,
  upMillis: performance.now(),
});
process.once('disconnect', () => process.exit());
