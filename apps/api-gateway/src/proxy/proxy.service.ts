import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Tracer, redactUrl } from '@lantern/observability';
import { callDownstream } from '@lantern/service-platform';
import { SpanStatusCode } from '@opentelemetry/api';
import type { AxiosResponse } from 'axios';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiGatewayConfig } from '../config.js';
import { forwardedHeaders, type Headers } from './forwarded-headers.js';

export type DownstreamService = 'user-service' | 'order-service';

/** Headers for a client that sends none of them. axios would set others, for example accept compressed responses. */
const DEFAULT_HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'api-gateway' };

/** Forwards requests to the downstream services and their responses to the client, both as bytes. */
@Injectable()
export class ProxyService {
  private readonly baseUrls: Record<DownstreamService, string>;
  private readonly timeoutMillis: number;

  constructor(
    private readonly http: HttpService,
    private readonly tracer: Tracer,
    config: ApiGatewayConfig,
  ) {
    this.baseUrls = { 'user-service': config.USER_SERVICE_URL, 'order-service': config.ORDER_SERVICE_URL };
    this.timeoutMillis = config.DOWNSTREAM_TIMEOUT_MS;
  }

  /**
   * @param path Target path. Method, query, headers and body are those of the request.
   * @throws ProblemException 502 or 504 if the service gives no response.
   */
  async forward(
    service: DownstreamService,
    path: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const url = `${this.baseUrls[service]}${path}${queryStringOf(request.url)}`;
    const attributes = { 'http.request.method': methodOf(request), 'url.full': redactUrl(url) };
    const answer = await this.tracer.withSpan(`proxy_to_${service}`, { attributes }, async (span) => {
      const response = await this.send(service, url, request, whenGone(reply));
      span.setAttribute('http.response.status_code', response.status);
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      return response;
    });
    void reply.code(answer.status).headers(forwardedHeaders(answer.headers as Headers));
    // RFC 9110, section 8.6: a response without content, such as 204, has no Content-Length.
    void (answer.data.length > 0 ? reply.send(answer.data) : reply.send());
  }

  private send(
    service: DownstreamService,
    url: string,
    request: FastifyRequest,
    clientGone: AbortSignal,
  ): Promise<AxiosResponse<Buffer>> {
    return callDownstream({ service, timeoutMillis: this.timeoutMillis, clientGone }, (signal) =>
      this.http.axiosRef.request<Buffer>({
        method: methodOf(request),
        url,
        headers: { ...DEFAULT_HEADERS, ...forwardedHeaders(request.headers), via: viaOf(request) },
        data: request.body,
        responseType: 'arraybuffer',
        decompress: false,
        signal,
      }),
    );
  }
}

/** Forwards HEAD as GET: Fastify computes Content-Length from the body and omits the body itself. */
const methodOf = ({ method }: FastifyRequest) => (method === 'HEAD' ? 'GET' : method);

const queryStringOf = (url: string): string => {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
};

/** Adds the gateway to the Via header: RFC 9110, section 7.6.3. */
const viaOf = ({ headers, raw }: FastifyRequest): string => {
  const hop = `${raw.httpVersion} api-gateway`;
  return headers.via ? `${headers.via}, ${hop}` : hop;
};

/** Returns a signal that is aborted when the client closes its connection before it has received the whole response. */
const whenGone = ({ raw }: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
};
