import { runService } from '@lantern/service-platform';
import { apiGateway } from './service.js';

await runService(apiGateway);
