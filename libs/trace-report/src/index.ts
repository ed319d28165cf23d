export { readReport } from './read-report.js';
export { traceReport, type ReportedLine, type ReportedTrace, type ReportOptions } from './trace-report.js';
export type { ReportData, ReportDetection, ReportLine, ReportTrace } from './report-data.js';
