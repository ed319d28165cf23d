import { runService } from '@lantern/service-platform';
import { orderService } from './service.js';

await runService(orderService);
