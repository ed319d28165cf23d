import { IconArrowsDiff } from '@tabler/icons-react';
import type { TraceId } from '@lantern/telemetry-model';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { comparisonQuery } from '../../api/trace/trace-queries.js';
import { LoadFailed } from '../../shared/LoadFailed.js';
import { Notice } from '../../shared/Notice.js';
import { comparePath, parseCompareAddress, type CompareAddress } from './compare-address.js';
import frame from '../../shared/PageFrame.module.css';
import classes from './ComparePage.module.css';
import { CompareTable } from './CompareTable.js';
import { CompareToolbar } from './CompareToolbar.js';
import { Side } from './Side.js';
import { TracePicker } from './TracePicker.js';
import { VerdictLine } from './VerdictLine.js';

/** Compares two traces, or the mean of a cohort with a trace, call by call. */
const ComparePage = () => {
  const { traceId: sides = '' } = useParams();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const address = parseCompareAddress(sides, params);
  const { a, b, cohort } = address;
  const [picking, setPicking] = useState<'a' | 'b'>();

  const isWhole = a.length > 0 && b.length > 0;
  const comparison = useQuery({
    ...comparisonQuery(a, b),
    enabled: a.length > 0 || b.length > 0,
    placeholderData: keepPreviousData,
  });
  const change = (edit: Partial<CompareAddress>) => void navigate(comparePath({ ...address, ...edit }));
  const pick = (side: 'a' | 'b', ids: readonly TraceId[]) => {
    setPicking(undefined);
    change({ [side]: ids });
  };

  if (a.length === 0 && b.length === 0) {
    return (
      <Notice title="Nothing to compare" isPage icon={<IconArrowsDiff size={28} stroke={1.5} />}>
        <title>Compare · Lantern</title>
        <p>
          The address has no trace ID. <Link to="/search">Search for traces</Link>, select two of them, and
          compare them.
        </p>
      </Notice>
    );
  }
  if (comparison.error !== null && comparison.data === undefined) {
    return (
      <LoadFailed
        what="The traces"
        isPage
        error={comparison.error}
        onRetry={() => void comparison.refetch()}
        isRetrying={comparison.isFetching}
      />
    );
  }
  const chosen = picking ?? (a.length === 0 ? 'a' : b.length === 0 ? 'b' : undefined);
  const { data } = comparison;
  return (
    <div className={frame.filling}>
      <title>Compare · Lantern</title>
      <h1 className={frame.hiddenHeading}>Compare traces</h1>
      <div className={classes.sides}>
        <Side name="A" traces={data?.a} ids={a} isPicking={chosen === 'a'} onPick={() => setPicking('a')} />
        <Side name="B" traces={data?.b} ids={b} isPicking={chosen === 'b'} onPick={() => setPicking('b')} />
      </div>
      {chosen !== undefined ? (
        <TracePicker
          side={chosen}
          other={(chosen === 'a' ? data?.b : data?.a)?.[0]}
          cohort={cohort}
          taken={[...a, ...b]}
          onPick={(ids) => pick(chosen, ids)}
          onCancel={isWhole ? () => setPicking(undefined) : undefined}
        />
      ) : (
        <>
          <VerdictLine comparison={data} />
          <CompareToolbar
            address={address}
            differences={data?.differences}
            staleBecause={comparison.error?.message}
            onChange={change}
          />
          <CompareTable
            differences={data?.differences}
            isStale={comparison.isPlaceholderData}
            isDifferent={address.isDifferent}
            order={address.order}
          />
        </>
      )}
    </div>
  );
};

export default ComparePage;
