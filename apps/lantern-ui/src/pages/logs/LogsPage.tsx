import { useNavigate, useSearchParams } from 'react-router';
import { ErrorBoundary } from '../../shared/ErrorBoundary.js';
import { LinesView } from './LinesView.js';
import { logsPath, parseLogsParams, type LogsPageState } from './logs-params.js';
import frame from '../../shared/PageFrame.module.css';
import { MetricView } from './MetricView.js';
import { QueryBar } from './QueryBar.js';
import { isMetricQuery } from './query-edit.js';

/** Page for LogQL queries, with log lines or metrics. The URL holds its state. */
const LogsPage = () => {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const state = parseLogsParams(params);
  const isMetric = isMetricQuery(state.query);
  const change = (edit: Partial<LogsPageState>) => void navigate(logsPath({ ...state, ...edit }));

  return (
    <div className={frame.filling}>
      <title>Logs · Lantern</title>
      <h1 className={frame.hiddenHeading}>Logs</h1>
      <QueryBar state={state} isMetric={isMetric} onChange={change} />
      <ErrorBoundary resetKey={state.query}>
        {isMetric ? (
          <MetricView query={state.query} range={state.range} onQuery={(query) => change({ query })} />
        ) : (
          <LinesView state={state} onChange={change} />
        )}
      </ErrorBoundary>
    </div>
  );
};

export default LogsPage;
