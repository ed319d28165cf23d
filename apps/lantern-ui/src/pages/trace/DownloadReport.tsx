import type { TraceId } from '@lantern/telemetry-model';
import { Menu } from '@mantine/core';
import { IconFileDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { traceWorker } from '../../api/trace/trace-worker-client.js';
import { saveFile } from '../../shared/save-file.js';

/** Menu item that saves the trace as one HTML file, which opens in any browser without Lantern. */
export const DownloadReport = ({ traceId }: { readonly traceId: TraceId }) => {
  const download = useMutation({
    mutationFn: async () =>
      saveFile(`trace-${traceId}.html`, 'text/html', await traceWorker.report([traceId])),
  });
  return (
    <Menu.Item
      leftSection={<IconFileDownload size={14} stroke={1.75} />}
      closeMenuOnClick={false}
      disabled={download.isPending}
      title="One HTML file that opens without Lantern. Secrets are masked."
      onClick={() => download.mutate()}
    >
      {download.isError ? `No report: ${download.error.message}` : 'Download report'}
    </Menu.Item>
  );
};
