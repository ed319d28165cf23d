import { IconSearchOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { Notice } from '../../shared/Notice.js';
import { lookbackRange, rangePhrase } from '../../shared/time-range.js';
import { searchPath, type SearchPageState } from './search-params.js';

/** There are services, but none of their traces fits. */
export const NoMatches = ({ state }: { readonly state: SearchPageState }) => {
  const { service, range, sort, limit } = state;
  const hasConditions =
    state.operation !== '' ||
    state.minDuration !== '' ||
    state.maxDuration !== '' ||
    state.with !== '' ||
    Object.keys(state.tags).length > 0;
  const isShort = range.kind === 'fixed' || range.millis < 172_800_000;
  return (
    <Notice title="No matching traces" icon={<IconSearchOff size={28} stroke={1.5} />}>
      <p>
        Nothing{service === '' ? '' : ` of ${service}`} {rangePhrase(range)}
        {hasConditions ? ' meets the conditions. They all have to be met by one and the same span.' : '.'}
      </p>
      {isShort && (
        <p>
          <Link to={searchPath({ ...state, range: lookbackRange('2d') })}>Look at the last 2 days</Link>
        </p>
      )}
      {hasConditions && (
        <p>
          <Link to={searchPath({ service, range, sort, limit })}>Drop the other conditions</Link>
        </p>
      )}
    </Notice>
  );
};
