import { runService } from '@lantern/service-platform';
import { userService } from './service.js';

await runService(userService);
