import type { SpanTable, TraceId } from '@lantern/telemetry-model';
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowsDiff,
  IconBulb,
  IconBraces,
  IconChartBar,
  IconDots,
  IconDownload,
  IconFileText,
  IconFlame,
  IconList,
  IconSitemap,
  IconTable,
} from '@tabler/icons-react';
import { Link } from 'react-router';
import { CopyAsText } from './CopyAsText.js';
import { DownloadReport } from './DownloadReport.js';
import { logsPageOf } from './logs-page.js';
import type { TraceViewName } from './use-trace-address.js';
import classes from './ViewMenu.module.css';

const VIEWS: readonly { name: TraceViewName; label: string; Icon: typeof IconFlame }[] = [
  { name: 'waterfall', label: 'Waterfall', Icon: IconList },
  { name: 'flame', label: 'Flame graph', Icon: IconFlame },
  { name: 'graph', label: 'Trace graph', Icon: IconSitemap },
  { name: 'statistics', label: 'Statistics', Icon: IconChartBar },
  { name: 'spans', label: 'Spans', Icon: IconTable },
  { name: 'detections', label: 'Detections', Icon: IconBulb },
  { name: 'logs', label: 'Logs', Icon: IconFileText },
];

interface ViewMenuProps {
  readonly view: TraceViewName;
  readonly traceId: TraceId;
  readonly table: SpanTable;
  /** Whether the trace comes from an opened file: Lantern's API has no copy of it, or a different one. */
  readonly isFromFile: boolean;
  readonly onView: (view: TraceViewName) => void;
}

/** Tabs of the views, and a menu with actions for the trace. */
export const ViewMenu = ({ view, traceId, table, isFromFile, onView }: ViewMenuProps) => (
  <div className={classes.menu}>
    <div className={classes.views} role="group" aria-label="View">
      {VIEWS.map(({ name, label, Icon }) => (
        <button
          key={name}
          type="button"
          className={classes.view}
          aria-pressed={view === name}
          onClick={() => onView(name)}
        >
          <Icon size={14} stroke={1.75} aria-hidden />
          <span className={classes.label}>{label}</span>
        </button>
      ))}
    </div>
    <Menu position="bottom-end" shadow="md" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={30} aria-label="Trace actions">
          <IconDots size={17} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconArrowsDiff size={14} stroke={1.75} />}
          component={Link}
          to={`/trace/${traceId}...`}
        >
          Compare with another trace
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileText size={14} stroke={1.75} />}
          component={Link}
          to={logsPageOf(traceId, table)}
        >
          Open its lines in Logs
        </Menu.Item>
        <CopyAsText traceId={traceId} />
        <DownloadReport traceId={traceId} />
        {!isFromFile && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconDownload size={14} stroke={1.75} />}
              component="a"
              href={`/api/traces/${traceId}`}
              download={`trace-${traceId}.json`}
            >
              Download Jaeger JSON
            </Menu.Item>
            <Menu.Item
              leftSection={<IconBraces size={14} stroke={1.75} />}
              component="a"
              href={`/api/v3/traces/${traceId}`}
              target="_blank"
            >
              OTLP JSON
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  </div>
);
