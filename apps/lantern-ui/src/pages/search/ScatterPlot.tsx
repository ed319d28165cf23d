import { useElementSize } from '@mantine/hooks';
import { useNavigate } from 'react-router';
import type { TraceSummary } from '../../api/trace-summaries.js';
import { formatCounted } from '../../shared/format/count.js';
import { formatDuration } from '../../shared/format/duration.js';
import { formatShortClock, formatShortTime } from '../../shared/format/time.js';
import type { ResolvedRange } from '../../time-range/time-range.js';
import { serviceColor } from '../../shared/service-color.js';
import { plotOf } from './scatter-plot.js';
import classes from './ScatterPlot.module.css';
import { visibleText } from '../../shared/visible-text.js';

const HEIGHT = 132;

interface ScatterPlotProps {
  readonly summaries: readonly TraceSummary[];
  /** Time range of the axis. Undefined for the range of the traces. */
  readonly range: ResolvedRange | undefined;
  readonly pathOf: (summary: TraceSummary) => string;
}

/**
 * Plot of trace duration over start time. It is for pointers only: the list below has the same data for keyboards and
 * screen readers.
 */
export const ScatterPlot = ({ summaries, range, pathOf }: ScatterPlotProps) => {
  const { ref, width } = useElementSize();
  const navigate = useNavigate();
  const plot = plotOf(summaries, width, HEIGHT, range);
  return (
    <div ref={ref} className={classes.plot} style={{ height: HEIGHT }} aria-hidden>
      <svg width={width} height={HEIGHT}>
        {plot.durations.map(({ y, durationNano }) => (
          <g key={y}>
            <line className={classes.grid} x1={plot.left} x2={width} y1={y} y2={y} />
            <text className={classes.label} x={plot.left - 8} y={y} dy="0.32em" textAnchor="end">
              {formatDuration(durationNano)}
            </text>
          </g>
        ))}
        {plot.times.map(({ x, unixNano, anchor }) => (
          <text key={x} className={classes.label} x={x} y={HEIGHT - 4} textAnchor={anchor}>
            {formatShortTime(Number(unixNano / 1_000_000n))}
          </text>
        ))}
        {plot.points.map(({ summary, x, y, radius }) => (
          <circle
            key={summary.traceId}
            className={classes.point}
            data-error={summary.errorCount > 0}
            style={{ '--service': serviceColor(summary.rootService) }}
            cx={x}
            cy={y}
            r={radius}
            onClick={() => void navigate(pathOf(summary))}
          >
            <title>
              {`${visibleText(`${summary.rootService} ${summary.rootOperation}`)}\n${formatDuration(summary.durationNano)}, ` +
                `${formatCounted(summary.spanCount, 'span')}, ${formatCounted(summary.errorCount, 'error')}\n` +
                formatShortClock(summary.startUnixNano)}
            </title>
          </circle>
        ))}
      </svg>
    </div>
  );
};
