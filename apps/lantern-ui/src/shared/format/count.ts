export { formatCount, formatCounted, formatShare } from '@lantern/telemetry-model';
