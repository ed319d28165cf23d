import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** No answer of ours comes near it; what does is broken, and would be held in memory. */
const MAX_ANSWER_BYTES = 10_000_000;

const pool = { keepAlive: true, maxSockets: 128 };

/** Options for `HttpModule.register`: how services of the shop call each other. */
export const downstreamHttpOptions = () => ({
  httpAgent: new HttpAgent(pool),
  httpsAgent: new HttpsAgent(pool),
  // A service answers for itself: following its redirects would let it send us anywhere.
  maxRedirects: 0,
  // HTTP_PROXY and its like are for the way out, not for neighbours.
  proxy: false as const,
  maxContentLength: MAX_ANSWER_BYTES,
  // Every status is an answer.
  validateStatus: () => true,
});
