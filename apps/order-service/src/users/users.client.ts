import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { callDownstream, ProblemType } from '@lantern/service-platform';
import { OrderServiceConfig } from '../config.js';

const userServiceFailed = new ProblemType('downstream-failed', 502, 'Downstream failed');

/** HTTP client of user-service. */
@Injectable()
export class UsersClient {
  constructor(
    private readonly http: HttpService,
    private readonly config: OrderServiceConfig,
  ) {}

  /**
   * Returns whether a user with this ID exists.
   *
   * @throws ProblemException 502 or 504 if user-service gives no usable response.
   */
  async exists(id: string): Promise<boolean> {
    const { USER_SERVICE_URL, USER_SERVICE_TIMEOUT_MS } = this.config;
    const { status } = await callDownstream(
      { service: 'user-service', timeoutMillis: USER_SERVICE_TIMEOUT_MS },
      (signal) => this.http.axiosRef.get(`${USER_SERVICE_URL}/users/${encodeURIComponent(id)}`, { signal }),
    );
    if (status === 200) return true;
    if (status === 404) return false;
    throw userServiceFailed.occurred(`user-service responded with status ${status}.`);
  }
}
