import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** Limit on a response, which is held in memory. Responses of the shop's services are far smaller. */
const MAX_ANSWER_BYTES = 10_000_000;

const pool = { keepAlive: true, maxSockets: 128 };

/** Options for `HttpModule.register` for calls between services of the shop. */
export const downstreamHttpOptions = () => ({
  httpAgent: new HttpAgent(pool),
  httpsAgent: new HttpsAgent(pool),
  // A service that is compromised could redirect the call to any host.
  maxRedirects: 0,
  // HTTP_PROXY and similar variables are for calls to the internet, not between services.
  proxy: false as const,
  maxContentLength: MAX_ANSWER_BYTES,
  // A response with an error status does not throw.
  validateStatus: () => true,
});
